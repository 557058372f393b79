import { type Config, defaultConfig } from "../config/config.ts";
import { upperBound } from "./bound.ts";
import { chooserOf, type Rule, RULES } from "./rules.ts";
import { type Scenario, SCENARIOS } from "./scenarios.ts";
import type { Workload } from "./workload.ts";
import { type Outcome, run } from "./world.ts";

type Settings = Config["sessions"];

/** One workload under every rule. */
export interface Trial {
  /** The seed of the workload; undefined for the work of the past. */
  readonly seed: number | undefined;
  /** The upper bound of the work that any rule can serve, in units. */
  readonly bound: number;
  readonly outcomes: ReadonlyMap<Rule, Outcome>;
}

/** The mean results of one rule over some trials. */
export interface Figures {
  readonly rule: Rule;
  /** Percent of the work asked for, and percent of the upper bound. */
  readonly servedPercent: number;
  readonly boundPercent: number;
  /** Means per trial. */
  readonly blocked: number;
  readonly avoidable: number;
  readonly switches: number;
  /** Avoidable blocks in percent of those under the documented score; undefined if that had none. */
  readonly avoidablePercent: number | undefined;
}

/** Simulates one scenario under one rule. Throws Error for an unknown scenario. */
export function simulateScenario(
  name: string,
  seed: number,
  rule: Rule,
  settings: Settings = defaultConfig().sessions,
): Outcome {
  const scenario = scenarioOf(name);
  if (scenario === undefined) throw new Error(`no such scenario: ${name}`);
  return simulate(scenario.workload(seed), rule, settings);
}

export function scenarioOf(name: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.name === name);
}

export function simulate(workload: Workload, rule: Rule, settings: Settings): Outcome {
  return run(workload, chooserOf(rule, workload.accounts.map(({ alias }) => alias), settings));
}

/** Simulates one workload under every rule, and computes its upper bound. */
export function tryAll(workload: Workload, seed: number | undefined, settings: Settings): Trial {
  return {
    seed,
    bound: upperBound(workload),
    outcomes: new Map(RULES.map((rule) => [rule, simulate(workload, rule, settings)])),
  };
}

/** The means of some trials of one kind, by rule. */
export function figuresOf(trials: readonly Trial[]): Figures[] {
  const mean = (rule: Rule, figure: (outcome: Outcome, trial: Trial) => number) =>
    trials.reduce((sum, trial) => sum + figure(trial.outcomes.get(rule)!, trial), 0) / trials.length;
  const avoidableBy = (rule: Rule) => mean(rule, ({ avoidable }) => avoidable);
  const documented = avoidableBy("documented");
  return RULES.map((rule) => ({
    rule,
    servedPercent: mean(rule, ({ served, asked }) => percent(served, asked)),
    boundPercent: mean(rule, ({ served }, { bound }) => percent(served, bound)),
    blocked: mean(rule, ({ blocked }) => blocked),
    avoidable: avoidableBy(rule),
    switches: mean(rule, ({ switches }) => switches),
    avoidablePercent: documented === 0 ? undefined : percent(avoidableBy(rule), documented),
  }));
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : 100 * part / whole;
}
