import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { expect, test, vi } from "vitest";
import { accountKey } from "../../lib/core/codex/account_key.ts";
import { emptySession, emptyStatus, parseStatus, renderStatus } from "../../lib/core/session/status.ts";
import { formatTime } from "../../lib/core/text/time.ts";
import { authFileText, mintTokens } from "../../rig/backend/token.ts";
import { ORDINARY } from "../../rig/backend/account.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { world } from "./real_world.ts";
import { login } from "./support/login.ts";
import { poolWorld, used } from "./support/pool.ts";
import { tool } from "./support/shell.ts";
import { fillTeam, makeSkill } from "./support/skill.ts";

vi.setConfig({ testTimeout: 120_000 });

const WORKER = ["--worker", "w", "--base", "b"];

/** A user with a skill and a team of logins; what picks say. */
function pooled(user: Sandbox) {
  const skill = makeSkill(user);
  const team = join(user.home, "team");
  mkdirSync(team, { mode: 0o700 });
  const words = ["cap", "--from", skill.scripts, "pick-auth", ...WORKER];
  const env = { CAP_AUTH_TEAM_DIR: team, CAP_AUTH_STRATEGY: "limits" };
  return { skill, team, words, env };
}

const readingsOf = (user: Sandbox) => join(user.root, "readings.json");

/** readings.json as somebody has left it: of each account, what of its short window is used. */
function leaveReadings(user: Sandbox, usedPercent: Readonly<Record<string, number>>): void {
  const now = Date.now();
  const sessions = new Map(
    Object.entries(usedPercent).map(([account, percent]) => [
      keyOf(account),
      {
        ...emptySession(),
        rateLimits: {
          limitId: "codex",
          primary: { usedPercent: percent, windowDurationMins: 300, resetsAt: Math.floor(now / 1000) + 7200 },
          secondary: null,
        },
        lastRateLimitUpdateAt: formatTime(now),
      },
    ]),
  );
  mkdirSync(user.root, { recursive: true, mode: 0o700 });
  writeFileSync(readingsOf(user), renderStatus({ ...emptyStatus(), sessions }), { mode: 0o600 });
}

function keyOf(account: string): string {
  const [, payload = ""] = JSON.parse(login(account)).tokens.id_token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString())["https://api.openai.com/auth"];
  return accountKey({ user: claims.chatgpt_user_id, workspace: account })!;
}

describeWith(["strace"], "beside a supervisor with the real Codex", () => {
  test("a pick takes no account that ran dry seconds ago, and asks nobody", async (context) => {
    const { agentlb, results, service, user } = await world(context, {
      env: { AGENTLB_PROBE_INTERVAL_SEC: "1" },
      accounts: { a: used(10, 10), b: used(40, 40) },
    });
    const { team, words, env } = pooled(user);
    // The session and the file of the pool are two logins of one account.
    user.addAlias("mine", { backend: service, account: "a" });
    for (const account of ["a", "b"]) {
      writeFileSync(join(team, account), service.authFile(account), { mode: 0o600 });
    }
    expect(await agentlb(["supervisor", "start", "--background"])).toMatchObject({ code: 0 });
    await results({ mine: "ok" });
    await until(() => existsSync(readingsOf(user)), "the supervisor has told what it knows");
    const pick = async (way: typeof ways[number]) => {
      const { code, stdout, stderr } = await user.run(way, words, { env });
      expect({ code, stderr }, way).toEqual({ code: 0, stderr: "" });
      return basename(stdout.trimEnd());
    };
    expect(await pick(ways[0]!)).toBe("a");
    service.set("a", used(100, 15));
    const leftIn = () =>
      [...parseStatus(readFileSync(readingsOf(user), "utf8")).sessions.values()]
        .flatMap(({ rateLimits }) => rateLimits.primary?.usedPercent ?? []);
    await until(() => leftIn().includes(100), "the supervisor has told that it is used up", 40_000);
    for (const way of ways) expect(await pick(way), way).toBe("b");

    // As Node and the others make sockets of their own, the compiled program is the one that is looked at.
    const log = join(user.dir, "sockets");
    const trace = ["-f", "-qq", "-o", log, "-e", "trace=socket,connect,sendto,sendmsg"];
    const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const traced = await tool(user, "strace", [...trace, "env", ...set, ...commandOf("compiled"), ...words]);
    expect(traced).toMatchObject({ code: 0, stdout: `${join(team, "b")}\n`, stderr: "" });
    expect(readFileSync(log, "utf8")).toBe("");
    expect(service.find({ account: "b" })).toEqual([]);

    await agentlb(["supervisor", "stop"]);
    expect(statSync(readingsOf(user)).mode & 0o777).toBe(0o600);
    expect(await pick(ways[0]!)).toBe("b");
  });
});

test("without readings limits say and leave the same bytes as balanced does, in every way of starting", async () => {
  for (const way of ways) {
    for (const strategy of ["balanced", "limits"]) {
      const user = sandbox();
      const { env, skill, team, words } = pooled(user);
      const [file] = fillTeam(team, ["a"]);
      for (let n = 0; n < 2; n++) {
        const result = await user.run(way, words, { env: { ...env, CAP_AUTH_STRATEGY: strategy } });
        expect(result, way).toMatchObject({ code: 0, stdout: `${file}\n`, stderr: "" });
      }
      const text = readFileSync(skill.stateFile, "utf8")
        .replaceAll(team, "<team>")
        .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g, "<time>")
        .replace(/"[0-9a-f]{16}"/, '"<account>"');
      expect(text, `${way} ${strategy}`).toBe(AS_EVER);
      expect(existsSync(user.root)).toBe(false);
    }
  }
});

/** Two picks of one file, as the program wrote them before it knew of limits. */
const AS_EVER = `{
  "auth_counts": {
    "<team>/a": 2
  },
  "auth_updated_at": "<time>",
  "updated_at": "<time>",
  "agentlb": {
    "v": 1,
    "teams": {
      "<team>": {
        "counts": {
          "<team>/a": 2
        }
      }
    },
    "accounts": {
      "<team>/a": "<account>"
    },
    "shown": {
      "counts": "<team>"
    }
  }
}
`;

test("forty picks at once share four equal accounts out evenly, and lose none", async () => {
  const user = sandbox();
  const { env, skill, team, words } = pooled(user);
  const names = ["a", "b", "c", "d"];
  const files = fillTeam(team, names);
  leaveReadings(user, Object.fromEntries(names.map((name) => [name, 50])));
  const results = await Promise.all(
    Array.from({ length: 40 }, () => user.run("compiled", words, { env, timeoutMs: 90_000 })),
  );
  expect(results.map(({ code, stderr }) => ({ code, stderr })).find(({ code }) => code !== 0))
    .toBeUndefined();
  const shares = files.map((file) => results.filter(({ stdout }) => stdout === `${file}\n`).length);
  expect(shares).toEqual([10, 10, 10, 10]);
  const state = JSON.parse(readFileSync(skill.stateFile, "utf8"));
  expect(Object.values(state.auth_counts)).toEqual([10, 10, 10, 10]);
  const starts = Object.values<number[]>(state.agentlb.teams[team].starts);
  expect(starts.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
});

test("`status` of a pool tells what it reads, and the next pick goes by it", async (context) => {
  const { cap, pool, service, user } = await poolWorld(context, {
    pool: { full: {}, zero: {} },
    accounts: { full: used(90, 60), zero: used(100, 90) },
  });
  const pick = async (strategy: string) => {
    const { code, stdout, stderr } = await cap(["pick-auth", ...WORKER], { CAP_AUTH_STRATEGY: strategy });
    expect(code).toBe(0);
    return `${stderr.replaceAll(`${pool}/`, "")}${basename(stdout)}`;
  };
  writeFileSync(join(pool, "twin.json"), service.authFile("full"), { mode: 0o600 });
  const read = await cap(["status", pool, "--via", "app-server"]);
  expect(read.code).toBe(0);
  expect(read.stderr).toBe("ℹ️ full.json and twin.json hold one account: they share its limits\n");
  expect(statSync(readingsOf(user)).mode & 0o777).toBe(0o600);
  const text = readFileSync(readingsOf(user), "utf8");
  expect(text).not.toMatch(/example\.test|full|zero|twin|token|eyJ/);
  const { sessions } = parseStatus(text);
  expect([...sessions.keys()].filter((key) => /^[0-9a-f]{16}$/.test(key))).toHaveLength(2);
  expect([...sessions.keys()].filter((key) => key.startsWith("login "))).toHaveLength(3);
  const seen = new Set<string>();
  for (let n = 0; n < 6; n++) seen.add(await pick("limits"));
  expect([...seen].sort()).toEqual(["full.json\n", "twin.json\n"]);
  const balanced = [await pick("balanced"), await pick("balanced"), await pick("balanced")].join("");
  expect(balanced).not.toMatch(/^zero\.json$/m);

  // A login that the service refuses is passed over until there is another.
  service.set("full", { tokenRejected: true });
  service.set("zero", used(20, 20));
  expect((await cap(["status", pool, "--via", "app-server"])).code).toBe(0);
  expect(await pick("limits")).toBe("zero.json\n");
  service.set("full", { tokenRejected: false });
  writeFileSync(join(pool, "full.json"), service.authFile("full"), { mode: 0o600 });
  unlinkSync(join(pool, "zero.json"));
  expect(await pick("limits")).toBe("full.json\n");
});

describeWith(["strace"], "a `status` that is killed at any of its steps", () => {
  test("leaves the readings whole, and picks go on", async () => {
    const user = sandbox();
    const { env, skill, team, words } = pooled(user);
    mkdirSync(join(user.home, ".codex"));
    // Nobody needs to be asked: the login has expired, and a worker has noted what it has left.
    const due = (account: string) =>
      authFileText(mintTokens(account, ORDINARY, -100, "rig"), account, "http://127.0.0.1:9");
    writeFileSync(join(team, "a"), due("a"), { mode: 0o600 });
    const worker = join(user.home, ".codex-workers", "w1");
    const day = join(worker, "sessions/2026/11/20");
    mkdirSync(day, { recursive: true });
    writeFileSync(join(worker, "auth.json"), due("a"), { mode: 0o600 });
    const at = new Date().toISOString();
    const limits = { limit_id: "codex", primary: { used_percent: 100, window_minutes: 300, resets_at: 4e9 } };
    writeFileSync(
      join(day, "rollout-1.jsonl"),
      [
        { timestamp: at, type: "session_meta", payload: { creator_account_id: "a" } },
        { timestamp: at, type: "event_msg", payload: { type: "token_count", rate_limits: limits } },
      ].map((line) => JSON.stringify(line)).join("\n"),
    );
    const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const status = ["env", ...set, ...commandOf("compiled"), "cap", "--from", skill.scripts, "status", team];
    const ends = new Map<string, string[]>();
    for (const call of ["write,pwrite64", "rename,renameat,renameat2"]) {
      const seen: string[] = [];
      for (let isDone = false; !isDone;) {
        leaveReadings(user, { b: 50 });
        const before = readFileSync(readingsOf(user), "utf8");
        const step = `${call} ${seen.length + 1}`;
        const inject = `inject=${call}:signal=SIGKILL:when=${seen.length + 1}`;
        const trace = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
        const { code, stdout } = await tool(user, "strace", [...trace, ...status, "--json"]);
        isDone = code === 0;
        if (isDone) expect(stdout).toContain('"leftPercent": 0');
        const after = readFileSync(readingsOf(user), "utf8");
        const { size } = parseStatus(after).sessions;
        expect(after === before || size === 2, `${step}:\n${after}`).toBe(true);
        seen.push(after === before ? "old" : "new");
        const picked = await user.run("compiled", words, { env });
        expect(picked, step).toMatchObject({ code: 0, stdout: `${join(team, "a")}\n` });
        expect(picked.stderr === "", step).toBe(after === before);
      }
      ends.set(call, seen);
    }
    for (const seen of ends.values()) expect(seen.join(" ")).toMatch(/^(old )+(new )*new$/);
    expect(readdirSync(user.root).filter((name) => name.includes("corrupt"))).toEqual([]);
  });
});
