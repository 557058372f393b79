import { type Cost, learn } from "../quota/cost.ts";
import { wholePercent } from "../quota/limits.ts";
import { type Counter, type Meter, openAt } from "./meter.ts";
import type { OpenWindow } from "./workload.ts";

/** The facts that a supervisor has learnt about an account. Times are milliseconds since the simulation began. */
export interface Experience {
  cost: Cost | undefined;
  /** Turns under way now, and their sum times milliseconds since the last reading, as counted so far. */
  turns: number;
  turnMs: number;
  countedMs: number;
  /** The time of the last reading. */
  readMs: number;
  used: { readonly short: Used | undefined; readonly long: Used | undefined };
}

/** A window and its used percent. */
interface Used {
  readonly openedAtMs: number;
  readonly percent: number;
}

const HOUR_MS = 3_600_000;

export function experienceOf(meter: Meter): Experience {
  return { cost: undefined, turns: 0, turnMs: 0, countedMs: 0, readMs: 0, used: usedOf(meter, 0) };
}

/** Counts turns that began or ended. */
export function countTurns(experience: Experience, change: number, nowMs: number): void {
  experience.turnMs += experience.turns * (nowMs - experience.countedMs);
  experience.countedMs = nowMs;
  experience.turns += change;
}

/** Learns from a reading: the use since the last one is the cost of the turns seen. */
export function learnFrom(experience: Experience, meter: Meter, nowMs: number): void {
  countTurns(experience, 0, nowMs);
  const { cost, turnMs, readMs, used: before } = experience;
  const used = usedOf(meter, nowMs);
  if (nowMs > readMs) {
    experience.cost = learn(cost, {
      hours: (nowMs - readMs) / HOUR_MS,
      turns: turnMs / (nowMs - readMs),
      shortPercent: rise(before.short, used.short),
      longPercent: rise(before.long, used.long),
    });
  }
  Object.assign(experience, { turnMs: 0, readMs: nowMs, used });
}

/** The used whole percent of a window, as the service reports it. */
export function percentOf({ capacity }: Counter, { used }: OpenWindow): number {
  return Math.min(wholePercent(100 * used / capacity) ?? 100, 100);
}

function usedOf({ short, long }: Meter, nowMs: number): Experience["used"] {
  const used = (counter: Counter | undefined): Used | undefined => {
    const open = counter && openAt(counter.open, counter.durationMs, nowMs);
    return counter && open && { openedAtMs: open.openedAtMs, percent: percentOf(counter, open) };
  };
  return { short: used(short), long: used(long) };
}

function rise(before: Used | undefined, after: Used | undefined): number {
  if (after === undefined) return 0;
  return before?.openedAtMs === after.openedAtMs ? after.percent - before.percent : after.percent;
}
