import { describe, expect, it, vi } from "vitest";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { upperBound } from "../../../lib/core/simulation/bound.ts";
import { simulate } from "../../../lib/core/simulation/comparison.ts";
import { RULES } from "../../../lib/core/simulation/rules.ts";
import { SCENARIOS } from "../../../lib/core/simulation/scenarios.ts";
import { slotsOf } from "../../../lib/core/simulation/slots.ts";
import { workAsked, type Workload } from "../../../lib/core/simulation/workload.ts";
import { run } from "../../../lib/core/simulation/world.ts";
import { account, bestServed, DAY, HOUR, job, MINUTE, smallWorkload, workload } from "./small.ts";

const { sessions } = defaultConfig();
// A busy machine takes many times as long as an idle one.
vi.setConfig({ testTimeout: 300_000 });
/** Every fourth world is looked at by the hour. */
const world = (seed: number) => smallWorkload(seed, seed % 4 === 3 ? [60, 300] : [1, 60]);

/** Names of rules that serve more than the bound says anybody can. */
function above(workload: Workload): string[] {
  const bound = upperBound(workload);
  return RULES.filter((rule) => simulate(workload, rule, sessions).served > bound);
}

describe("the upper bound", () => {
  it("is all that is asked for where nothing is in its way", () => {
    const jobs = [job(HOUR, { work: 40 }), job(2 * HOUR, { work: 60 })];
    expect(upperBound(workload([account("a", { short: 100, long: 500 })], jobs))).toBe(100);
    expect(upperBound(workload([account("a", { short: 1 }), account("b", {})], jobs))).toBe(100);
    expect(upperBound(workload([account("a", { short: 1 })], []))).toBe(0);
  });

  it("knows of each window", () => {
    const at = (...hours: number[]) => hours.map((hour) => job(hour * HOUR, { work: 50 }));
    const bound = (plan: { short?: number; long?: number }, ...hours: number[]) =>
      upperBound(workload([account("a", plan)], at(...hours)));
    expect(bound({ short: 60 }, 1, 2, 3)).toBe(60);
    // Opened by the first at 1, or by the second at 2: the last one finds another window.
    expect(bound({ short: 60 }, 1, 2, 6.5)).toBe(110);
    expect(bound({ long: 60 }, 1, 2, 6.5)).toBe(60);
    expect(bound({ short: 60, long: 100 }, 1, 2, 6.5)).toBe(100);
    expect(bound({ long: 60 }, 1, 7 * 24 + 1)).toBe(100);
  });

  it("knows that a window which a small use opens early is gone early", () => {
    // The first job opens it at 1 and it ends at 6, between the two large ones.
    const jobs = [job(HOUR, { work: 1 }), job(5 * HOUR, { work: 100 }), job(7 * HOUR, { work: 100 })];
    expect(upperBound(workload([account("a", { short: 100 })], jobs))).toBe(200);
    expect(upperBound(workload([account("a", { short: 100 })], jobs.slice(1)))).toBe(100);
  });

  it("knows where it is the short window, and where the demand, that there is too little of", () => {
    const at = (hour: number, work = 50) => job(hour * HOUR, { work });
    expect(upperBound(workload([account("a", { short: 60, long: 130 })], [at(1), at(2), at(26)]))).toBe(110);
    const two = [account("a", { short: 60 }), account("b", { short: 60 })];
    expect(upperBound(workload(two, [at(1), at(10, 200)]))).toBe(170);
  });

  it("knows what is used already", () => {
    const open = { openedAtMs: -6 * DAY, used: 70 };
    const jobs = [job(HOUR, { work: 50 }), job(2 * DAY, { work: 50 })];
    expect(upperBound(workload([account("a", { long: 100 }, { long: open })], jobs))).toBe(80);
  });

  it("looks at many steps by the hour, and at few one by one", () => {
    const jobs = [job(HOUR, { work: 300, durationMs: 3 * HOUR })];
    expect(slotsOf(workload([], jobs)).map(({ work }) => work)).toEqual([100, 100, 100]);
    const few = [job(HOUR, { work: 300, durationMs: 3 * MINUTE })];
    expect(slotsOf(workload([], few)).map(({ work }) => work)).toEqual([100, 100, 100]);
    expect(slotsOf(workload([], few)).map(({ fromMs, toMs }) => toMs - fromMs)).toEqual([0, 0, 0]);
  });

  it("is never below what the best of all picks serve, and mostly not far above", () => {
    const gaps: number[] = [];
    let [all, full] = [0, 0];
    for (let seed = 0; seed < 200; seed++) {
      const small = world(seed);
      const best = bestServed(small, run, 800);
      if (best === undefined) continue;
      const bound = upperBound(small);
      expect(bound, `world ${seed}`).toBeGreaterThanOrEqual(best);
      all++;
      // Where everything can be served there is nothing to be seen.
      if (best === workAsked(small.jobs)) full++;
      else gaps.push(100 * (bound - best) / best);
    }
    gaps.sort((a, b) => a - b);
    const at = (part: number) => gaps[Math.floor(gaps.length * part)]!;
    console.log(
      `upper bound above the best of all picks, ${gaps.length} small worlds that are too small: median ` +
        `${at(0.5).toFixed(1)} %, 9 of 10 below ${
          at(0.9).toFixed(1)
        } %; ${full} of ${all} had enough for all`,
    );
    expect(gaps.length).toBeGreaterThan(100);
    expect(at(0.5)).toBeLessThanOrEqual(10);
  });

  it("is never below what any rule serves in 2000 small worlds", () => {
    for (let seed = 1000; seed < 3000; seed++) expect(above(world(seed)), `world ${seed}`).toEqual([]);
  });

  it.each(SCENARIOS)("is never below what any rule serves: $name", (scenario) => {
    for (const seed of [1, 2]) expect(above(scenario.workload(seed)), `seed ${seed}`).toEqual([]);
  });
});
