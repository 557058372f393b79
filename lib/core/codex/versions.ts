/**
 * The version of Codex that every fact in `core/codex`, `app/codex` and the screens of `core/pool/screen` was checked
 * with, by running it. Only this room names versions.
 */
export const CHECKED_CODEX = "0.171.0";
/** The oldest version that was run and whose limits could be read. */
export const LEAST_CODEX = "0.90.0";

/** The features that came with each version, as far as they matter here; found by running them. */
const SINCE = {
  /** `codex login --device-auth`: not yet in 0.45, there in 0.47. */
  deviceLogin: "0.47.0",
  /** Limit ids in answers, and rollout lines that mark the start and end of turns. */
  taskEvents: "0.100.0",
  /** A login is renewed by the expiry of its access token; before, by the age of its last renewal. */
  renewalByExpiry: "0.117.0",
  /** It is renewed some minutes before the expiry; before, only after it. */
  earlyRenewal: "0.136.0",
  /** The end of a turn carries the error that ended it: not yet in 0.140, there in 0.145. */
  endWithError: "0.145.0",
  /** The lock file of an open thread is really held. */
  threadLocks: "0.147.0",
  /** A rollout names the account it was begun with. */
  creator: "0.157.0",
} as const;

/** A feature that came with some version. */
export type Feature = keyof typeof SINCE;

const NO_TURNS = "turns not counted";
/** The words shown to users for each missing feature. */
const LACKS: readonly { readonly since: string; readonly words: string }[] = [
  { since: LEAST_CODEX, words: `older than ${shortVersion(LEAST_CODEX)}, the oldest that can be read` },
  { since: SINCE.taskEvents, words: NO_TURNS },
  { since: SINCE.endWithError, words: "refused turns known by readings only" },
];
/** The version in the output of `codex --version` or in an app-server's `userAgent`; undefined when there is none. */
export function codexVersionIn(text: string): string | undefined {
  return /(?:^|[\s/v])(\d{1,4}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.]{1,32})?)(?![\w.])/.exec(text)?.[1];
}

/** Tells whether a version has a feature; an unknown version has none. */
export function has(version: string | undefined, feature: Feature): boolean {
  return isAtLeast(version, SINCE[feature]);
}

/**
 * The features that a version lacks, in words that precede "codex 0.140" in a line; empty for an unknown version. Where
 * open files are visible, turns are counted without locks.
 */
export function lacksOf(version: string | undefined, canSeeOpenFiles: boolean): string[] {
  if (version === undefined) return [];
  const words = LACKS.filter(({ since }) => !isAtLeast(version, since)).map(({ words }) => words);
  const isBlind = !canSeeOpenFiles && !has(version, "threadLocks") && !words.includes(NO_TURNS);
  return isBlind ? [NO_TURNS, ...words] : words;
}

/** The place of a version among those that were checked; undefined for an unknown one. */
export function placeOf(version: string | undefined): "too old" | "checked" | "too new" | undefined {
  if (version === undefined) return undefined;
  if (!isAtLeast(version, LEAST_CODEX)) return "too old";
  return version !== CHECKED_CODEX && isAtLeast(version, CHECKED_CODEX) ? "too new" : "checked";
}

/** `turns not counted, refused turns known by readings only: codex 0.98` */
export function lackWords(lacks: readonly string[], version: string): string {
  return `${lacks.join(", ")}: codex ${shortVersion(version)}`;
}

/** Tells whether turns are counted without this feature. */
export function countsTurns(lacks: readonly string[] | undefined): boolean {
  return !lacks?.includes(NO_TURNS);
}

/** A version in its shortest form: "0.140" for 0.140.0. */
export function shortVersion(version: string): string {
  return version.replace(/^(\d+\.\d+)\.0$/, "$1");
}

/** Tells whether a version is `least` or newer; a pre-release is older than its release. */
function isAtLeast(version: string | undefined, least: string): boolean {
  if (version === undefined) return false;
  const [mine, theirs] = [numbersOf(version), numbersOf(least)];
  const at = mine.findIndex((number, index) => number !== theirs[index]);
  return at < 0 ? !version.includes("-") : mine[at]! > theirs[at]!;
}

function numbersOf(version: string): number[] {
  return version.split("-", 1)[0]!.split(".").map(Number);
}
