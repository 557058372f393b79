import { type Chance, chanceOf, type Range } from "./chance.ts";

/** The jobs of a simulation and the accounts that serve them. Times are milliseconds since its begin, work is in units. */
export interface Workload {
  readonly accounts: readonly Holding[];
  /** The jobs in the order of their starts. */
  readonly jobs: readonly Job[];
  readonly readings: Readings;
  readonly endMs: number;
}

/** One account and its plan. */
export interface Holding {
  readonly alias: string;
  /** The units of each window; absent = no such window. */
  readonly plan: Plan;
  /** The windows that are open at the beginning. */
  readonly short?: OpenWindow;
  readonly long?: OpenWindow;
}

export interface Plan {
  readonly short?: number;
  readonly long?: number;
  /** The lengths of the windows, by default five hours and a week. */
  readonly shortMs?: number;
  readonly longMs?: number;
}

export interface OpenWindow {
  /** The time of its first use, 0 or before. */
  readonly openedAtMs: number;
  readonly used: number;
}

/** A series of turns in one session, until one of them is blocked. */
export interface Job {
  /** The time of the pick. */
  readonly startMs: number;
  /** Their times do not depend on the results of earlier turns; they never overlap. */
  readonly turns: readonly Turn[];
}

export interface Turn {
  readonly atMs: number;
  readonly durationMs: number;
  readonly work: number;
}

/** The timing of the supervisor's readings. */
export interface Readings {
  /** The intervals between refreshes of an active account, and of an idle one. */
  readonly activeMs: number;
  readonly idleMs: number;
  /** The time from an answer, or the end of a turn, until it is published. */
  readonly delayMs: number;
  /** The percent of refreshes without an answer. */
  readonly lostPercent: number;
}

/** The habits of users, or of their workers, over a day. */
export interface Habits {
  readonly days: number;
  /** Jobs that begin on a working day; a day of the weekend has the given percent of them. */
  readonly jobs: Range;
  readonly weekendPercent: number;
  /** The weight of each hour of the day for the begin of jobs. */
  readonly hours: readonly number[];
  readonly turns: Range;
  readonly turnSec: Range;
  readonly pauseSec: Range;
  /** The cost of a minute of a turn; one figure for a whole job. */
  readonly unitsPerMin: Range;
  /** Jobs begin in groups of this size within this many seconds. */
  readonly herd?: { readonly size: Range; readonly withinSec: number };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The time from the pick to the first turn: Codex starts, and the user types. */
const START_SEC: Range = [3, 60];

/** Makes the jobs of users with these habits. The first day is a Monday. */
export function jobsOf(habits: Habits, seed: number, name: string): Job[] {
  const chance = chanceOf(seed, name);
  const starts: number[] = [];
  for (let day = 0; day < habits.days; day++) {
    const isWeekend = day % 7 >= 5;
    const jobs = chance.between(habits.jobs);
    let left = isWeekend ? Math.floor(jobs * habits.weekendPercent / 100) : jobs;
    while (left > 0) {
      const at = day * DAY_MS + chance.weighed(habits.hours) * HOUR_MS + chance.below(HOUR_MS);
      const { size, withinSec } = habits.herd ?? { size: [1, 1] as const, withinSec: 0 };
      const many = Math.min(chance.between(size), left);
      for (let i = 0; i < many; i++) starts.push(at + chance.below(withinSec * 1000 + 1));
      left -= many;
    }
  }
  const endMs = habits.days * DAY_MS;
  return starts.sort((a, b) => a - b).map((startMs) => jobOf(startMs, endMs, habits, chance));
}

/** The sum of the work asked for, in units. */
export function workAsked(jobs: readonly Job[]): number {
  let sum = 0;
  for (const { turns } of jobs) for (const { work } of turns) sum += work;
  return sum;
}

/** Makes one job, without the turns that would begin after the end. */
function jobOf(startMs: number, endMs: number, habits: Habits, chance: Chance): Job {
  const turns: Turn[] = [];
  const unitsPerMin = chance.lowBetween(habits.unitsPerMin);
  let atMs = startMs + chance.between(START_SEC) * 1000;
  for (let left = chance.lowBetween(habits.turns); left > 0; left--) {
    const seconds = chance.lowBetween(habits.turnSec);
    const pause = chance.lowBetween(habits.pauseSec);
    if (atMs < endMs) {
      turns.push({ atMs, durationMs: seconds * 1000, work: Math.ceil(seconds * unitsPerMin / 60) });
    }
    atMs += (seconds + pause) * 1000;
  }
  return { startMs, turns };
}
