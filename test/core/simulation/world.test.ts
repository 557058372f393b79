import { describe, expect, it } from "vitest";
import { heapOf } from "../../../lib/core/text/heap.ts";
import { type Chooser, type Outcome, run, stepsOf } from "../../../lib/core/simulation/world.ts";
import { account, DAY, HOUR, job, MINUTE, workload } from "./small.ts";

/** Picks these, one after the other. */
const taking = (...places: number[]): Chooser => {
  let picks = 0;
  return () => places[picks++]!;
};
const only: Chooser = () => 0;
const of = (outcome: Outcome, ...keys: (keyof Outcome)[]) => keys.map((key) => outcome[key]);

describe("a window", () => {
  it("opens with its first use and ends five hours later, not at any hour of the clock", () => {
    const jobs = [
      job(3.5 * HOUR, { work: 10 }),
      job(8.5 * HOUR - 1, { work: 10 }),
      job(8.5 * HOUR, { work: 10 }),
    ];
    const accounts = [account("a", { short: 10 })];
    expect(of(run(workload(accounts, jobs.slice(0, 2)), only), "served", "blocked")).toEqual([10, 1]);
    expect(of(run(workload(accounts, jobs), only), "served", "blocked")).toEqual([20, 1]);
  });

  it("of a week does so a week later", () => {
    const jobs = [HOUR, 7 * DAY + HOUR - 1, 7 * DAY + HOUR].map((ms) => job(ms, { work: 10 }));
    expect(of(run(workload([account("a", { long: 10 })], jobs), only), "served", "blocked")).toEqual([20, 1]);
  });

  it("that was open before the beginning ends in its time, and what was used counts", () => {
    const open = { openedAtMs: -6 * DAY, used: 7 };
    const jobs = [job(HOUR, { work: 5 }), job(DAY, { work: 10 })];
    const outcome = run(workload([account("a", { long: 10 }, { long: open })], jobs), only);
    expect(of(outcome, "served", "blocked")).toEqual([13, 1]);
  });

  it("is not opened by a turn that is blocked", () => {
    // The week is used up an hour before its end; the short window opens with the next one, and holds for five hours.
    const hours = [0, 5, 7 * 24 - 1, 7 * 24, 7 * 24 + 4];
    const outcome = run(
      workload([account("a", { short: 10, long: 20 })], hours.map((hour) => job(hour * HOUR, { work: 10 }))),
      only,
    );
    expect(of(outcome, "served", "blocked")).toEqual([30, 2]);
  });

  it("may have another length", () => {
    const jobs = [job(0, { work: 10 }), job(DAY, { work: 10 })];
    const outcome = run(workload([account("a", { long: 10, longMs: DAY })], jobs), only);
    expect(outcome.served).toBe(20);
  });

  it("of either kind is enough to block, and none never blocks", () => {
    const jobs = [job(0, { work: 50 })];
    for (const plan of [{ short: 20, long: 90 }, { short: 90, long: 20 }, { short: 20 }, { long: 20 }]) {
      expect(of(run(workload([account("a", plan)], jobs), only), "served", "blocked")).toEqual([20, 1]);
    }
    expect(of(run(workload([account("a", {})], jobs), only), "served", "blocked")).toEqual([50, 0]);
  });
});

describe("a turn", () => {
  it("does its work minute by minute, whole units, all of it", () => {
    const steps = stepsOf({ atMs: 5, durationMs: 2.5 * MINUTE, work: 10 });
    expect(steps).toEqual([{ atMs: 5, work: 3 }, { atMs: 5 + MINUTE, work: 3 }, {
      atMs: 5 + 2 * MINUTE,
      work: 4,
    }]);
    expect(stepsOf({ atMs: 0, durationMs: 0, work: 7 })).toEqual([{ atMs: 0, work: 7 }]);
  });

  it("that finds a window full is blocked: what is left of it is not done, what was done is", () => {
    const jobs = [job(0, { work: 100, durationMs: 10 * MINUTE }), job(3.5 * MINUTE, { work: 5 })];
    // 40 units are done when the other's 5 come in between: of the next 10 only 5 can be.
    const outcome = run(workload([account("a", { short: 50 })], jobs), only);
    expect(of(outcome, "asked", "served", "turns", "blocked")).toEqual([105, 50, 2, 1]);
  });

  it("is avoidably blocked when another account has enough left for the rest of it, and only then", () => {
    const accounts = (other: number) => [account("a", { short: 10 }), account("b", { short: other })];
    const jobs = [job(0, { work: 30 })];
    for (const [other, avoidable] of [[19, 0], [20, 1]] as const) {
      const outcome = run(workload(accounts(other), jobs), taking(0));
      expect(of(outcome, "served", "blocked", "avoidable")).toEqual([10, 1, avoidable]);
    }
  });
});

describe("a job", () => {
  const accounts = [account("a", { short: 10 }), account("b", { short: 100 })];

  it("stays on its account until a turn is blocked, and is picked one again for the next turn", () => {
    const turns = [0, 1, 2, 3].map((hour) => ({ atMs: hour * 10 * MINUTE, work: 6 }));
    const outcome = run(workload(accounts, [job(0, ...turns)]), taking(0, 1));
    expect(of(outcome, "served", "blocked", "picks", "switches")).toEqual([10 + 12, 1, 2, 1]);
  });

  it("that gets the same account again has not switched", () => {
    const turns = [0, 1, 2].map((hour) => ({ atMs: hour * 10 * MINUTE, work: 6 }));
    const outcome = run(workload(accounts, [job(0, ...turns)]), taking(0, 0, 1));
    expect(of(outcome, "served", "blocked", "picks", "switches")).toEqual([10, 2, 2, 0]);
  });

  it("asks for its turns when it would have anyway", () => {
    // Blocked at once, the second turn comes five hours after the first and finds the window open anew.
    const turns = [{ work: 20 }, { atMs: 5 * HOUR, work: 10 }];
    expect(run(workload([account("a", { short: 10 })], [job(0, ...turns)]), only).served).toBe(20);
  });

  it("without turns is not picked for", () => {
    expect(run(workload(accounts, [job(0)]), taking()).picks).toBe(0);
  });
});

describe("the heap", () => {
  it("gives back by time, and at one time in the order of adding", () => {
    const heap = heapOf<string>();
    for (const [atMs, item] of [[3, "d"], [1, "a"], [3, "e"], [2, "b"], [3, "f"], [2, "c"]] as const) {
      heap.add(atMs, item);
    }
    const items = [];
    for (let next = heap.take(); next !== undefined; next = heap.take()) items.push(next.item);
    expect(items.join("")).toBe("abcdef");
    expect(heap.take()).toBeUndefined();
  });
});
