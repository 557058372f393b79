import { expect, it, vi } from "vitest";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { simulate } from "../../../lib/core/simulation/comparison.ts";
import { upperBound } from "../../../lib/core/simulation/bound.ts";
import { RULES } from "../../../lib/core/simulation/rules.ts";
import { jobsOf } from "../../../lib/core/simulation/workload.ts";
import { account, workload } from "./small.ts";

vi.setConfig({ testTimeout: 120_000 });

it("four weeks of eight accounts and sixty jobs a day, and what they cost", () => {
  const accounts = Array.from(
    { length: 8 },
    (_, index) => account(`a${index}`, { short: 2000, long: 10_000 }),
  );
  const jobs = jobsOf(
    {
      days: 28,
      jobs: [60, 60],
      weekendPercent: 100,
      hours: Array.from({ length: 24 }, () => 1),
      turns: [2, 20],
      turnSec: [20, 900],
      pauseSec: [20, 600],
      unitsPerMin: [2, 14],
    },
    1,
    "speed",
  );
  const world = workload(accounts, jobs);
  const { sessions } = defaultConfig();
  const timed = <T>(what: string, act: () => T): T => {
    // Of the processor, not of the clock: other tests run at the same time.
    const before = process.cpuUsage();
    const result = act();
    spent.push(`${what} ${Math.round(process.cpuUsage(before).user / 1000)} ms`);
    return result;
  };
  const spent: string[] = [];
  for (const rule of RULES) {
    expect(timed(rule, () => simulate(world, rule, sessions)).turns).toBeGreaterThan(10_000);
  }
  timed("bound", () => upperBound(world));
  const turns = jobs.reduce((sum, { turns }) => sum + turns.length, 0);
  console.log(`28 days, 8 accounts, ${jobs.length} jobs, ${turns} turns: ${spent.join(", ")}`);
});
