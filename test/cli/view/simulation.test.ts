import { describe, expect, it, vi } from "vitest";
import { HistoryEncoder } from "../../../lib/core/quota/history.ts";
import { RULES } from "../../../lib/core/simulation/rules.ts";
import { SCENARIOS } from "../../../lib/core/simulation/scenarios.ts";
import { main } from "../../../lib/cli/main.ts";
import { START, type World, world } from "../../app/world.ts";

vi.setConfig({ testTimeout: 120_000 });

const HOUR = 3_600_000;

/** Runs one command line; what was said before is forgotten. */
async function run(user: World, line: string): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ args: line.split(" ") }));
}

/** Two days in which one account filled from 1 to 45 percent, and another not at all. */
function remember(user: World): void {
  const encoder = new HistoryEncoder();
  const lines = Array.from({ length: 45 }, (_, hour) => {
    const window = (used: number) => ({ used, resetsAtMs: START + 7 * 24 * HOUR, durationMs: 7 * 24 * HOUR });
    const sample = (used: number) => ({ atMs: START + hour * HOUR, long: window(used), turns: used });
    return encoder.line("busy", sample(hour + 1)) + encoder.line("idle", sample(0));
  });
  user.write(lines.join(""), "state", "history", "2026-11.log");
}

describe("agentlb simulate", () => {
  it("shows every scenario under every policy, and starts nothing", async () => {
    const user = world();
    expect(await run(user, "simulate")).toBe(0);
    expect(user.err).toBe("");
    for (const { name, about } of SCENARIOS) expect(user.out).toContain(`${name}: ${about}\n`);
    for (const rule of RULES) expect(user.out.split(`│ ${rule} `)).toHaveLength(SCENARIOS.length + 1);
    expect([user.launches, user.has("status.json"), user.has("supervisor.pid")]).toEqual([[], false, false]);
  });

  it("says the same for a seed, and something else for another", async () => {
    const user = world();
    const said: string[] = [];
    for (const seed of ["", " --seed 1", " --seeds 1", " --seed 2"]) {
      await run(user, `simulate --scenario light --json${seed}`);
      said.push(user.out);
    }
    expect(said[1]).toBe(said[0]);
    expect(said[2]).toBe(said[0]);
    expect(said[3]).not.toBe(said[0]);
  });

  it("prints an object with the means, and the figures of each seed", async () => {
    const user = world();
    expect(await run(user, "simulate --scenario light --seeds 3,4 --json")).toBe(0);
    const { schema, seeds, scenarios: [light] } = JSON.parse(user.out);
    expect([schema, seeds, light.name]).toEqual(["agentlb.simulation/1", [3, 4], "light"]);
    expect(light.means.map(({ policy }: { policy: string }) => policy)).toEqual(RULES);
    expect(light.trials.map(({ seed }: { seed: number }) => seed)).toEqual([3, 4]);
    const [first, second] = light.trials.map((trial: { outcomes: { policy: string; blocked: number }[] }) =>
      trial.outcomes.find(({ policy }) => policy === "score")!.blocked
    );
    expect(light.means.find(({ policy }: { policy: string }) => policy === "score").blocked)
      .toBe((first + second) / 2);
  });

  it("prints a table for a page, over seeds that a commit gives", async () => {
    const user = world();
    expect(await run(user, "simulate --scenario light --markdown --seeds-from a956a16")).toBe(0);
    const [header, rule, light, ...rest] = user.out.split("\n");
    expect(header).toBe(`| scenario | ${RULES.join(" | ")} |`);
    expect(rule).toMatch(/^(\| --- ){8}\|$/);
    expect(light).toMatch(/^\| light \| 99\.\d % · \d\.\d( \([−+±]\d+ %\))? \|.*\|$/);
    expect(rest).toEqual([""]);
    expect(await run(user, "simulate --scenario light --json --seeds-from A956A16")).toBe(0);
    expect(JSON.parse(user.out).seeds).toHaveLength(20);
  });

  it.each([
    ["--scenario swarmm", "there is no scenario 'swarmm'", "did you mean 'swarm'?"],
    ["--scenario zzzzzzzz", "there is no scenario 'zzzzzzzz'", "there are: light, office-hours"],
    ["--seed x", "a seed is a whole number from 0 to 4294967295, not 'x'", "agentlb help simulate"],
    ["--seed 4294967296", "a seed is a whole number", "agentlb help simulate"],
    ["--seeds 1,,2", "not ''", "agentlb help simulate"],
    ["--seeds-from 12345", "--seeds-from takes 7 to 64 hexadecimal digits, not '12345'", "help simulate"],
    ["--seed 1 --seeds 2", "--seed and --seeds can't be used together", "help simulate"],
    ["--history --seed 1", "--history and --seed can't be used together", "help simulate"],
    ["--history --scenario light", "--history and --scenario can't be used together", "help simulate"],
    ["--json --markdown", "--json and --markdown can't be used together", "help simulate"],
  ])("refuses %s", async (words, message, hint) => {
    const user = world();
    expect(await run(user, `simulate ${words}`)).toBe(2);
    if (words.startsWith("--json")) expect(JSON.parse(user.out)).toMatchObject({ code: "usage", message });
    else expect(user.out).toBe("");
    expect(user.err).toContain(message);
    expect(user.err).toContain(hint);
  });

  it("heeds the settings", async () => {
    const user = world();
    await run(user, "simulate --scenario herds --json");
    const before = user.out;
    user.write("[sessions]\nbusy_penalty = 0\n", "config.toml");
    await run(user, "simulate --scenario herds --json");
    expect(user.out).not.toBe(before);
  });
});

describe("agentlb simulate --history", () => {
  it("runs what the accounts were used for, wherever it was, under every policy", async () => {
    const user = world();
    remember(user);
    expect(await run(user, "simulate --history")).toBe(0);
    expect(user.out).toMatch(/^history: what was done in the last 2 days: \d+ jobs on 2 accounts\n/);
    for (const rule of RULES) expect(user.out).toContain(`│ ${rule} `);
    expect(await run(user, "simulate --history --json")).toBe(0);
    const { seeds, scenarios } = JSON.parse(user.out);
    expect([seeds, scenarios[0].trials[0].seed]).toEqual([[], null]);
  });

  it("says how much is missing when there is too little", async () => {
    const user = world();
    expect(await run(user, "simulate --history")).toBe(1);
    expect(user.err).toBe(
      "agentlb: error: Cannot simulate the past: there is no reading in which anything was used; at least 20 readings " +
        "that show use, over 1d, are needed\n" +
        "agentlb: hint: they come by themselves while the supervisor runs; until then, made-up work: agentlb simulate\n",
    );
  });
});
