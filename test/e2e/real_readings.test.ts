import { join } from "node:path";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { describe, test } from "vitest";
import { until } from "../../rig/until.ts";
import { childrenOf, codexIn, figure, isRunning, world } from "./real_world.ts";
import { patience } from "../../rig/patience.ts";

// With the real Codex 0.171: what status.json and `agentlb status` say of each state of the service.

const IDS = ["a", "b", "c"];
const HOUR = 3600;

// One after the other, because they measure.
describe("first readings with the real Codex", { timeout: patience(60_000) }, () => {
  test("of all sessions are there soon after the supervisor starts, and name the right windows", async (context) => {
    const week = { usedPercent: 7, windowSec: 168 * HOUR };
    const spark = {
      limitName: "Spark",
      meteredFeature: "codex_spark",
      primary: { ...week, usedPercent: 99 },
      secondary: null,
    };
    const { agentlb, results, sessions, service, user } = await world(context, {
      accounts: {
        a: { usage: { primary: { usedPercent: 12 }, secondary: { usedPercent: 34 } } },
        b: { usage: { primary: week, secondary: null } },
        c: { usage: { additional: [spark] } },
      },
    });
    for (const id of IDS) user.addAlias(id, { backend: service, account: id });
    const began = performance.now();
    const started = await agentlb(["supervisor", "start", "--background"]);
    context.expect(started).toMatchObject({ code: 0, stderr: "" });
    const ready = performance.now() - began;
    await results({ a: "ok", b: "ok", c: "ok" });
    figure("readings of 3 sessions after `supervisor start`", performance.now() - began);
    figure("  of which the command itself", ready);
    const { a, b, c } = sessions();
    context.expect(a).toMatchObject({
      health: "healthy",
      usageLeftPercent: 66,
      rateLimits: { limitId: "codex", primary: { usedPercent: 12 }, secondary: { usedPercent: 34 } },
    });
    context.expect(b?.rateLimits).toMatchObject({
      primary: { usedPercent: 7, windowDurationMins: 10080 },
      secondary: null,
    });
    // A used-up limit of a single model is not the account's.
    context.expect(c?.rateLimits).toMatchObject({ limitId: "codex", primary: { usedPercent: 25 } });
    const agents = new Set(service.find({ path: "/wham/usage" }).map((row) => row.userAgent?.split("/")[0]));
    context.expect([...agents]).toEqual(["agentlb-supervisor"]);
  });

  test("tell what else an account may do, and that two sessions are one account", async (context) => {
    const resetsAt = Math.floor(Date.now() / 1000) + 80 * HOUR;
    const spendLimit = {
      source: "workspace",
      limit: "100",
      used: "75",
      remaining: "25",
      used_percent: 75,
      remaining_percent: 25,
      reset_after_seconds: 100,
      reset_at: resetsAt,
    };
    const { agentlb, results, sessions, service, user } = await world(context, {
      accounts: {
        a: {
          plan: "team",
          usage: {
            credits: { has_credits: true, unlimited: false, balance: "12.50" },
            spendControl: { reached: false, individual_limit: spendLimit },
            resetCredits: 2,
            additional: [{
              limitName: "Spark",
              meteredFeature: "codex_spark",
              primary: { usedPercent: 60, windowSec: 5 * HOUR },
              secondary: null,
            }],
          },
        },
        b: { usage: { primary: { usedPercent: 100 }, reachedType: "workspace_member_usage_limit_reached" } },
      },
    });
    for (const alias of ["a", "b"]) user.addAlias(alias, { backend: service, account: alias });
    user.addAlias("seat", { backend: service, account: "a" });
    await agentlb(["supervisor", "start", "--background"]);
    await results({ a: "ok", b: "ok", seat: "ok" });
    const found = sessions() as unknown as Record<string, { account: string; allowance: unknown }>;
    context.expect(found.a?.allowance).toMatchObject({
      plan: "team",
      others: [{ limitId: "codex_spark", limitName: "Spark", primary: { usedPercent: 60 }, secondary: null }],
      credits: { hasCredits: true, unlimited: false, balance: "12.50" },
      spendLimit: { limit: "100", used: "75", remainingPercent: 25, resetsAt },
      spendControlReached: false,
      ordinaryUsageAllowed: true,
      resetCredits: 2,
    });
    context.expect(found.b?.allowance).toEqual({
      plan: "pro",
      ordinaryUsageAllowed: false,
      reachedType: "workspace_member_usage_limit_reached",
    });
    const { stdout } = await agentlb(["status"]);
    const notes = stdout.slice(stdout.indexOf("╯") + 2).split("\n");
    context.expect(notes.slice(0, 2)).toEqual([
      "plans: team (a, seat), pro (b)",
      context.expect.stringMatching(
        /^a: Spark 5h 40% left; 12\.50 credits; 75 of 100 spent, resets in \d+d( \d+h)?; 2 resets to spend$/,
      ),
    ]);
    context.expect(notes).toContain("b: workspace member usage limit reached");
    context.expect(notes).toContain("a and seat are one account: what one uses is gone for the other");
    context.expect(stdout).toMatch(/┆ b .*workspace limit reached/);
    context.expect(found.seat?.account).toBe(found.a?.account);
  });

  test("the first pick of a cold root starts the supervisor and waits for a reading", async (context) => {
    const { agentlb, results, service, user } = await world(context, {
      accounts: { a: { usage: { primary: { usedPercent: 90 } } } },
    });
    for (const id of IDS) user.addAlias(id, { backend: service, account: id });
    const began = performance.now();
    const picked = await agentlb(["pick"]);
    const took = performance.now() - began;
    context.expect(picked.code).toBe(0);
    context.expect(picked.stderr).toMatch(
      /^agentlb: using [abc] \(score \d+: 5h \d+% left, weekly 60% left\)\n$/,
    );
    await results({ a: "ok", b: "ok", c: "ok" });
    figure("first pick of a cold root", took);
    figure("readings of 3 sessions after that pick began", performance.now() - began);
  });
});

describe.concurrent("readings with the real Codex", { timeout: patience(60_000) }, () => {
  test("a killed app-server of a session at work starts again", async (context) => {
    const { agentlb, results, sessions, service, user } = await world(context);
    user.addAlias("a", { backend: service, account: "a" });
    context.expect((await agentlb(["pick"])).code).toBe(0);
    await until(() => sessions().a?.appServer.state === "running", "a managed app-server");
    const { pid } = sessions().a!.appServer;
    process.kill(pid, "SIGKILL");
    const began = performance.now();
    await until(() => sessions().a?.appServer.pid === 0, "the end is noticed");
    context.expect(sessions().a?.appServer.restartCount).toBe(1);
    await until(() => (sessions().a?.appServer.pid ?? 0) !== 0, "another app-server");
    figure("another app-server after SIGKILL", performance.now() - began);
    context.expect(sessions().a).toMatchObject({ health: "healthy", appServer: { state: "running" } });
    context.expect(sessions().a?.appServer.pid).not.toBe(pid);
    const [last] = service.find({ path: "/wham/usage" }).slice(-1);
    await service.waitFor({ path: "/wham/usage", after: last?.seq ?? 0, status: 200 });
    await results({ a: "ok" });
  });

  test("the children of a killed supervisor go, and the next command starts another", async (context) => {
    const { agentlb, sessions, service, supervisor, user } = await world(context);
    for (const id of IDS) user.addAlias(id, { backend: service, account: id });
    writeFileSync(join(user.root, "config.toml"), '[supervisor]\nmanaged = "all"\n');
    context.expect((await agentlb(["pick"])).code).toBe(0);
    const pids = () => IDS.map((id) => sessions()[id]?.appServer.pid ?? 0);
    await until(() => pids().every((pid) => pid > 0), "an app-server for each");
    const children = childrenOf(supervisor());
    context.expect(children.sort()).toEqual(pids().sort());
    const killed = supervisor();
    process.kill(killed, "SIGKILL");
    const began = performance.now();
    await until(() => ![killed, ...children].some(isRunning), "all gone", 3000);
    figure("3 children gone after SIGKILL of their supervisor", performance.now() - began);
    const again = await agentlb(["pick"]);
    context.expect(again).toMatchObject({ code: 0, stderr: context.expect.stringContaining("using") });
    context.expect(supervisor()).not.toBe(killed);
    await until(() => pids().every(isRunning), "an app-server for each again");
  });

  test("each fault is named, and one that hangs delays nobody", async (context) => {
    // All others are read meanwhile: 15 s on a machine of its own.
    const lifetimeSec = Math.round(patience(3750) / 1000);
    const { agentlb, results, service, sessions, user } = await world(context, {
      env: { AGENTLB_PROBE_LIFETIME_SEC: `${lifetimeSec}` },
      accounts: {
        hang: { usage: { mode: "hang" } },
        refused: { usage: { mode: "status:401" } },
        busy: { usage: { mode: "status:429" } },
        broken: { usage: { mode: "status:500" } },
        garbage: { usage: { mode: "malformed" } },
        robot: { usage: { mode: "html" } },
        dropped: { usage: { mode: "drop" } },
        other: { usage: { body: { ...USAGE, account_id: "somebody-else" } } },
      },
    });
    // First in the alphabet, so it would be first in a queue.
    user.addAlias("0hang", { backend: service, account: "hang" });
    for (const id of ["refused", "busy", "broken", "garbage", "robot", "dropped", "other", "good", "well"]) {
      user.addAlias(id, { backend: service, account: id });
    }
    const nobody = { ...service, url: "http://127.0.0.1:9" };
    user.addAlias("offline", { backend: nobody, authFile: service.authFile("offline") });
    user.addAlias("missing", { backend: service });
    user.addAlias("apikey", { backend: service, authFile: '{"OPENAI_API_KEY":"sk-rig-made-up"}' });
    await agentlb(["supervisor", "start", "--background"]);
    const [question] = await service.waitFor({ path: "/wham/usage", account: "hang" });
    const others = {
      refused: "token refused",
      busy: "usage service answers 429",
      broken: "usage service answers 500",
      robot: "usage service answers 403",
      garbage: "answer not understood",
      dropped: "no network",
      offline: "no network",
      other: "answer for another account",
      missing: "login required",
      apikey: "API key: no limits",
      good: "ok",
      well: "ok",
    };
    await results(others);
    figure("12 sessions read beside one that hangs", Date.now() - question!.at);
    context.expect(question?.status).toBeUndefined();
    context.expect(sessions()["0hang"]?.lastProbeResult).toBe("");
    await results({ "0hang": `no answer in ${lifetimeSec} s` });
    figure("  whose time limit was over after", Date.now() - question!.at);

    const { stdout, code } = await agentlb(["status"]);
    context.expect(code).toBe(0);
    const reasons = Object.fromEntries(
      stdout.split("\n").filter((line) => line.startsWith("│ ")).map((line) => line.split(/[│┆]/))
        .map((cells) => [cells[2]?.trim(), cells.at(-2)?.trim()]),
    );
    const missing = "missing lastRateLimitUpdateAt: ";
    context.expect(reasons).toEqual({
      ALIAS: "REASON",
      "0hang": `${missing}no answer in ${lifetimeSec} s`,
      refused: "token refused",
      busy: `${missing}usage service answers 429`,
      broken: `${missing}usage service answers 500`,
      robot: `${missing}usage service answers 403`,
      garbage: `${missing}answer not understood`,
      dropped: `${missing}no network`,
      offline: `${missing}no network`,
      other: `${missing}answer for another account`,
      missing: "login required",
      apikey: "eligible",
      good: "eligible",
      well: "eligible",
    });
    context.expect(service.find({ path: "/oauth/token" })).toEqual([]);
  });

  test("a session that is removed while its app-server starts does not come back", async (context) => {
    const { expect } = context;
    const { agentlb, service, sessions, user } = await world(context);
    user.addAlias("stays", { backend: service, account: "stays" });
    await agentlb(["supervisor", "start", "--background"]);
    for (const id of IDS) {
      const home = user.homeOf(id);
      renameSync(user.addAlias(`.${id}`, { backend: service, account: id }), home); // whole at once
      await until(() => codexIn(home).length > 0, "its app-server starts");
      const removed = await agentlb(["rm", id]);
      expect(removed.code).toBe(0);
      expect(removed.stderr).toMatch(
        /^agentlb: kept for 7 days in \S+; to bring it back: agentlb restore \w+\n$/,
      );
      expect(codexIn(home)).toEqual([]);
      expect(existsSync(home)).toBe(false);
      expect(Object.keys(sessions())).toEqual(["stays"]);
    }
  });

  test("without a codex the reason says so, and picks go on", async (context) => {
    const { agentlb, results, service, user } = await world(context, { codex: "none" });
    user.addAlias("a", { backend: service, account: "a" });
    const picked = await agentlb(["pick"]);
    context.expect(picked).toMatchObject({ code: 0, stdout: context.expect.stringContaining("a") });
    await results({ a: "codex not found" });
  });
});

const USAGE = {
  user_id: "user-other",
  plan_type: "pro",
  rate_limit: {
    allowed: true,
    limit_reached: false,
    primary_window: {
      used_percent: 1,
      limit_window_seconds: 5 * HOUR,
      reset_after_seconds: HOUR,
      reset_at: 2_000_000_000,
    },
    secondary_window: null,
  },
};

describe("a workspace whose rules Codex has to know first", { timeout: patience(120_000) }, () => {
  const PLANS = ["business", "enterprise", "edu"];

  test("is read in business, enterprise and edu plans, and has its own reason where they can't be had", async (context) => {
    const accounts = Object.fromEntries(PLANS.map((plan) => [plan, { plan }]));
    const { agentlb, results, service, user } = await world(context, {
      accounts: { ...accounts, closed: { plan: "business", policies: { mode: "status:500" } } },
    });
    for (const id of [...PLANS, "closed"]) user.addAlias(id, { backend: service, account: id });
    await agentlb(["supervisor", "start", "--background"], { AGENTLB_PROBE_LIFETIME_SEC: "60" });
    await results({
      business: "ok",
      enterprise: "ok",
      edu: "ok",
      closed: "workspace policies failed to load",
    }, patience(90_000));
  });
});

describe("a codex that ends by itself", { timeout: patience(60_000) }, () => {
  test("says why in REASON, in full in why and in the log, without a secret", async (context) => {
    const { agentlb, result, service, user } = await world(context);
    user.addAlias("a", { backend: service, account: "a" });
    const shim = join(user.bin, "codex");
    renameSync(shim, `${shim}.real`);
    writeFileSync(
      shim,
      "#!/bin/sh\necho 'mise ERROR No version is set for shim: codex, asked as someone@example.test' >&2\nexit 1\n",
      { mode: 0o755 },
    );
    await agentlb(["supervisor", "start", "--background"]);
    await until(() => result("a") !== "", "a result", 20_000);
    const why = `exit 1 mise ERROR No version is set for shim: codex, asked as [cut] (${shim})`;
    context.expect(result("a")).toBe(`app-server ended without an answer: ${why}`);
    const status = await agentlb(["status"]);
    context.expect(status.stdout).toContain(
      "app-server ended without an answer: exit 1 mise ERROR No version is set",
    );
    context.expect(status.stdout).not.toContain(shim);
    context.expect((await agentlb(["why"])).stdout).toContain(
      `a: app-server ended without an answer: ${why}\n`,
    );
    context.expect(readFileSync(join(user.root, "supervisor.log"), "utf8")).toContain(
      "No version is set for shim",
    );
  });

  test("or uses a home of its own, is refused", async (context) => {
    const { agentlb, results, service, user } = await world(context);
    user.addAlias("a", { backend: service, account: "a" });
    const other = user.addAlias("other", { backend: service, account: "b" });
    const shim = join(user.bin, "codex");
    renameSync(shim, `${shim}.real`);
    writeFileSync(shim, `#!/bin/sh\nexport CODEX_HOME='${other}'\nexec '${shim}.real' "$@"\n`, {
      mode: 0o755,
    });
    await agentlb(["supervisor", "start", "--background"]);
    await results({ a: `codex uses another home: ${other}`, other: "ok" });
    context.expect(service.find({ path: "/wham/usage", account: "a" })).toEqual([]);
  });
});
