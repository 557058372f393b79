import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Sandbox } from "../../rig/sandbox.ts";
import { login } from "./support/login.ts";
import { type Entry, publish } from "./support/published.ts";
import { inAllWays, type Stage } from "./support/story.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const DAY_SEC = 86_400;

/** Windows with so much used that reset in some days, and half an hour so that nobody sees seconds pass. */
function limits(used: readonly [short: number, week: number], days: number): Entry {
  const resetsAt = Math.floor(Date.now() / 1000) + days * DAY_SEC + 1800;
  const window = (usedPercent: number, windowDurationMins: number) => ({
    usedPercent,
    windowDurationMins,
    resetsAt,
  });
  return {
    rateLimits: { limitId: "codex", primary: window(used[0], 300), secondary: window(used[1], 10_080) },
  };
}

function sessions(user: Sandbox, ...aliases: readonly string[]): void {
  for (const alias of aliases) user.addAlias(alias, { authFile: login(alias) });
}

function settle(user: Sandbox, text: string): void {
  mkdirSync(user.root, { recursive: true, mode: 0o700 });
  writeFileSync(join(user.root, "config.toml"), text, { mode: 0o600 });
}

/** Picks so many times; who it was, in turn. */
async function picks(run: Stage["run"], count: number, ...options: readonly string[]): Promise<string> {
  let aliases = "";
  for (let n = 0; n < count; n++) {
    aliases += (await run(["pick", ...options])).stdout.split("\t")[0];
  }
  return aliases;
}

inAllWays("a session that is used up is not picked while another has anything left", async (stage) => {
  const { user, run } = stage;
  sessions(user, "fresh-week", "little");
  publish(user, { "fresh-week": limits([100, 0], 3), little: { used: [99, 99] } });
  expect((await run(["--cmd", "true"])).stderr).toContain("using little (score 1: ");
  expect((await run(["pick", "--prefer", "fresh-week"])).stdout).toMatch(/^little\t/);
  const { stdout } = await run(["status", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    selected: "little",
    sessions: [{
      alias: "fresh-week",
      eligible: false,
      kind: "exhausted",
      reason: "exhausted, resets in 3d",
      comesBackAt: expect.stringMatching(/^20\d\d-/),
    }, { alias: "little", eligible: true, figure: expect.any(Number) }],
  });
  expect((await run(["status"])).stdout).toContain("┆ exhausted, resets in 3d │");
  // By its name it is run all the same.
  const named = await run(["new", "fresh-week", "--print-command"]);
  expect(named.stdout).toContain("fresh-week codex\n");
  expect(named.stderr).toContain(
    "agentlb: note: fresh-week would not be picked by itself: exhausted, resets in 3d\n",
  );
  expect((await run(["last", "--print-command"])).stderr).toContain("note: fresh-week would not be picked");
}, ALONE);

inAllWays("a window that has reset counts as untouched, also before anybody has looked", async (stage) => {
  const { user, run } = stage;
  sessions(user, "a", "b");
  publish(user, { a: limits([100, 0], -1), b: { used: [1, 1] } });
  expect(await picks(run, 1)).toBe("a");
}, ALONE);

inAllWays("when everything is used up, what comes back first is run, and that is said", async (stage) => {
  const { user, run } = stage;
  sessions(user, "a", "b", "c");
  publish(user, {
    a: limits([100, 0], 4),
    b: limits([0, 100], 3),
    c: limits([100, 100], 5),
  });
  expect(await run(["--cmd", "true"])).toMatchObject({
    code: 0,
    stderr: "agentlb: everything is used up; using b, which comes back in 3d\n",
  });
  const { stdout } = await run(["pick", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ alias: "b", reason: "back first" });
  for (const args of [["--no-exhausted", "--cmd", "true"], ["pick", "--no-exhausted"]]) {
    expect(await run(args)).toMatchObject({
      code: 4,
      stdout: "",
      stderr: 'agentlb: error: Cannot pick a session: everything is used up; "b" comes back first, in 3d\n',
    });
  }
  // Turns are turns.
  expect((await run(["rr", "--print-command"])).stdout).toContain("/a codex\n");
  expect((await run(["status"])).stdout).toMatch(/selected session: <none>\n$/);
}, ALONE);

inAllWays("a session that is paused is left alone until it is unpaused", async (stage) => {
  const { user, run } = stage;
  sessions(user, "a", "b");
  publish(user, { a: { used: [1, 1] }, b: {} });
  const free = { env: { AGENTLB_SUPERVISOR_DISABLED: "" } };
  expect(await run(["pause", "a"], free)).toMatchObject({
    code: 0,
    stdout: "paused session: a\n",
    stderr: "",
  });
  expect(await run(["pause", "a"])).toMatchObject({ code: 0, stdout: "session is paused already: a\n" });
  expect(await picks(run, 2)).toBe("bb");
  expect((await run(["status"])).stdout).toMatch(/│ {5}┆ a .*┆ paused +│/);
  for (let turn = 0; turn < 2; turn++) {
    expect((await run(["rr", "--print-command"])).stdout).toContain("/b codex\n");
  }
  expect((await run(["new", "a", "--print-command"])).stderr).toContain(
    "note: a would not be picked by itself: paused\n",
  );
  expect(await run(["unpause", "a"], free)).toMatchObject({ code: 0, stdout: "unpaused session: a\n" });
  expect(await picks(run, 1)).toBe("a");
  expect(await run(["pause", "c"])).toMatchObject({ code: 2, stdout: "" });
  // Neither of them has started a supervisor.
  expect(existsSync(join(user.root, "supervisor.pid"))).toBe(false);
}, ALONE);

inAllWays("what is kept of a session is for when nobody else has anything", async ({ user, run }) => {
  sessions(user, "a", "b");
  settle(user, "[alias.a]\nreserve = 20\n");
  publish(user, { a: { used: [80, 0] }, b: { used: [99, 99] } });
  expect(await picks(run, 1)).toBe("b");
  expect((await run(["status"])).stdout).toMatch(/┆ a .*┆ in reserve │/);
  publish(user, { a: { used: [80, 0] }, b: limits([100, 99], 3) });
  expect(await picks(run, 1)).toBe("a");
}, ALONE);

inAllWays("a session of higher priority comes first as long as it has something left", async (stage) => {
  const { user, run } = stage;
  sessions(user, "a", "b", "c");
  settle(user, "[alias.b]\npriority = 1\n[alias.c]\npriority = -1\n");
  publish(user, { a: { used: [1, 1] }, b: { used: [99, 99] }, c: { used: [0, 0] } });
  expect(await picks(run, 3)).toBe("bbb");
  expect(await picks(run, 2, "--prefer", "c")).toBe("cc");
  publish(user, { a: { used: [90, 90] }, b: limits([99, 100], 3), c: { used: [0, 0] } });
  expect(await picks(run, 2)).toBe("aa");
}, ALONE);

inAllWays("a session with as many open as it may have is not picked", async ({ user, run }) => {
  sessions(user, "a", "b");
  settle(user, "[alias.a]\nmax_sessions = 3\n[alias.b]\nmax_sessions = 1\n");
  const open = (openThreads: number) => ({ activity: { activeTurns: 0, turns: 0, openThreads } });
  publish(user, { a: { used: [1, 1], ...open(2) }, b: open(0) });
  // The third place is reserved by the first pick, the only one of the other by the second.
  expect(await picks(run, 2)).toBe("ab");
  expect(await run(["pick"])).toMatchObject({
    code: 4,
    stdout: "",
    stderr: "agentlb: error: Cannot pick a session: a: 3 of 3 sessions open; b: 1 of 1 sessions open\n" +
      "agentlb: hint: end one that is open, or raise its max_sessions in config.toml\n",
  });
  expect((await run(["status"])).stdout).toMatch(/┆ a .*┆ 3 of 3 sessions open │/);
  // What nobody can judge is not too full to be counted.
  publish(user, { a: { ageSec: 9000, ...open(2) }, b: { ageSec: 9000, ...open(0) } });
  expect((await run(["pick"])).code).toBe(4);
  expect(await run(["new", "b", "--cmd", "true"])).toMatchObject({
    code: 0,
    stderr: "agentlb: using b\nagentlb: note: b would not be picked by itself: 1 of 1 sessions open\n",
  });
}, ALONE);

inAllWays(
  "another policy is named beside its figures, and the settings say which one is usual",
  async (stage) => {
    const { user, run } = stage;
    sessions(user, "a", "b");
    publish(user, { a: { used: [1, 1] }, b: {} });
    expect((await run(["status"])).stdout).toContain("┆ SCORE ┆ RESTART ┆");
    expect((await run(["status", "--policy", "drain"])).stdout).toMatch(/┆ SCORE ┆ DRAIN +┆ RESTART ┆/);
    settle(user, '[sessions]\npolicy = "balanced"\n');
    expect((await run(["status"])).stdout).toMatch(/┆ SCORE ┆ BALANCED ┆ RESTART ┆/);
    expect(JSON.parse((await run(["pick", "--json"])).stdout)).toMatchObject({ policy: "balanced" });
    expect(JSON.parse((await run(["pick", "--json", "--policy", "score"])).stdout)).toMatchObject({
      policy: "score",
    });
    expect(await run(["pick", "--policy", "best"])).toMatchObject({ code: 2, stdout: "" });
    expect(existsSync(join(user.root, "state/policy.json"))).toBe(false);
    expect(readFileSync(join(user.root, "config.toml"), "utf8")).toContain("balanced");
  },
  ALONE,
);
