import { basename } from "node:path";
import { type LimitedTurn, limitedTurn } from "../../core/codex/activity.ts";
import { threadOfRollout } from "../../core/codex/rollout.ts";
import { rolloutsOf, threadLocksOf } from "../../core/system/layout.ts";
import { changedAt, readEnds } from "../../io/files/read.ts";
import { newestFiles } from "../../io/files/tree.ts";
import { lockHolders, openThreads } from "../../io/process/lock_table.ts";

/** A thread whose last turn ended at a used-up limit. */
export interface LimitedThread extends LimitedTurn {
  readonly id: string;
}

const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 512 * 1024;
/** The most rollouts that are read, newest first. */
const MOST_ROLLOUTS = 32;
/** Times of files come from a clock that is a little behind. */
const CLOCK_MS = 50;

/** The threads of a home that no Codex has open and whose last turn ended at a used-up limit since then. */
export function limitedSince(home: string, sinceMs: number): LimitedThread[] {
  const isRollout = (name: string) => threadOfRollout(name) !== undefined;
  const changed = newestFiles(rolloutsOf(home), isRollout, MOST_ROLLOUTS)
    .filter((path) => (changedAt(path) ?? 0) >= sinceMs - CLOCK_MS);
  if (changed.length === 0) return [];
  const open = new Set(openThreads(threadLocksOf(home), lockHolders() ?? new Map()).map(({ id }) => id));
  return changed
    .flatMap((path) => limitedIn(path) ?? [])
    .filter(({ id, at }) => at >= sinceMs && !open.has(id))
    .sort((a, b) => b.at - a.at);
}

function limitedIn(path: string): LimitedThread | undefined {
  const id = threadOfRollout(basename(path));
  const ends = readEnds(path, HEAD_BYTES, TAIL_BYTES);
  const limited = ends && limitedTurn(ends.head, ends.tail);
  return id === undefined || limited === undefined ? undefined : { id, ...limited };
}
