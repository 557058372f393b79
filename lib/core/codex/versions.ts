/**
 * The version of Codex that every fact in `core/codex`, `app/codex` and the screens of `core/pool/screen` was checked
 * with, by running it. Only this room names versions.
 */
export const CHECKED_CODEX = "0.171.0";
/** The oldest that was run and could be read. */
export const LEAST_CODEX = "0.90.0";

/** What came with which version, as far as it matters here; seen by running them. */
const CAME = {
  /** Limit ids in answers, and the lines of rollouts that tell when a turn begins and ends. */
  taskEvents: "0.100.0",
  /** A login is renewed by the expiry of its access token; before, whenever its last renewal was too long ago. */
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

/** Something that came with a version. */
export type Feature = keyof typeof CAME;

const NO_TURNS = "turns not counted";
/** What users are told of a version that lacks something. */
const LACKS: readonly { readonly since: string; readonly words: string }[] = [
  { since: LEAST_CODEX, words: `older than ${shortVersion(LEAST_CODEX)}, the oldest that can be read` },
  { since: CAME.taskEvents, words: NO_TURNS },
  { since: CAME.endWithError, words: "refused turns known by readings only" },
];
/** The version in what `codex --version` prints, or in the `userAgent` of an app-server; undefined when there is none. */
export function codexVersionIn(text: string): string | undefined {
  return /(?:^|[\s/v])(\d{1,4}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.]{1,32})?)(?![\w.])/.exec(text)?.[1];
}

/** Whether a version has something; of an unknown one nobody knows, so it has nothing. */
export function has(version: string | undefined, feature: Feature): boolean {
  return isFrom(version, CAME[feature]);
}

/**
 * What a version lacks, in words that stand before "codex 0.140" in a line; nothing of one that is unknown. Where open
 * files can be seen, turns are counted without locks.
 */
export function lacksOf(version: string | undefined, canSeeOpenFiles: boolean): string[] {
  if (version === undefined) return [];
  const words = LACKS.filter(({ since }) => !isFrom(version, since)).map(({ words }) => words);
  const isBlind = !canSeeOpenFiles && !has(version, "threadLocks") && !words.includes(NO_TURNS);
  return isBlind ? [NO_TURNS, ...words] : words;
}

/** `turns not counted, refused turns known by readings only: codex 0.98` */
export function lackWords(lacks: readonly string[], version: string): string {
  return `${lacks.join(", ")}: codex ${shortVersion(version)}`;
}

/** Whether turns are counted where this is lacking. */
export function countsTurns(lacks: readonly string[] | undefined): boolean {
  return !lacks?.includes(NO_TURNS);
}

/** A version in as few words as tell it from others: "0.140" for 0.140.0. */
export function shortVersion(version: string): string {
  return version.replace(/^(\d+\.\d+)\.0$/, "$1");
}

/** Whether a version is `least` or newer; what comes before a release is older than it. */
function isFrom(version: string | undefined, least: string): boolean {
  if (version === undefined) return false;
  const [mine, theirs] = [numbersOf(version), numbersOf(least)];
  const at = mine.findIndex((number, index) => number !== theirs[index]);
  return at < 0 ? !version.includes("-") : mine[at]! > theirs[at]!;
}

function numbersOf(version: string): number[] {
  return version.split("-", 1)[0]!.split(".").map(Number);
}
