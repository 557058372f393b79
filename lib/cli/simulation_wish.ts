import { Failure } from "../core/text/failure.ts";
import type { SimulationWish } from "./view/simulation.ts";

export const SIMULATION_FLAGS: readonly string[] = [
  "json",
  "markdown",
  "history",
  "scenario",
  "seed",
  "seeds",
  "seeds-from",
];

/** The wish in the options of a command line. Throws Failure for two that can't both be met. */
export function simulationWish(options: ReadonlyMap<string, string>): SimulationWish {
  for (const [one, other] of [["json", "markdown"], ["history", "scenario"], ...pairs(SEEDS)] as const) {
    if (options.has(one) && options.has(other)) {
      throw new Failure("usage", `--${one} and --${other} can't be used together`, {
        hint: "see: agentlb help simulate",
      });
    }
  }
  const text = (name: string, key: keyof SimulationWish) =>
    options.has(name) ? { [key]: options.get(name) } : {};
  return {
    form: options.has("json") ? "json" : options.has("markdown") ? "markdown" : "table",
    isPast: options.has("history"),
    ...text("scenario", "scenario"),
    ...text("seed", "seed"),
    ...text("seeds", "seeds"),
    ...text("seeds-from", "seedsFrom"),
  };
}

/** What says which chance. */
const SEEDS = ["history", "seed", "seeds", "seeds-from"] as const;

function pairs<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other) => [one, other] as const));
}
