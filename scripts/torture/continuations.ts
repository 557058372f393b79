import { runContinuations } from "../../rig/continuation.ts";
import type { Row } from "./row.ts";

const FAULTS = ["recorded late", "record ignored", "reset ignored"] as const;

/** Continuations that are killed at any step. */
export const continuations: Row = {
  name: "continuations",
  promise: "a thread goes on once per reset, or is listed, however it is killed",
  unit: "continuations",
  async run(size) {
    const isLong = size === "long";
    const found: string[] = [];
    for (const fault of FAULTS) {
      const { wrong } = await runContinuations({ seeds: isLong ? 500 : 100, fault });
      if (wrong.length > 0) found.push(`${fault}: ${wrong.length} findings`);
    }
    const { wrong, killedAt, ...figures } = await runContinuations({ seeds: isLong ? 10_000 : 300 });
    const steps = Object.entries(killedAt).map(([step, count]) => [`killed at ${step}`, count]);
    return {
      tries: figures.runs,
      planted: found.length === FAULTS.length ? found.join(", ") : undefined,
      failures: wrong,
      figures: { ...figures, ...Object.fromEntries(steps) },
    };
  },
};
