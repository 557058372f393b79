import { describe, expect, it, vi } from "vitest";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { upperBound } from "../../../lib/core/simulation/bound.ts";
import {
  figuresOf,
  scenarioOf,
  simulate,
  simulateScenario,
} from "../../../lib/core/simulation/comparison.ts";
import { chooserOf, type Rule, RULES } from "../../../lib/core/simulation/rules.ts";
import { SCENARIOS } from "../../../lib/core/simulation/scenarios.ts";
import type { Watch } from "../../../lib/core/simulation/supervision.ts";
import type { Workload } from "../../../lib/core/simulation/workload.ts";
import { run } from "../../../lib/core/simulation/world.ts";
import { account, DAY, HOUR, job, MINUTE, workload } from "./small.ts";

vi.setConfig({ testTimeout: 120_000 });

const { sessions } = defaultConfig();

/** The places that are picked, in their order. */
function picked(rule: Rule, world: Workload): number[] {
  const choose = chooserOf(rule, world.accounts.map(({ alias }) => alias), sessions);
  const places: number[] = [];
  run(world, (watches: readonly Watch[], nowMs: number) => {
    places.push(choose(watches, nowMs));
    return places.at(-1)!;
  });
  return places;
}

const PLAN = { short: 1000, long: 5000 };
const three = ["a", "b", "c"].map((alias) => account(alias, PLAN));
/** The week of "a" is used up, of "b" there is little left of either window. */
const spent = [
  account("a", PLAN, { long: { openedAtMs: -DAY, used: 5000 } }),
  account("b", PLAN, { short: { openedAtMs: -HOUR, used: 900 }, long: { openedAtMs: -DAY, used: 4500 } }),
];

describe("a rule", () => {
  it("round-robin takes the next in turn, whatever it has left", () => {
    const jobs = [1, 2, 3, 4].map((hour) => job(hour * HOUR, { work: 1 }));
    expect(picked("round-robin", workload(three, jobs))).toEqual([0, 1, 2, 0]);
    expect(picked("round-robin", workload(spent, jobs))).toEqual([0, 1, 0, 1, 0].slice(0, 4));
  });

  it("documented picks an account that is used up, since its score is best; no policy does", () => {
    const world = workload(spent, [job(HOUR, { work: 1 })]);
    for (const rule of RULES) {
      expect(picked(rule, world)[0], rule).toBe(
        ["round-robin", "predecessor", "documented"].includes(rule) ? 0 : 1,
      );
    }
  });

  it("documented sees leases and turns, predecessor sees none", () => {
    const jobs = [0, 1, 2].map((second) => job(HOUR + second * 1000, { atMs: 20_000, work: 1 }));
    const uneven = [account("a", PLAN), account("b", PLAN, { long: { openedAtMs: -DAY, used: 300 } })];
    const world = workload(uneven, jobs, { idleMs: MINUTE });
    expect(picked("documented", world)).toEqual([0, 1, 0]);
    expect(picked("predecessor", world)).toEqual([0, 0, 0]);
    const later = [job(HOUR, { durationMs: HOUR, work: 1 }), job(HOUR + 5 * MINUTE, { work: 1 })];
    const apart = workload(uneven, later, { idleMs: MINUTE });
    expect([picked("documented", apart), picked("predecessor", apart)]).toEqual([[0, 1], [0, 0]]);
  });

  it("documented knows a reset before the next reading, predecessor does not", () => {
    const jobs = [job(HOUR, { work: 900 }), job(6 * HOUR + 1000, { work: 1 })];
    const accounts = [account("a", PLAN), account("b", PLAN, { long: { openedAtMs: -DAY, used: 1500 } })];
    const world = workload(accounts, jobs, { idleMs: 7 * MINUTE - 1000, activeMs: 7 * MINUTE - 1000 });
    expect(picked("documented", world)).toEqual([0, 0]);
    expect(picked("predecessor", world)).toEqual([0, 1]);
  });

  it("without anything left takes what comes back first", () => {
    const accounts = [2, 6, 1].map((daysAgo, index) =>
      account(`a${index}`, PLAN, { long: { openedAtMs: -daysAgo * DAY, used: 5000 } })
    );
    expect(picked("score", workload(accounts, [job(HOUR, { work: 1 })]))).toEqual([1]);
  });

  it("without any fresh reading takes them in turn", () => {
    const jobs = [1, 2, 3].map((hour) => job(hour * HOUR, { work: 1 }));
    const readings = { activeMs: DAY, idleMs: DAY };
    const world = workload(three, jobs.map((each) => ({ ...each, turns: [] as never })), readings);
    // Jobs without turns are not picked for; a turn would be a reading of its account.
    expect(picked("score", world)).toEqual([]);
    expect(picked("score", workload(three, jobs, readings))).toEqual([0, 1, 2]);
  });
});

describe("a simulation", () => {
  it("of a scenario is the same for a seed on every engine, for ever", () => {
    const served = SCENARIOS.map(({ name }) => {
      const { asked, served, blocked, avoidable, switches } = simulateScenario(name, 7, "round-robin");
      return [name, asked, served, blocked, avoidable, switches].join(" ");
    });
    expect(served).toEqual([
      "light 16149 16076 3 3 3",
      "office-hours 71402 70197 33 33 29",
      "mixed-plans 197131 177757 630 630 584",
      "swarm 288670 240923 893 893 755",
      "scarcity 133747 92000 1363 227 1107",
      "staggered 69154 68504 23 23 17",
      "aligned 70981 69100 51 51 44",
      "late-readings 74256 72828 39 39 32",
      "herds 97770 94906 52 48 33",
    ]);
    const bounds = ["aligned", "herds"].map((name) => upperBound(scenarioOf(name)!.workload(1)));
    expect(bounds).toEqual([71497, 90622]);
  });

  it("tells means over seeds, and avoidable blocks beside those of the documented score", () => {
    const outcome = { asked: 100, served: 50, turns: 4, blocked: 2, avoidable: 1, picks: 3, switches: 1 };
    const trial = (seed: number, avoidable: number, served: number, bound: number) => ({
      seed,
      bound,
      outcomes: new Map(RULES.map((rule) => [
        rule,
        { ...outcome, served, avoidable: rule === "score" ? avoidable : 4 },
      ])),
    });
    const figures = figuresOf([trial(1, 1, 50, 100), trial(2, 2, 80, 80)]);
    expect(figures.find(({ rule }) => rule === "score")).toEqual({
      rule: "score",
      servedPercent: 65,
      boundPercent: 75,
      blocked: 2,
      avoidable: 1.5,
      switches: 1,
      avoidablePercent: 37.5,
    });
    expect(figures.map(({ rule }) => rule)).toEqual(RULES);
  });

  it("of a scenario that there is not is refused", () => {
    expect(() => simulateScenario("none", 1, "score")).toThrow("no such scenario: none");
  });

  it("heeds the settings", () => {
    const world = scenarioOf("herds")!.workload(1);
    const calm = simulate(world, "score", { ...sessions, busyPenalty: 0 });
    expect(calm.avoidable).toBeGreaterThan(simulate(world, "score", sessions).avoidable);
  });
});
