import {
  CHECKED_CODEX,
  codexVersionIn,
  lacksOf,
  lackWords,
  LEAST_CODEX,
  placeOf,
  shortVersion,
} from "../codex/versions.ts";
import { type Finding, finding } from "./finding.ts";

/** Facts about the Codex that sessions would run. */
export interface CodexFacts {
  /** Its name or path in the settings. */
  readonly named: string;
  /** Its path; undefined when it is not found. */
  readonly path: string | undefined;
  /** The first line of its `--version` output; undefined when it failed. */
  readonly version: string | undefined;
  /** Why there was no output to read. */
  readonly problem?: string;
  /** The files that a process has open can be listed here. */
  readonly canSeeOpenFiles: boolean;
}

/** The findings about Codex. */
export function codexFindings({ named, path, version, problem, canSeeOpenFiles }: CodexFacts): Finding[] {
  if (path === undefined) return [finding("codex-missing", `there is no ${named}`)];
  if (version === undefined) {
    const why = problem === undefined ? "" : `: ${problem}`;
    return [finding("codex-mute", `${path} does not tell its version${why}`, `${path} --version`)];
  }
  return [finding("codex-found", `${version} at ${path}`), ...versionFindings(version, canSeeOpenFiles)];
}

function versionFindings(text: string, canSeeOpenFiles: boolean): Finding[] {
  const version = codexVersionIn(text);
  if (version === undefined) return [finding("codex-unknown", `${text} names no version`)];
  const name = `codex ${shortVersion(version)}`;
  switch (placeOf(version)) {
    case "too old":
      return [
        finding(
          "codex-old",
          `${name} is older than ${shortVersion(LEAST_CODEX)}, the oldest that can be read`,
        ),
      ];
    case "too new":
      return [
        finding(
          "codex-new",
          `${name} is newer than ${shortVersion(CHECKED_CODEX)}, the newest that was checked`,
        ),
      ];
    default: {
      const lacks = lacksOf(version, canSeeOpenFiles);
      return lacks.length === 0 ? [] : [finding("codex-lacks", lackWords(lacks, version))];
    }
  }
}
