import { chanceOf, type Range } from "../../../lib/core/simulation/chance.ts";
import type { Holding, Job, Plan, Turn, Workload } from "../../../lib/core/simulation/workload.ts";
import type { run as realRun } from "../../../lib/core/simulation/world.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A workload from what matters in it; readings are prompt. */
export function workload(
  accounts: readonly Holding[],
  jobs: readonly Job[],
  readings: Partial<Workload["readings"]> = {},
): Workload {
  return {
    accounts,
    jobs,
    readings: { activeMs: MINUTE, idleMs: 5 * MINUTE, delayMs: 2000, lostPercent: 0, ...readings },
    endMs: 28 * DAY,
  };
}

export function account(alias: string, plan: Plan, rest: Partial<Holding> = {}): Holding {
  return { alias, plan, ...rest };
}

/** A job that is picked at that moment; its turns begin so long after that, at once unless told. */
export function job(startMs: number, ...turns: (Partial<Turn> & { readonly work: number })[]): Job {
  return {
    startMs,
    turns: turns.map(({ atMs = 0, durationMs = MINUTE, work }) => ({
      atMs: startMs + atMs,
      durationMs,
      work,
    })),
  };
}

/**
 * Worlds so small that all picks can be tried, and so full that many are wrong. With turns of hours there are so many
 * steps that they are looked at by the hour.
 */
export function smallWorkload(seed: number, turnMinutes: Range = [1, 60]): Workload {
  const chance = chanceOf(seed, `small ${turnMinutes}`);
  const accounts = Array.from({ length: chance.between([1, 3]) }, (_, index): Holding => {
    const [short, long] = [chance.between([20, 80]), chance.between([40, 160])];
    const plan: Plan = [{ short }, { long }, { short, long }, { short, long }][chance.below(4)]!;
    const open = { openedAtMs: -chance.below(7 * DAY), used: Math.min(chance.below(40), long) };
    return account(`a${index}`, plan, plan.long !== undefined && chance.below(2) === 0 ? { long: open } : {});
  });
  const span = chance.between([2, 30]) * HOUR;
  const jobs = Array.from({ length: chance.between([2, 4]) }, (): Job => {
    const startMs = chance.below(span);
    let atMs = startMs + 10_000;
    const turns = Array.from({ length: chance.between([1, 4]) }, (): Turn => {
      const turn = { atMs, durationMs: chance.between(turnMinutes) * MINUTE, work: chance.between([5, 60]) };
      atMs += turn.durationMs + chance.between([1, 120]) * MINUTE;
      return turn;
    });
    return { startMs, turns };
  });
  return workload(accounts, jobs.sort((a, b) => a.startMs - b.startMs));
}

/**
 * The most work that any picks at all would have served: every account is tried for every pick, when a job begins and
 * after each of its turns that was blocked. Undefined when that would take more runs than `mostRuns`.
 */
export function bestServed(workload: Workload, run: typeof realRun, mostRuns: number): number | undefined {
  const choices: number[] = [];
  let most = 0;
  for (let runs = 0; runs < mostRuns; runs++) {
    let picks = 0;
    const { served } = run(workload, () => {
      if (picks === choices.length) choices.push(0);
      return choices[picks++]!;
    });
    most = Math.max(most, served);
    choices.length = picks;
    while (choices.at(-1) === workload.accounts.length - 1) choices.pop();
    if (choices.length === 0) return most;
    choices.push(choices.pop()! + 1);
  }
  return undefined;
}
