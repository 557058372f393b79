import type { Config } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import type { Layout } from "../../core/system/layout.ts";
import { nearest } from "../../core/text/nearest.ts";
import { printable } from "../../core/text/printable.ts";
import { scenarioOf, type Trial, tryAll } from "../../core/simulation/comparison.ts";
import { pastOf } from "../../core/simulation/past.ts";
import { type Scenario, SCENARIOS } from "../../core/simulation/scenarios.ts";
import { formatSpan } from "../../core/text/time.ts";
import { recallHistory } from "../session/history.ts";

/** One workload and its results. */
export interface Simulation {
  readonly name: string;
  readonly about: string;
  readonly trials: readonly Trial[];
}

const LEAST_SPAN_MS = 24 * 3_600_000;
const LEAST_RISES = 20;

/** Simulates all scenarios or one under every policy, once for each seed. Throws Failure for an unknown scenario. */
export function simulateScenarios(
  config: Config,
  seeds: readonly number[],
  only: string | undefined,
): Simulation[] {
  return (only === undefined ? SCENARIOS : [scenarioNamed(only)]).map(({ name, about, workload }) => ({
    name,
    about,
    trials: seeds.map((seed) => tryAll(workload(seed), seed, config.sessions)),
  }));
}

/** Simulates the work of the past under every policy. Throws Failure when there is too little of it. */
export function simulatePast(layout: Layout, config: Config): Simulation {
  const past = pastOf(recallHistory(layout));
  if (past === undefined || past.spanMs < LEAST_SPAN_MS || past.rises < LEAST_RISES) {
    const found = past === undefined
      ? "no reading in which anything was used"
      : `${past.rises} readings within ${formatSpan(past.spanMs)}`;
    throw new Failure(
      "failed",
      `Cannot simulate the past: there is ${found}; at least ${LEAST_RISES} readings that show use, over ${
        formatSpan(LEAST_SPAN_MS)
      }, are needed`,
      {
        hint: "they come by themselves while the supervisor runs; until then, made-up work: agentlb simulate",
      },
    );
  }
  const days = Math.max(1, Math.round(past.spanMs / LEAST_SPAN_MS));
  const { accounts, jobs } = past.workload;
  return {
    name: "history",
    about: `what was done in the last ${days} days: ${jobs.length} jobs on ${accounts.length} accounts`,
    trials: [tryAll(past.workload, undefined, config.sessions)],
  };
}

function scenarioNamed(name: string): Scenario {
  const scenario = scenarioOf(name);
  if (scenario !== undefined) return scenario;
  const names = SCENARIOS.map((each) => each.name);
  const near = nearest(name, names);
  throw new Failure("usage", `there is no scenario '${printable(name)}'`, {
    hint: near === undefined ? `there are: ${names.join(", ")}` : `did you mean '${near}'?`,
  });
}
