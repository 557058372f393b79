import { describe, expect, it } from "vitest";
import { type Gauge, gaugesOf } from "../../../lib/core/quota/windows.ts";
import type { Sample, SampleWindow } from "../../../lib/core/quota/history.ts";
import { pastOf } from "../../../lib/core/simulation/past.ts";
import { BEGIN_MS, statusAt, type Watch } from "../../../lib/core/simulation/supervision.ts";
import { jobsOf, workAsked, type Workload } from "../../../lib/core/simulation/workload.ts";
import { run } from "../../../lib/core/simulation/world.ts";
import { account, DAY, HOUR, job, MINUTE, workload } from "./small.ts";

/** What a history would hold of this world, a sample whenever a reading had changed, and each hour. */
function recorded(world: Workload): { histories: Map<string, Sample[]>; served: number } {
  const spies = new Set<number>();
  for (let ms = 1; ms < world.endMs; ms += MINUTE) spies.add(ms);
  const jobs = [...world.jobs, ...Array.from(spies, (ms) => job(ms, { work: 0 }))];
  const histories = new Map<string, Sample[]>();
  let turn = 0;
  const { served } = run(
    {
      ...world,
      accounts: [...world.accounts, account("spy", {})],
      jobs: jobs.sort((a, b) => a.startMs - b.startMs),
    },
    (watches: readonly Watch[], nowMs) => {
      // The large account gets as much of its own as the small ones of theirs.
      if (!spies.has(nowMs)) return [0, 1, 2, 1, 1][turn++ % 5]!;
      world.accounts.forEach(({ alias }, place) => {
        const status = statusAt(watches[place]!, nowMs);
        const { short, long } = gaugesOf(status.rateLimits, BEGIN_MS + nowMs);
        const sample = {
          atMs: BEGIN_MS + nowMs,
          ...(short && { short: windowOf(short) }),
          ...(long && { long: windowOf(long) }),
          turns: status.activity.activeTurns,
        };
        const samples = histories.get(alias) ?? [];
        if (differs(samples.at(-1), sample)) histories.set(alias, [...samples, sample]);
      });
      return world.accounts.length;
    },
  );
  return { histories, served };
}

function windowOf({ left, resetsAtMs, durationMs }: Gauge): SampleWindow {
  return {
    used: 100 - left,
    ...(resetsAtMs === undefined ? {} : { resetsAtMs }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

function differs(before: Sample | undefined, after: Sample): boolean {
  const figures = (sample: Sample | undefined) =>
    [sample?.short?.used, sample?.long?.used, sample?.turns].join();
  return figures(before) !== figures(after);
}

const habits = {
  days: 10,
  jobs: [8, 12] as const,
  weekendPercent: 60,
  hours: Array.from({ length: 24 }, () => 1),
  turns: [2, 10] as const,
  turnSec: [60, 900] as const,
  pauseSec: [20, 600] as const,
  unitsPerMin: [5, 5] as const,
};

describe("the past", () => {
  const small = { short: 1000, long: 5000 };
  const accounts = [
    account("a", small, { long: { openedAtMs: -3 * DAY, used: 1000 } }),
    account("b", { short: 3000, long: 15_000 }),
    account("c", { long: 5000 }),
  ];
  const world = { ...workload(accounts, jobsOf(habits, 1, "past")), endMs: 10 * DAY };
  const { histories, served } = recorded(world);
  const past = pastOf(histories)!;
  const [a, b, c] = past.workload.accounts.map(({ plan }) => plan);

  it("has the accounts with their windows, by what minutes of turns used of them", () => {
    expect(past.workload.accounts).toHaveLength(3);
    expect(c!.short).toBeUndefined();
    const ratio = (one: number | undefined, other: number | undefined) => one! / other!;
    expect(ratio(b!.long, a!.long)).toBeGreaterThan(2.2);
    expect(ratio(b!.long, a!.long)).toBeLessThan(3.8);
    expect(ratio(c!.long, a!.long)).toBeGreaterThan(0.7);
    expect(ratio(c!.long, a!.long)).toBeLessThan(1.4);
    for (const plan of [a, b]) expect(Math.abs(ratio(plan!.long, plan!.short) - 5)).toBeLessThan(0.6);
    const open = past.workload.accounts[0]!.long!;
    expect(Math.abs(open.openedAtMs + 3 * DAY)).toBeLessThan(10 * MINUTE);
    expect(open.used / a!.long!).toBeCloseTo(0.2, 1);
  });

  it("has the work that was served, as far as whole percents tell", () => {
    const scale = a!.long! / 5000;
    expect(workAsked(past.workload.jobs) / scale / served).toBeGreaterThan(0.85);
    expect(workAsked(past.workload.jobs) / scale / served).toBeLessThan(1.2);
    expect(past.rises).toBeGreaterThan(200);
    expect(past.spanMs).toBeGreaterThan(9 * DAY);
  });

  it("has jobs whose turns follow each other, in order and never two at a time", () => {
    const { jobs } = past.workload;
    expect(jobs.length).toBeGreaterThan(20);
    expect(jobs.map(({ startMs }) => startMs)).toEqual(
      jobs.map(({ startMs }) => startMs).sort((a, b) => a - b),
    );
    for (const { startMs, turns } of jobs) {
      let endMs = startMs;
      for (const turn of turns) {
        expect(turn.atMs).toBeGreaterThanOrEqual(endMs);
        endMs = turn.atMs + turn.durationMs;
      }
    }
  });
});

describe("a rise", () => {
  const at = (minutes: number, used: number, resetsAtMs = 5 * HOUR, turns = 1): Sample => ({
    atMs: minutes * MINUTE,
    short: { used, resetsAtMs, durationMs: 5 * HOUR },
    turns,
  });
  const worked = (...samples: Sample[]) =>
    pastOf(new Map([["a", samples]]))?.workload.jobs.map(({ turns }) => turns.map(({ work }) => work));

  it("counts from nothing when the window is another one", () => {
    expect(worked(at(0, 50), at(10, 60))).toEqual([[1000]]);
    expect(worked(at(0, 50), at(310, 20, 10 * HOUR))).toEqual([[2000]]);
    expect(worked(at(0, 50), at(310, 80, 10 * HOUR))).toEqual([[8000]]);
  });

  it("is another job after half an hour, and as many as turns were under way", () => {
    expect(worked(at(0, 0), at(10, 10), at(20, 20), at(61, 30))).toEqual([[1000, 1000], [1000]]);
    expect(worked(at(0, 0, 5 * HOUR, 2), at(10, 10, 5 * HOUR, 2), at(20, 20))).toEqual([[500, 500], [
      500,
      500,
    ]]);
  });

  it("that there is not leaves no past", () => {
    expect(worked(at(0, 50), at(10, 50))).toBeUndefined();
    expect(worked()).toBeUndefined();
    expect(pastOf(new Map())).toBeUndefined();
  });
});
