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
  /** It is a script that sets a home of its own. */
  readonly setsHome: boolean;
  /** A session for which it used another home, by the last try to read limits. */
  readonly strayed: string | undefined;
  /** The files that a process has open can be listed here. */
  readonly canSeeOpenFiles: boolean;
}

/** The findings about Codex. */
export function codexFindings(facts: CodexFacts): Finding[] {
  const { named, path, version, canSeeOpenFiles } = facts;
  if (path === undefined) return [finding("codex-missing", `there is no ${named}`)];
  if (version === undefined) {
    return [finding("codex-mute", `${path} does not tell its version`, `${path} --version`)];
  }
  return [
    finding("codex-found", `${version} at ${path}`),
    ...wrapperFindings(path, facts),
    ...versionFindings(version, canSeeOpenFiles),
  ];
}

function wrapperFindings(path: string, { setsHome, strayed }: CodexFacts): Finding[] {
  if (setsHome) return [finding("codex-wrapped", `${path} sets CODEX_HOME itself`)];
  return strayed === undefined
    ? []
    : [finding("codex-wrapped", `${path} used another home than that of ${strayed}`)];
}

/**
 * Tells whether the text of a program is a script that sets CODEX_HOME whatever it is: `${CODEX_HOME:-…}` keeps ours.
 */
export function setsCodexHome(text: string): boolean {
  if (!text.startsWith("#!")) return false;
  const set = /^[^#\n]*?(?:^|[\s;&])CODEX_HOME=(?!["']?\$\{?CODEX_HOME\b)/m;
  return set.test(text) || /^[^#\n]*\bset -[gxU]+ +CODEX_HOME\b/m.test(text);
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
