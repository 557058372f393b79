import { type Finding, finding } from "./finding.ts";

/** What was learned of the Codex that sessions would run. */
export interface CodexFacts {
  /** What the settings call it: a path or a name. */
  readonly named: string;
  /** Where it is; undefined when it is not found. */
  readonly path: string | undefined;
  /** What it said to `--version`, first line; undefined when it did not end well. */
  readonly version: string | undefined;
}

/** What there is to say of Codex. */
export function codexFindings({ named, path, version }: CodexFacts): Finding[] {
  if (path === undefined) return [finding("codex-missing", `there is no ${named}`)];
  if (version === undefined) {
    return [finding("codex-mute", `${path} does not tell its version`, `${path} --version`)];
  }
  return [finding("codex-found", `${version} at ${path}`)];
}
