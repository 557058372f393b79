import type { Config } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import type { Layout } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { type Figures, figuresOf } from "../../core/simulation/comparison.ts";
import { seedsFrom } from "../../core/simulation/seeds.ts";
import { jsonText } from "../output/json.ts";
import type { SimulationOutput } from "../output/pick.ts";
import { drawTable } from "../../app/pick/report.ts";
import { simulatePast, simulateScenarios, type Simulation } from "../../app/pick/simulate.ts";

/** The options of `agentlb simulate`, as typed. */
export interface SimulationOptions {
  readonly json?: true;
  readonly markdown?: true;
  readonly history?: true;
  readonly scenario?: string;
  readonly seed?: string;
  readonly seeds?: string;
  readonly "seeds-from"?: string;
}

const HEADER = ["POLICY", "SERVED", "OF BOUND", "BLOCKED", "AVOIDABLE", "OF DOCUMENTED", "SWITCHES"];
const LARGEST_SEED = 0xffff_ffff;

/** The output of `agentlb simulate`. Throws Failure for wrong values, and for too short a past. */
export async function simulationText(
  layout: Layout,
  config: Config,
  options: SimulationOptions,
): Promise<string> {
  const seeds = seedsIn(options);
  const simulations = options.history
    ? [simulatePast(layout, config)]
    : simulateScenarios(config, seeds, options.scenario);
  if (options.json) return json(simulations, options.history ? [] : seeds);
  return options.markdown ? markdown(simulations) : await tables(simulations);
}

/** The seeds: a list, those derived from hex digits such as a commit's, or one; by default 1. */
function seedsIn({ seed, seeds, "seeds-from": hex }: SimulationOptions): readonly number[] {
  if (hex !== undefined) {
    if (!/^[0-9a-f]{7,64}$/i.test(hex)) {
      throw usage(`--seeds-from takes 7 to 64 hexadecimal digits, not '${printable(hex)}'`);
    }
    return seedsFrom(hex);
  }
  return (seeds?.split(",") ?? [seed ?? "1"]).map((text) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (number <= LARGEST_SEED) return number;
    throw usage(`a seed is a whole number from 0 to ${LARGEST_SEED}, not '${printable(text)}'`);
  });
}

function usage(message: string): Failure {
  return new Failure("usage", message, { hint: "see: agentlb help simulate" });
}

function json(simulations: readonly Simulation[], seeds: readonly number[]): string {
  const scenarios = simulations.map(({ name, about, trials }) => ({
    name,
    about,
    means: figuresOf(trials).map((figures) => ({
      policy: figures.rule,
      servedPercent: rounded(figures.servedPercent),
      boundPercent: rounded(figures.boundPercent),
      blocked: rounded(figures.blocked),
      avoidable: rounded(figures.avoidable),
      avoidablePercentOfDocumented: rounded(figures.avoidablePercent),
      switches: rounded(figures.switches),
    })),
    trials: trials.map(({ seed, bound, outcomes }) => ({
      seed: seed ?? null,
      bound,
      outcomes: [...outcomes].map(([policy, outcome]) => ({ policy, ...outcome })),
    })),
  }));
  return jsonText<SimulationOutput>({ schema: "agentlb.simulation/1", seeds, scenarios });
}

async function tables(simulations: readonly Simulation[]): Promise<string> {
  const texts = simulations.map(async ({ name, about, trials }) => {
    const rows = figuresOf(trials).map((figures) => [
      figures.rule,
      percent(figures.servedPercent),
      percent(figures.boundPercent),
      figures.blocked.toFixed(1),
      figures.avoidable.toFixed(1),
      figures.avoidablePercent === undefined ? "-" : percent(figures.avoidablePercent),
      figures.switches.toFixed(1),
    ]);
    return `${name}: ${about}\n${await drawTable(HEADER, rows)}`;
  });
  return (await Promise.all(texts)).join("\n");
}

/** One row per scenario: percent of the bound, avoidable blocks per trial, and their change from the documented score. */
function markdown(simulations: readonly Simulation[]): string {
  const cell = ({ boundPercent, avoidable, avoidablePercent, rule }: Figures) => {
    const change = avoidablePercent === undefined || rule === "documented"
      ? ""
      : ` (${signed(avoidablePercent - 100)} %)`;
    return `${boundPercent.toFixed(1)} % · ${avoidable.toFixed(1)}${change}`;
  };
  const lines = simulations.map(({ name, trials }) => [name, ...figuresOf(trials).map(cell)]);
  const header = ["scenario", ...figuresOf(simulations[0]!.trials).map(({ rule }) => rule)];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return [header, header.map(() => "---"), ...lines].map(line).join("");
}

function percent(value: number): string {
  return `${value.toFixed(1)}%`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(0);
  if (text === "0") return "±0";
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** Rounds to two decimal places. */
function rounded<Value extends number | undefined>(value: Value): Value | number {
  return value === undefined ? value : Number(value.toFixed(2));
}
