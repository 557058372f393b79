import type { Holding, OpenWindow } from "./workload.ts";

/** What the service counts for one window: it opens when it is first used and is forgotten when it ends. */
export interface Counter {
  readonly capacity: number;
  readonly durationMs: number;
  /** The one that is open or was last; undefined before the first. */
  open: OpenWindow | undefined;
}

/** An account as the service sees it. */
export interface Meter {
  readonly short: Counter | undefined;
  readonly long: Counter | undefined;
}

export function meterOf({ plan, short, long }: Holding): Meter {
  const { shortMs = 5 * 3_600_000, longMs = 7 * 86_400_000 } = plan;
  return { short: counterOf(plan.short, shortMs, short), long: counterOf(plan.long, longMs, long) };
}

/** What the account may still do at this moment, in units; Infinity without any window. */
export function unitsLeft({ short, long }: Meter, nowMs: number): number {
  return Math.min(leftIn(short, nowMs), leftIn(long, nowMs));
}

/** Does the work as far as the windows allow; says how much that is. */
export function spend(meter: Meter, work: number, nowMs: number): number {
  const done = Math.min(work, unitsLeft(meter, nowMs));
  if (done > 0) {
    count(meter.short, done, nowMs);
    count(meter.long, done, nowMs);
  }
  return done;
}

/** The window if it is open at this moment. */
export function openAt(
  open: OpenWindow | undefined,
  durationMs: number,
  nowMs: number,
): OpenWindow | undefined {
  return open !== undefined && nowMs < open.openedAtMs + durationMs ? open : undefined;
}

function counterOf(
  capacity: number | undefined,
  durationMs: number,
  open: OpenWindow | undefined,
): Counter | undefined {
  return capacity === undefined ? undefined : { capacity, durationMs, open };
}

function leftIn(counter: Counter | undefined, nowMs: number): number {
  if (counter === undefined) return Infinity;
  return counter.capacity - (openAt(counter.open, counter.durationMs, nowMs)?.used ?? 0);
}

function count(counter: Counter | undefined, work: number, nowMs: number): void {
  if (counter === undefined) return;
  const open = openAt(counter.open, counter.durationMs, nowMs) ?? { openedAtMs: nowMs, used: 0 };
  counter.open = { openedAtMs: open.openedAtMs, used: open.used + work };
}
