import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { run, type Way, ways } from "../../rig/program.ts";
import { publish } from "./support/published.ts";

describe.each(ways)("run by %s", (way: Way) => {
  function user() {
    const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    for (const alias of ["personal", "work"]) made.addAlias(alias);
    const window = (usedPercent: number) => ({ usedPercent, windowDurationMins: 300 });
    publish(made, {
      personal: { rateLimits: { limitId: "codex", primary: window(40), secondary: null } },
      work: { rateLimits: { limitId: "codex", primary: window(20), secondary: null } },
    });
    return made;
  }

  it("`why` names each term and the smallest changes that lead to another pick", async () => {
    const made = user();
    const { stdout, code } = await run(way, ["why"], { env: made.env });
    expect(code).toBe(0);
    expect(stdout).toContain("picked: work (policy score)");
    expect(stdout).toContain("work with 20 % less left of its short window: personal would be picked");
    expect(stdout).toContain("work with 5 turns more under way: personal would be picked");
    expect(stdout).toContain("personal with 20 % more left of its short window: personal would be picked");
    const json = await run(way, ["why", "personal", "--json"], { env: made.env });
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: "agentlb.why/1",
      picked: "work",
      sessions: [{ alias: "personal", score: 60 }, { alias: "work", score: 80 }],
    });
    const unknown = await run(way, ["why", "nobody"], { env: made.env });
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
  });

  it("`forecast` says what it does not know, and what it does once there is a history", async () => {
    const made = user();
    const { stdout, code } = await run(way, ["forecast"], { env: made.env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/personal .* short .* 60% .* not known yet/);
    const json = await run(way, ["forecast", "--json"], { env: made.env });
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: "agentlb.forecast/1",
      accounts: [{ aliases: ["personal"], exhausted: false }, { aliases: ["work"], exhausted: false }],
    });
  });

  it("`forecast` reads the history that the supervisor wrote", async () => {
    const made = user();
    const now = Date.now();
    const account = "00112233445566aa";
    publish(made, {
      work: {
        account,
        rateLimits: {
          limitId: "codex",
          primary: { usedPercent: 60, windowDurationMins: 300 },
          secondary: null,
        },
      },
    });
    const folder = join(made.root, "state/history");
    mkdirSync(folder, { recursive: true });
    const lines = Array.from({ length: 12 }, (_, hour) => {
      const at = Math.floor((now - (12 - hour) * 3_600_000) / 1000);
      return `${JSON.stringify({ n: 0, account, at, alias: "work", short: [5 * hour, 0, 300], turns: 1 })}\n`;
    });
    writeFileSync(join(folder, `${new Date(now).toISOString().slice(0, 7)}.log`), lines.join(""));
    const { stdout } = await run(way, ["forecast", "--json"], { env: made.env });
    const work = JSON.parse(stdout).accounts.find(({ aliases }: { aliases: string[] }) =>
      aliases[0] === "work"
    );
    expect(work.windows[0].percentPerHour).toBeGreaterThan(4);
    expect(work.windows[0].percentPerHour).toBeLessThan(6);
    expect(work.windows[0].dryInMs.likely).toBeGreaterThan(7 * 3_600_000);
    expect(work.windows[0].dryInMs.likely).toBeLessThan(10 * 3_600_000);
  });
});
