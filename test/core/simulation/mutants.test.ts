import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { simulationFaults, type Simulator } from "./canaries.ts";

vi.setConfig({ testTimeout: 120_000 });

const CORE = fileURLToPath(new URL("../../../lib/core/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "simulators-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Mutant = readonly [file: string, original: string, mutated: string, fault: string];

/** File, what stands there once, what to put in its place, and what must be seen of it. */
const MUTANTS: readonly Mutant[] = [
  ["pick/score", "terms.usage - terms.busy", "terms.usage + terms.busy", "a herd"],
  ["quota/windows", "resetsAtMs !== undefined && resetsAtMs <= nowMs", "false", "has reset"],
  [
    "simulation/rules",
    "...(isBare ? { ignoreExhaustion: true } : {}),",
    "ignoreExhaustion: true,",
    "used up",
  ],
  ["simulation/bound", "return Math.floor(least + ROUNDING);", "return Math.floor(least * 0.99);", "a bound"],
  ["simulation/bound", "rest - paid[at]!", "rest - 2 * paid[at]!", "a bound"],
  ["simulation/earnings", "begunBefore(toMs + durationMs)", "begunBefore(toMs + durationMs / 2)", "a bound"],
  [
    "simulation/earnings",
    "doneBefore(fromMs + durationMs)",
    "doneBefore(fromMs + 2 * durationMs)",
    "a bound",
  ],
  ["simulation/earnings", "Math.max(0, capacity - (open?.used ?? 0))", "0", "a bound"],
];

async function load(mutant?: Mutant): Promise<Simulator> {
  const core = mkdtempSync(join(folder, "core-"));
  cpSync(CORE, core, { recursive: true });
  if (mutant !== undefined) {
    const [file, original, mutated] = mutant;
    const pieces = readFileSync(join(core, `${file}.ts`), "utf8").split(original);
    expect(pieces.length, `${original} stands once in ${file}.ts`).toBe(2);
    writeFileSync(join(core, `${file}.ts`), pieces.join(mutated));
  }
  const from = (file: string) => import(/* @vite-ignore */ pathToFileURL(join(core, file)).href);
  const [world, comparison, bound, config] = [
    await from("simulation/world.ts"),
    await from("simulation/comparison.ts"),
    await from("simulation/bound.ts"),
    await from("config/config.ts"),
  ];
  return {
    run: world.run,
    simulate: comparison.simulate,
    upperBound: bound.upperBound,
    settings: config.defaultConfig().sessions,
  };
}

describe("a simulator", () => {
  it("has no fault in an unchanged copy", async () => {
    expect(simulationFaults(await load())).toEqual([]);
  });

  it.each(MUTANTS)("with a fault planted has one: %s: %s -> %s", async (...mutant) => {
    expect(simulationFaults(await load(mutant)).join("\n")).toContain(mutant[3]);
  });
});
