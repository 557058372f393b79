import { type Chance, chanceOf, type Range } from "./chance.ts";

/** Who is asked for what, and who could do it. Times are milliseconds since it begins, work is in units. */
export interface Workload {
  readonly accounts: readonly Holding[];
  /** In the order of their starts. */
  readonly jobs: readonly Job[];
  readonly readings: Readings;
  readonly endMs: number;
}

/** One account and what it may do. */
export interface Holding {
  readonly alias: string;
  /** Units that each window has; left out = no such window. */
  readonly plan: Plan;
  /** Windows that are open when it all begins. */
  readonly short?: OpenWindow;
  readonly long?: OpenWindow;
}

export interface Plan {
  readonly short?: number;
  readonly long?: number;
  /** How long the windows are, unless five hours and a week. */
  readonly shortMs?: number;
  readonly longMs?: number;
}

export interface OpenWindow {
  /** 0 or before. */
  readonly openedAtMs: number;
  readonly used: number;
}

/** Turns that follow each other in one session, until one of them is blocked. */
export interface Job {
  /** When its session is picked. */
  readonly startMs: number;
  /** When they are asked for does not depend on how the ones before went; they never overlap. */
  readonly turns: readonly Turn[];
}

export interface Turn {
  readonly atMs: number;
  readonly durationMs: number;
  readonly work: number;
}

/** How soon the supervisor knows. */
export interface Readings {
  /** How often an account is asked that is at work, and one that is not. */
  readonly activeMs: number;
  readonly idleMs: number;
  /** From an answer, or the end of a turn, until it is published. */
  readonly delayMs: number;
  /** Of a hundred questions, how many get no answer. */
  readonly lostPercent: number;
}

/** What people, or their workers, do all day. */
export interface Habits {
  readonly days: number;
  /** Jobs that begin on a day of work; a day of the weekend has so many percent of them. */
  readonly jobs: Range;
  readonly weekendPercent: number;
  /** How much begins in each hour of the day. */
  readonly hours: readonly number[];
  readonly turns: Range;
  readonly turnSec: Range;
  readonly pauseSec: Range;
  /** What a minute of a turn costs; one figure for a whole job. */
  readonly unitsPerMin: Range;
  /** So many jobs begin within so many seconds instead of alone. */
  readonly herd?: { readonly size: Range; readonly withinSec: number };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** From the pick to the first turn: Codex starts, and somebody types. */
const START_SEC: Range = [3, 60];

/** The jobs of people with these habits. The first day is a Monday. */
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

/** All the work that is asked for, in units. */
export function workAsked(jobs: readonly Job[]): number {
  let sum = 0;
  for (const { turns } of jobs) for (const { work } of turns) sum += work;
  return sum;
}

/** The turns that would begin after the end are left out. */
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
