import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test, vi } from "vitest";
import type { AccountPatch } from "../../rig/backend/account.ts";
import { TREE } from "../../rig/codex.ts";
import { until } from "../../rig/until.ts";
import { world } from "./real_world.ts";
import { used } from "./support/pool.ts";
import { tool } from "./support/shell.ts";
import { makeSkill } from "./support/skill.ts";

vi.setConfig({ testTimeout: 120_000 });

const ROOM = used(20, 30).usage;
const SPEND = (reached: boolean, percent: number) => ({
  reached,
  individual_limit: {
    source: "workspace_spend_controls",
    limit: "100",
    used: String(percent),
    remaining: String(100 - percent),
    used_percent: percent,
    remaining_percent: 100 - percent,
    reset_after_seconds: 900_000,
    reset_at: Math.floor(Date.now() / 1000) + 900_000,
  },
});
const CREDITS = { has_credits: true, unlimited: false, balance: "12.50" };

/** What the service says of accounts, and the verdict on each. */
const ACCOUNTS: Readonly<Record<string, readonly [AccountPatch, RegExp | undefined]>> = {
  room: [{ usage: ROOM }, undefined],
  full: [used(100, 30), /^exhausted, resets in \d/],
  reached: [{ usage: { ...ROOM, reachedType: "rate_limit_reached" } }, /^limit reached$/],
  depleted: [
    { usage: { ...ROOM, reachedType: "workspace_member_credits_depleted" } },
    /^workspace out of credits$/,
  ],
  spent: [{ usage: { ...ROOM, spendControl: SPEND(true, 75) } }, /^spend limit reached, resets in \d/],
  budget: [
    { usage: { ...ROOM, spendControl: SPEND(false, 100), credits: CREDITS } },
    /^budget used up, resets in/,
  ],
  spare: [{ usage: { ...ROOM, spendControl: SPEND(false, 75) } }, undefined],
};

test("one answer of the service has one verdict in agentlb, cap, a pick and the library", async (context) => {
  const accounts = Object.fromEntries(Object.entries(ACCOUNTS).map(([id, [patch]]) => [id, patch]));
  const { agentlb, results, service, user } = await world(context, { accounts });
  // The service does not allow ordinary use, though both windows have room.
  const refused = (allowed: boolean) => ({
    user_id: "user-refused",
    account_id: "refused",
    email: "refused@example.test",
    plan_type: "pro",
    rate_limit: {
      allowed,
      limit_reached: !allowed,
      primary_window: {
        used_percent: 20,
        limit_window_seconds: 18_000,
        reset_after_seconds: 7200,
        reset_at: Math.floor(Date.now() / 1000) + 7200,
      },
      secondary_window: null,
    },
  });
  service.set("refused", { usage: { body: refused(false) } });
  const names = [...Object.keys(ACCOUNTS), "refused"];
  const expected = (name: string) => name === "refused" ? /^use refused by the service$/ : ACCOUNTS[name]![1];

  const team = join(user.home, "team");
  mkdirSync(team, { mode: 0o700 });
  for (const name of names) {
    user.addAlias(name, { backend: service, account: name });
    writeFileSync(join(team, name), service.authFile(name), { mode: 0o600 });
  }
  expect(await agentlb(["supervisor", "start", "--background"])).toMatchObject({ code: 0 });
  await results(Object.fromEntries(names.map((name) => [name, "ok"])));
  const { sessions } = JSON.parse((await agentlb(["status", "--json"])).stdout);
  const inAgentlb = Object.fromEntries(
    // deno-lint-ignore no-explicit-any
    sessions.map(({ alias, eligible, reason }: any) => [alias, eligible ? undefined : reason]),
  );

  const script = `import { readReport } from ${
    JSON.stringify(pathToFileURL(join(TREE, "dist/js/mod.js")).href)
  };
    console.log(JSON.stringify((await readReport()).sessions));`;
  const library = await tool(user, "node", ["--input-type=module", "-e", script]);
  const inLibrary = Object.fromEntries(
    // deno-lint-ignore no-explicit-any
    JSON.parse(library.stdout).map(({ alias, eligible, reason }: any) => [
      alias,
      eligible ? undefined : reason,
    ]),
  );

  const skill = makeSkill(user);
  // A home that names the fake service.
  const source = join(user.root, "sessions", "room");
  writeFileSync(join(skill.scripts, "cap_config.yaml"), `sources: ${source}\nauth_team_dir: ${team}\n`);
  const cap = (...words: string[]) => agentlb(["cap", "--from", skill.scripts, ...words]);
  const shown = await cap("status", team, "--via", "app-server", "--json");
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  const inCap = Object.fromEntries(
    // deno-lint-ignore no-explicit-any
    JSON.parse(shown.stdout).accounts.map(({ name, standing, reason }: any) => [
      name,
      standing === "exhausted" ? reason : undefined,
    ]),
  );

  // Seconds go by between the questions.
  const bare = (words: string | undefined) => words?.replace(/ in .*/, "");
  for (const name of names) {
    const wanted = expected(name);
    if (wanted === undefined) expect(inAgentlb[name], name).toBeUndefined();
    else expect(inAgentlb[name], name).toMatch(wanted);
    expect([inLibrary[name], inCap[name]].map(bare), name).toEqual(Array(2).fill(bare(inAgentlb[name])));
  }

  await until(async () => {
    const env = { CAP_AUTH_TEAM_DIR: team, CAP_AUTH_STRATEGY: "balanced" };
    const words = ["cap", "--from", skill.scripts, "pick-auth", "--worker", "w", "--base", "b"];
    const { stdout, stderr } = await agentlb(words, env);
    expect(["room", "spare"]).toContain(stdout.trim().slice(team.length + 1));
    for (const [, name = "", words] of stderr.matchAll(/passed over: .*\/(\w+): (.*)$/gm)) {
      expect(bare(words), name).toBe(bare(inAgentlb[name]));
    }
    return stderr.includes("passed over");
  }, "a pick passes over an account that is exhausted");
});
