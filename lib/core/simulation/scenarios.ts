import { type Habits, type Holding, jobsOf, type Plan, type Readings, type Workload } from "./workload.ts";

/** A kind of workload for comparing policies. */
export interface Scenario {
  readonly name: string;
  /** The description for users. */
  readonly about: string;
  workload(seed: number): Workload;
}

/** A short window is about a fifth of a week, as users of all plans observe. */
const SMALL: Plan = { short: 1000, long: 5000 };
const SEAT: Plan = { short: 1500, long: 8000 };
const LARGE: Plan = { short: 6000, long: 30_000 };
const WEEKLY_ONLY: Plan = { long: 6000 };
const SHORT_ONLY: Plan = { short: 400 };

const DAY_MS = 86_400_000;
const DAYS = 28;

const ALWAYS: readonly number[] = Array.from({ length: 24 }, () => 1);
/** One weight per hour, from midnight on. */
const OFFICE: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 2, 6, 8, 8, 4, 5, 8, 8, 6, 3, 1, 0, 0, 0, 0, 0];
const WAKING: readonly number[] = [1, 0, 0, 0, 0, 0, 0, 1, 3, 5, 6, 6, 5, 5, 6, 6, 5, 5, 4, 4, 4, 4, 3, 2];

/** The readings of a supervisor without delays. */
export const PROMPT: Readings = { activeMs: 60_000, idleMs: 300_000, delayMs: 2000, lostPercent: 0 };
const LATE: Readings = { activeMs: 240_000, idleMs: 300_000, delayMs: 120_000, lostPercent: 25 };

const PEOPLE: Habits = {
  days: DAYS,
  jobs: [0, 0],
  weekendPercent: 15,
  hours: OFFICE,
  turns: [2, 30],
  turnSec: [20, 900],
  pauseSec: [20, 1200],
  unitsPerMin: [2, 14],
};
/** Automatic workers: short pauses, long turns. */
const WORKERS: Habits = {
  ...PEOPLE,
  weekendPercent: 100,
  hours: ALWAYS,
  turns: [1, 16],
  turnSec: [60, 1500],
  pauseSec: [2, 60],
};

/** Every scenario, in the order of the output. */
export const SCENARIOS: readonly Scenario[] = [
  scenario("light", "three small plans and little to do", {
    accounts: () => several(3, "small", SMALL),
    habits: { ...PEOPLE, jobs: [1, 3], hours: WAKING, weekendPercent: 60 },
  }),
  scenario("office-hours", "working days from nine to six on three small plans and a seat", {
    accounts: () => [...several(3, "small", SMALL), ...several(1, "seat", SEAT)],
    habits: { ...PEOPLE, jobs: [7, 12] },
  }),
  scenario(
    "mixed-plans",
    "one large plan, three small ones, one without a short window, one without a long",
    {
      accounts: () => [
        ...several(1, "large", LARGE),
        ...several(3, "small", SMALL),
        ...several(1, "weekly-only", WEEKLY_ONLY),
        ...several(1, "short-only", SHORT_ONLY),
      ],
      habits: { ...PEOPLE, jobs: [17, 27], hours: WAKING, weekendPercent: 60 },
    },
  ),
  scenario("swarm", "workers round the clock on eight plans of three sizes", {
    accounts: () => [
      ...several(1, "large", LARGE),
      ...several(3, "seat", SEAT),
      ...several(4, "small", SMALL),
    ],
    habits: { ...WORKERS, jobs: [24, 38] },
  }),
  scenario("scarcity", "half as much again as four plans can do", {
    accounts: () => [...several(3, "small", SMALL), ...several(1, "seat", SEAT)],
    habits: { ...PEOPLE, jobs: [13, 20], hours: WAKING, weekendPercent: 60 },
  }),
  scenario("staggered", "four equal plans whose weeks end on different days", {
    accounts: () => [
      opened("small-1", 1, 4200),
      opened("small-2", 3, 3000),
      opened("small-3", 5, 1500),
      opened("small-4", 6, 600),
    ],
    habits: { ...PEOPLE, jobs: [6, 11], hours: WAKING, weekendPercent: 60 },
  }),
  scenario("aligned", "four equal plans whose weeks end together", {
    accounts: () => [
      opened("small-1", 4, 2400),
      opened("small-2", 4, 2400),
      opened("small-3", 4, 2400),
      opened("small-4", 4, 2400),
    ],
    habits: { ...PEOPLE, jobs: [6, 11], hours: WAKING, weekendPercent: 60 },
  }),
  scenario("late-readings", "office hours, with readings that are minutes old and some that never come", {
    accounts: () => [...several(3, "small", SMALL), ...several(1, "seat", SEAT)],
    habits: { ...PEOPLE, jobs: [7, 12] },
    readings: LATE,
  }),
  scenario("herds", "workers that start in herds of a dozen on five plans of two sizes", {
    accounts: () => [...several(3, "small", SMALL), ...several(2, "seat", SEAT)],
    habits: {
      ...WORKERS,
      jobs: [9, 23],
      hours: WAKING,
      weekendPercent: 60,
      turns: [1, 12],
      herd: { size: [6, 16], withinSec: 20 },
    },
  }),
];

interface Shape {
  readonly accounts: () => readonly Holding[];
  readonly habits: Habits;
  readonly readings?: Readings;
}

function scenario(name: string, about: string, { accounts, habits, readings = PROMPT }: Shape): Scenario {
  return {
    name,
    about,
    workload: (seed) => ({
      accounts: accounts(),
      jobs: jobsOf(habits, seed, name),
      readings,
      endMs: habits.days * DAY_MS,
    }),
  };
}

/** Several unused accounts with this plan. */
function several(count: number, name: string, plan: Plan): Holding[] {
  return Array.from({ length: count }, (_, index) => ({ alias: `${name}-${index + 1}`, plan }));
}

/** An account with a small plan, whose week ends in this many days. */
function opened(alias: string, daysLeft: number, used: number): Holding {
  return { alias, plan: SMALL, long: { openedAtMs: (daysLeft - 7) * DAY_MS, used } };
}
