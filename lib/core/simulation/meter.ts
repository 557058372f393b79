import type { Holding, OpenWindow } from "./workload.ts";

/** The simulated service's counter of one rate-limit window, which opens at first use and ends after its duration. */
export interface Counter {
  readonly capacity: number;
  readonly durationMs: number;
  /** The open window, or the last one; undefined before the first. */
  open: OpenWindow | undefined;
}

/** The counters of one simulated account; undefined = no such limit. */
export interface Meter {
  readonly short: Counter | undefined;
  readonly long: Counter | undefined;
}

export function meterOf({ plan, short, long }: Holding): Meter {
  const { shortMs = 5 * 3_600_000, longMs = 7 * 86_400_000 } = plan;
  return { short: counterOf(plan.short, shortMs, short), long: counterOf(plan.long, longMs, long) };
}

/** The units left of the account at this moment; Infinity without any window. */
export function unitsLeft({ short, long }: Meter, nowMs: number): number {
  return Math.min(leftIn(short, nowMs), leftIn(long, nowMs));
}

/** Does the work as far as the windows allow; returns the units done. */
export function spend(meter: Meter, work: number, nowMs: number): number {
  const done = Math.min(work, unitsLeft(meter, nowMs));
  if (done > 0) {
    count(meter.short, done, nowMs);
    count(meter.long, done, nowMs);
  }
  return done;
}

/** The counter's window if it is open at this moment. */
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
