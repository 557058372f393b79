import { type Finding, finding } from "./finding.ts";

/** Facts about the Codex that sessions would run. */
export interface CodexFacts {
  /** Its name or path in the settings. */
  readonly named: string;
  /** Its path; undefined when it is not found. */
  readonly path: string | undefined;
  /** The first line of its `--version` output; undefined when it failed. */
  readonly version: string | undefined;
}

/** The findings about Codex. */
export function codexFindings({ named, path, version }: CodexFacts): Finding[] {
  if (path === undefined) return [finding("codex-missing", `there is no ${named}`)];
  if (version === undefined) {
    return [finding("codex-mute", `${path} does not tell its version`, `${path} --version`)];
  }
  return [finding("codex-found", `${version} at ${path}`)];
}
