import type { Config } from "../../../lib/core/config/config.ts";
import type { Rule } from "../../../lib/core/simulation/rules.ts";
import type { Workload } from "../../../lib/core/simulation/workload.ts";
import type { Chooser, Outcome } from "../../../lib/core/simulation/world.ts";
import { account, bestServed, HOUR, job, MINUTE, smallWorkload, workload } from "./small.ts";

/** What is looked at for faults: the sources, or a copy with one planted. */
export interface Simulator {
  readonly run: (workload: Workload, choose: Chooser) => Outcome;
  readonly simulate: (workload: Workload, rule: Rule, settings: Config["sessions"]) => Outcome;
  readonly upperBound: (workload: Workload) => number;
  readonly settings: Config["sessions"];
}

/** Worlds of which it is plain how they must end under the score. */
const CANARIES: readonly (readonly [name: string, world: () => Workload, want: Partial<Outcome>])[] = [
  ["a herd is spread over equal accounts", herd, { blocked: 0 }],
  ["an account whose window has reset is used again before the next reading", reset, { blocked: 0 }],
  ["an account that is used up is kept away from", usedUp, { blocked: 1, switches: 1 }],
];

/** Everything about a simulator that can't be right, a line each. */
export function simulationFaults({ run, simulate, upperBound, settings }: Simulator): string[] {
  const canaries = CANARIES.flatMap(([name, world, want]) => {
    const outcome = simulate(world(), "score", settings);
    return Object.entries(want).some(([key, value]) => outcome[key as keyof Outcome] !== value) ? [name] : [];
  });
  const worlds = Array.from(
    { length: 16 },
    (_, seed) => smallWorkload(seed, seed % 4 === 3 ? [60, 300] : [1, 60]),
  );
  const bounds = worlds.flatMap((world) => {
    const best = bestServed(world, run, 300);
    const bound = best === undefined ? Infinity : upperBound(world);
    return bound < best! ? [`a bound of ${bound}, but ${best} can be served`] : [];
  });
  return [...canaries, ...bounds];
}

/** Twelve start at once on four accounts, each of which can do three. */
function herd(): Workload {
  const accounts = ["a", "b", "c", "d"].map((alias) => account(alias, { short: 300 }));
  const jobs = Array.from(
    { length: 12 },
    (_, index) => job(HOUR + index * 100, { atMs: 5000, durationMs: 20 * MINUTE, work: 100 }),
  );
  return workload(accounts, jobs);
}

/** What "a" has used is forgotten a moment before the last job; "b" could not do all of that. */
function reset(): Workload {
  const accounts = [account("a", { short: 100 }), account("b", { short: 100 })];
  const jobs = [
    job(HOUR, { work: 100 }),
    job(HOUR + 10 * MINUTE, { work: 50 }),
    job(6 * HOUR + 1000, { atMs: 1000, work: 60 }),
  ];
  return workload(accounts, jobs, { idleMs: 7 * MINUTE - 1000, activeMs: 7 * MINUTE - 1000 });
}

/** The week of "a" is over but its short window is fresh, which a bare score likes better than a half of each. */
function usedUp(): Workload {
  const half = { openedAtMs: -HOUR, used: 600 };
  const accounts = [
    account("a", { short: 1000, long: 1000 }, { long: { openedAtMs: -HOUR, used: 990 } }),
    account("b", { short: 1000, long: 1000 }, { short: half, long: half }),
  ];
  const turns = [0, 10, 20, 30].map((minutes) => ({ atMs: minutes * MINUTE, work: 30 }));
  return workload(accounts, [job(HOUR, ...turns), job(2 * HOUR, ...turns)]);
}
