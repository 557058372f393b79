import { type Cost, learn } from "./cost.ts";
import type { SampleWindow } from "./history.ts";

/** The record of an account between two readings, to learn the cost of its work. */
export interface Ledger {
  readonly cost: Cost | undefined;
  /** The time up to which turns have been counted, epoch milliseconds. */
  readonly atMs: number;
  /** The number under way since. */
  readonly turns: number;
  /** Sum of turns times milliseconds since the reading. */
  readonly turnMs: number;
  readonly reading: SeenWindows | undefined;
}

/** The windows in a reading. */
export interface SeenWindows {
  readonly readAtMs: number;
  readonly short: SampleWindow | undefined;
  readonly long: SampleWindow | undefined;
}

const HOUR_MS = 3_600_000;
/** Resets closer than this are the same one: the figure varies, and that of a closed window moves on. */
const SAME_RESET_MS = 5 * 60_000;
/** Readings further apart than this are not compared. */
const GAP_MS = 12 * HOUR_MS;

/** The ledger after an observation: `turns` under way now, and the newest reading. */
export function observed(
  ledger: Ledger | undefined,
  nowMs: number,
  turns: number,
  reading: SeenWindows | undefined,
  known?: Cost,
): Ledger {
  if (ledger === undefined) return { cost: known, atMs: nowMs, turns, turnMs: 0, reading };
  const turnMs = ledger.turnMs + ledger.turns * Math.max(0, nowMs - ledger.atMs);
  const before = ledger.reading;
  if (reading === undefined || before?.readAtMs === reading.readAtMs) {
    return { ...ledger, atMs: nowMs, turns, turnMs, reading: reading ?? before };
  }
  const spanMs = before === undefined ? 0 : reading.readAtMs - before.readAtMs;
  const isUseful = before !== undefined && spanMs > 0 && spanMs < GAP_MS;
  const cost = !isUseful ? ledger.cost : learn(ledger.cost, {
    hours: spanMs / HOUR_MS,
    turns: turnMs / spanMs,
    shortPercent: riseOf(before.short, reading.short),
    longPercent: riseOf(before.long, reading.long),
  });
  return { cost, atMs: nowMs, turns, turnMs: 0, reading };
}

/** The percent used of a window between two readings; in a new window all that is used counts. */
export function riseOf(before: SampleWindow | undefined, now: SampleWindow | undefined): number {
  if (before === undefined || now === undefined) return 0;
  const isOther = before.resetsAtMs !== undefined && now.resetsAtMs !== undefined &&
    Math.abs(now.resetsAtMs - before.resetsAtMs) > SAME_RESET_MS && now.used < before.used;
  return isOther ? now.used : Math.max(0, now.used - before.used);
}
