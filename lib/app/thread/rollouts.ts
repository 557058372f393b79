import { basename } from "node:path";
import {
  factsInName,
  firstWordsIn,
  isTailEnough,
  MARK_LENGTH,
  rolloutFacts,
  type TurnMarks,
  turnMarksIn,
  uncompressedName,
} from "../../core/codex/threads/rollout_facts.ts";
import { threadOfRollout } from "../../core/codex/rollout.ts";
import type { Index, IndexEntry } from "../../core/thread/index_file.ts";
import { filesBelow, type Parts, type Version, versionOf, withParts } from "../../io/files/parts.ts";

const KIB = 1024;
/** The beginning that is read of a rollout; a long instruction before the first message may need more. */
const HEADS = [64 * KIB, 512 * KIB];
/** The end that is read of a rollout; a long last turn needs more. */
const TAILS = [64 * KIB, 1024 * KIB];
/** A step of reading a whole rollout. */
const STEP = 4 * 1024 * KIB;
/** Of a longer rollout only the turns in its end are counted. */
const MOST_COUNTED = 512 * 1024 * KIB;
/** Rollouts lie in folders by year, month and day. */
const DEPTH = 4;

/** The rollouts below a folder, as real paths. */
export function rolloutsBelow(folder: string): string[] {
  const isRollout = (name: string) => threadOfRollout(uncompressedName(name) ?? name) !== undefined;
  const paths = filesBelow(folder, isRollout, DEPTH);
  const known = new Set(paths);
  return paths.filter((path) => !known.has(uncompressedName(path) ?? ""));
}

/** The entry of a rollout: the earlier one while the file is the same, else read anew; undefined when there is no file. */
export function entryOf(path: string, index: Index): IndexEntry | undefined {
  const version = versionOf(path);
  if (version === undefined) return undefined;
  const before = index.get(path);
  if (before !== undefined && isSame(before, version)) return before;
  const plain = uncompressedName(path);
  if (plain !== undefined) return compressedEntry(plain, version, index.get(plain));
  return withParts(path, before === undefined ? readEntry : (parts) => goOn(parts, before));
}

/** What was known before Codex compressed a rollout still holds: a thread that goes on is not compressed. */
function compressedEntry(
  plain: string,
  { size, mtimeMs, ino }: Version,
  before: IndexEntry | undefined,
): IndexEntry {
  const { facts, marks } = before ??
    { facts: factsInName(basename(plain)), marks: { starts: 0, messages: 0 } };
  return { size, mtimeMs, ino, facts, marks, isCounted: true };
}

function isSame(a: Version, b: Version): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino;
}

function readEntry(parts: Parts): IndexEntry {
  const { size, mtimeMs, ino, read } = parts;
  let [head, tail] = ["", ""];
  for (const bytes of HEADS) {
    head = read(0, bytes);
    if (size <= bytes || firstWordsIn(head) !== "") break;
  }
  for (const bytes of TAILS) {
    tail = size <= bytes ? read(0, size) : wholeLines(read(size - bytes, bytes));
    if (size <= bytes || isTailEnough(tail)) break;
  }
  const isCounted = size <= TAILS[0]!;
  return { size, mtimeMs, ino, facts: rolloutFacts(head, tail), marks: turnMarksIn(tail), isCounted };
}

/** Reads a rollout that has changed; one that has grown needs only its new part for the number of its turns. */
function goOn(parts: Parts, before: IndexEntry): IndexEntry {
  const entry = readEntry(parts);
  if (entry.isCounted || !before.isCounted || before.ino !== parts.ino || before.size > parts.size) {
    return entry;
  }
  return { ...entry, marks: marksFrom(parts, before.size, before.marks), isCounted: true };
}

/** The part after the first line break: what comes before is half a line. */
function wholeLines(part: string): string {
  return part.slice(part.indexOf("\n") + 1);
}

/** The entry with all turns of the rollout counted, which may read the whole file. */
export function counted(path: string, entry: IndexEntry): IndexEntry {
  if (entry.isCounted || entry.size > MOST_COUNTED) return entry;
  const marks = withParts(path, (parts) => marksFrom(parts, 0, { starts: 0, messages: 0 }, entry.size));
  return marks === undefined ? entry : { ...entry, marks, isCounted: true };
}

function marksFrom({ read, size }: Parts, from: number, before: TurnMarks, to = size): TurnMarks {
  let { starts, messages } = before;
  for (let at = from; at < to; at += STEP) {
    const overlap = Math.min(at, MARK_LENGTH - 1);
    const marks = turnMarksIn(read(at - overlap, Math.min(STEP, to - at) + overlap));
    starts += marks.starts;
    messages += marks.messages;
  }
  return { starts, messages };
}
