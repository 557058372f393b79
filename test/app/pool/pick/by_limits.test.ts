import { mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { accountKey } from "../../../../lib/core/codex/account_key.ts";
import { loginKey } from "../../../../lib/core/session/readings_file.ts";
import {
  emptySession,
  emptyStatus,
  renderStatus,
  type SessionStatus,
} from "../../../../lib/core/session/status.ts";
import { formatTimeMs } from "../../../../lib/core/text/time.ts";
import { until } from "../../../../rig/until.ts";
import { type PoolWorld, poolWorld } from "../pool_world.ts";

const WORKER = ["--worker", "w", "--base", "b"];
const MINUTE = 60_000;

const keyOf = (name: string) => accountKey({ user: `user-${name}@example.test`, workspace: "acct-1" })!;

interface Known {
  readonly used?: number;
  /** Minutes. */
  readonly age?: number;
  readonly resetsIn?: number;
  readonly turns?: number;
}

/** A pool with these files, each of an account called as it is, and what is known of these accounts. */
function poolOf(names: readonly string[], known: Readonly<Record<string, Known>> | undefined) {
  const pool = poolWorld();
  for (const name of names) pool.auth(name);
  pool.now = Date.now(); // as the times of files are
  if (known !== undefined) tell(pool, known);
  const counts = () => {
    const entries = Object.entries<number>(pool.state().auth_counts);
    return Object.fromEntries(entries.map(([path, count]) => [path.slice(pool.team.length + 1), count]));
  };
  const pick = async (strategy: string, program: "cap" | "clb" = "cap") => {
    pool.env.CAP_AUTH_STRATEGY = strategy;
    const { code, out, err } = await pool[program]("pick-auth", ...WORKER);
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    return { name: out.trimEnd().slice(pool.team.length + 1), err: err.replaceAll(`${pool.team}/`, "") };
  };
  return { pool, pick, counts };
}

function tell(
  pool: PoolWorld,
  known: Readonly<Record<string, Known>>,
  more: Record<string, SessionStatus> = {},
) {
  const entries = Object.entries(known).map(([name, each]) => [keyOf(name), statusOf(pool, each)] as const);
  const sessions = new Map([...entries, ...Object.entries(more)]);
  mkdirSync(dirname(pool.readings), { recursive: true, mode: 0o700 });
  pool.write(pool.readings, renderStatus({ ...emptyStatus(), sessions }));
}

function statusOf(pool: PoolWorld, { used = 50, age = 0, resetsIn = 130, turns }: Known): SessionStatus {
  return {
    ...emptySession(),
    rateLimits: {
      limitId: "codex",
      primary: {
        usedPercent: used,
        windowDurationMins: 300,
        resetsAt: Math.floor((pool.now + resetsIn * MINUTE) / 1000),
      },
      secondary: null,
    },
    lastRateLimitUpdateAt: formatTimeMs(pool.now - age * MINUTE),
    ...(turns === undefined ? {} : { activity: { activeTurns: turns, turns } }),
  };
}

const dead = (atMs: number): SessionStatus => ({
  ...emptySession(),
  lastProbeAt: formatTimeMs(atMs),
  lastProbeResult: "token refused",
});

describe.each(["limits", "balanced"])("with %s", (strategy) => {
  test("an account that is used up is passed over, until its reset", async () => {
    const { pool, pick, counts } = poolOf(["a", "b"], { a: { used: 100 }, b: { used: 99 } });
    const said = [];
    for (let n = 0; n < 3; n++) said.push(await pick(strategy));
    expect(said.map(({ name }) => name)).toEqual(["b", "b", "b"]);
    const line = "ℹ️ passed over: a: exhausted, resets in 2h 10m\n";
    // Whoever lets limits decide knows that they do.
    expect(said[0]?.err).toBe(strategy === "balanced" ? line : "");
    // It stays level, so that it does not take every start when it is back.
    expect(counts()).toEqual({ a: 2, b: 3 });
    pool.now += 131 * MINUTE;
    expect(await pick(strategy)).toEqual({ name: "a", err: "" });
  });

  test("an account that was read days ago is passed over as long as its reset is to come", async () => {
    const { pick } = poolOf(["a", "b"], { a: { used: 100, age: 3 * 1440, resetsIn: 5 } });
    expect((await pick(strategy)).name).toBe("b");
  });

  test("an API key is taken when no plan has anything left, and that is said", async () => {
    const { pool, pick } = poolOf(["plan"], { plan: { used: 99 } });
    pool.write(join(pool.team, "key"), JSON.stringify({ OPENAI_API_KEY: "sk-made-up" }));
    for (let n = 0; n < 3; n++) expect((await pick(strategy)).name).toBe("plan");
    tell(pool, { plan: { used: 100 } });
    const { name, err } = await pick(strategy);
    expect(name).toBe("key");
    expect(err).toContain("key: it is an API key, every turn costs money\n");
  });

  test("a login that is dead is passed over until another file is there, though one that was written before", async () => {
    const { pool, pick } = poolOf(["a", "b"], { a: { used: 0 }, b: { used: 90 } });
    pool.write(join(pool.dir, "fresh"), pool.read(join(pool.team, "a")));
    const deadAt = Date.now() + 50;
    pool.now = deadAt + 1000;
    const died = { [loginKey(join(pool.team, "a"))]: dead(deadAt) };
    tell(pool, { a: { used: 0 }, b: { used: 90 } }, died);
    const { name, err } = await pick(strategy);
    expect(name).toBe("b");
    if (strategy === "balanced") expect(err).toBe("ℹ️ passed over: a: its login is dead (token refused)\n");
    // Deno knows only the second in which a file was put somewhere.
    await until(() => Date.now() > deadAt + 1020, "the login has been dead for a second");
    renameSync(join(pool.dir, "fresh"), join(pool.team, "a"));
    expect(await pick(strategy)).toEqual({ name: "a", err: "" });
  });

  test("a copy of a dead login under another name is judged by itself", async () => {
    const { pool, pick } = poolOf(["a"], {});
    tell(pool, {}, { [loginKey("/elsewhere/a")]: dead(Date.now() + 1000) });
    expect(await pick(strategy)).toEqual({ name: "a", err: "" });
  });

  test("a dead login is taken only when nothing else is there", async () => {
    const { pool, pick } = poolOf(["a", "b"], {});
    pool.now += MINUTE;
    const died = { [loginKey(join(pool.team, "a"))]: dead(pool.now) };
    tell(pool, { b: { used: 100 } }, died);
    const warning = "⚠️ nobody else has anything left, taken all the same: ";
    expect(await pick(strategy)).toEqual({
      name: "b",
      err: `${
        strategy === "balanced" ? "ℹ️ passed over: a: its login is dead (token refused)\n" : ""
      }${warning}b: exhausted, resets in 2h 10m\n`,
    });
    tell(pool, {}, { ...died, [loginKey(join(pool.team, "b"))]: dead(pool.now) });
    expect((await pick(strategy)).err).toContain(`${warning}a: its login is dead (token refused)\n`);
  });

  test.each([
    ["none", undefined],
    ["cut off", '{"version":1,"sess'],
    ["empty", ""],
    ["of another kind", '{"sessions":[1]}'],
    ["too old to mean anything", 9 * 1440],
    ["from the future", -60],
    ["of others", "others"],
  ])("readings that are %s change nothing", async (_, what) => {
    const run = async (isThere: boolean) => {
      const { pool, pick } = poolOf(
        ["a", "b", "c"],
        isThere && what === "others" ? { x: { used: 100 } } : undefined,
      );
      pool.now = Date.parse("2040-01-01T12:00:00Z");
      if (isThere && typeof what === "number") tell(pool, { a: { used: 100, age: what, resetsIn: 99_999 } });
      if (isThere && typeof what === "string" && what !== "others") pool.write(pool.readings, what);
      pool.chances.push(0.5, 0.9, 0, 0.3);
      const said = [];
      for (let n = 0; n < 4; n++) said.push(await pick(what === "others" ? "balanced" : strategy));
      return { said, state: pool.read(pool.stateFile).replaceAll(pool.dir, "<dir>") };
    };
    const [as, before] = [await run(true), await run(false)];
    expect(as).toEqual(before);
    expect(as.state).not.toContain('"starts"');
  });

  test("a file that can't be used is named once", async () => {
    const { pool, pick } = poolOf(["b"], { b: { used: 100 } });
    pool.write(join(pool.team, "a"), "");
    expect(await pick(strategy)).toEqual({
      name: "b",
      err: "⚠️ passed over: a: it is empty\n" +
        "⚠️ nobody else has anything left, taken all the same: b: exhausted, resets in 2h 10m\n",
    });
    pool.write(join(pool.team, "b"), "");
    const { code, err } = await pool.cap("pick-auth", ...WORKER);
    expect([code, err.split("passed over").length - 1]).toEqual([1, 2]);
  });
});

describe("with limits", () => {
  test("the account that lasts longest is picked, with those that were started just now counted as at work", async () => {
    const { pool, pick } = poolOf(["a", "b"], { a: { used: 70 }, b: { used: 10 } });
    const names = async (count: number) => {
      const picked = [];
      for (let n = 0; n < count; n++) picked.push((await pick("limits")).name);
      return picked.join("");
    };
    // 90 left against 30: three of them for each of the other.
    expect(await names(8)).toBe("bbbabbba");
    pool.now += 11 * MINUTE;
    expect(await names(1)).toBe("b");
    const { starts } = pool.state().agentlb.teams[pool.team];
    expect(starts).toEqual({ [join(pool.team, "b")]: [pool.now] });
  });

  test("turns under way count, but not those of a reading that is ten minutes old", async () => {
    const { pool, pick } = poolOf(["a", "b"], { a: { used: 10, turns: 4 }, b: { used: 50 } });
    expect((await pick("limits")).name).toBe("b");
    tell(pool, { a: { used: 10, turns: 4, age: 11 }, b: { used: 50, age: 11 } });
    expect((await pick("limits")).name).toBe("a");
  });

  test("equals have as many starts each, however slowly they come", async () => {
    const { pool, pick, counts } = poolOf(["a", "b", "c", "d"], { x: {} });
    for (let n = 0; n < 8; n++) {
      await pick("limits");
      pool.now += 15 * MINUTE;
      tell(pool, { x: {} });
    }
    expect(counts()).toEqual({ a: 2, b: 2, c: 2, d: 2 });
  });

  test("what was left an hour ago does not draw all starts for ever", async () => {
    const { pool, pick, counts } = poolOf(["a", "b"], { a: { used: 5 }, b: { used: 60 } });
    for (let n = 0; n < 12; n++) {
      pool.now += 15 * MINUTE;
      await pick("limits");
    }
    expect(counts()).toEqual({ a: 6, b: 6 });
  });

  test("an account of which nothing is known comes after those with more left than the setting for it, before the others", async () => {
    const first = async (used: number) => (await poolOf(["a", "b"], { a: { used } }).pick("limits")).name;
    expect(await first(60)).toBe("a");
    expect(await first(80)).toBe("b");
  });

  test("the account that comes back first is picked when all are used up, and that is said", async () => {
    const { pick } = poolOf(["a", "b", "c"], {
      a: { used: 100, resetsIn: 90 },
      b: { used: 100, resetsIn: 20 },
      c: { used: 100, resetsIn: 300 },
    });
    const err = "⚠️ nobody else has anything left, taken all the same: b: exhausted, resets in 20m\n";
    expect([await pick("limits"), await pick("limits")]).toEqual([{ name: "b", err }, { name: "b", err }]);
  });

  test("two files with one account are not two accounts", async () => {
    const { pool, pick } = poolOf(["a", "c"], { a: { used: 50, turns: 1 }, c: { used: 50, turns: 1 } });
    pool.auth("b", "a");
    const picked = [];
    for (let n = 0; n < 8; n++) picked.push((await pick("limits")).name);
    // `a` and `b` together get as many as `c`.
    expect(picked.filter((name) => name === "c")).toHaveLength(4);
    expect(picked.filter((name) => name === "a")).toHaveLength(2);
    pool.now += 15 * MINUTE;
    tell(pool, { a: { used: 50, turns: 3 }, c: { used: 50, turns: 4 } });
    expect((await pick("limits")).name).not.toBe("c");
    tell(pool, { a: { used: 100 }, c: { used: 50 } });
    expect((await pick("limits")).name).toBe("c");
  });

  test("whatever another program left in the state is kept, and `reset-state` drops the starts with the counts", async () => {
    const { pool, pick } = poolOf(["a", "b"], { a: {}, b: {} });
    await pick("limits");
    await pick("limits");
    const { starts } = pool.state().agentlb.teams[pool.team];
    expect(Object.keys(starts)).toHaveLength(2);
    // The predecessor changes its own keys and keeps ours.
    pool.setState({ ...pool.state(), auth_counts: { [join(pool.team, "a")]: 7, [join(pool.team, "b")]: 7 } });
    await pick("balanced");
    expect(pool.state().agentlb.teams[pool.team].starts).toEqual(starts);
    expect(Math.max(...Object.values<number>(pool.state().auth_counts))).toBe(8);
    await pool.cap("auth-advance");
    await pool.cap("reset-state");
    expect(pool.state().agentlb.teams[pool.team]).not.toHaveProperty("starts");
    expect(pool.state().agentlb.teams[pool.team].current).toMatch(/b$/);
  });

  test("starts that make no sense are left out", async () => {
    const { pool, pick } = poolOf(["a", "b"], { a: { used: 10 }, b: { used: 20 } });
    const starts = {
      [join(pool.team, "a")]: ["x", null, pool.now - 1],
      b: [pool.now],
      [join(pool.team, "b")]: 7,
    };
    pool.setState({ agentlb: { v: 1, teams: { [pool.team]: { starts } } } });
    expect((await pick("limits")).name).toBe("b");
    expect(pool.state().agentlb.teams[pool.team].starts).toEqual({
      [join(pool.team, "a")]: [pool.now - 1],
      [join(pool.team, "b")]: [pool.now],
    });
  });

  test("a file that gets another name takes its starts along", async () => {
    const { pool, pick } = poolOf(["a", "b"], { a: { used: 10 }, b: { used: 20 } });
    expect((await pick("limits")).name).toBe("a");
    renameSync(join(pool.team, "a"), join(pool.team, "z"));
    expect((await pick("limits")).name).toBe("b");
    expect(Object.keys(pool.state().agentlb.teams[pool.team].starts)).toEqual(
      [join(pool.team, "z"), join(pool.team, "b")].sort().reverse(),
    );
  });
});

describe("clb", () => {
  test("passes over what is used up, and knows no other strategy", async () => {
    const { pool, pick } = poolOf(["a", "b"], { a: { used: 100 } });
    pool.env.CLB_AUTH_STRATEGY = "limits";
    expect(await pick("", "clb")).toEqual({
      name: "b",
      err: "ℹ️ passed over: a: exhausted, resets in 2h 10m\n",
    });
    expect(pool.state().agentlb.teams[pool.team]).not.toHaveProperty("starts");
  });
});

test("a strategy that there is not is refused with the names of those there are", async () => {
  const pool = poolWorld();
  pool.auth("a");
  pool.env.CAP_AUTH_STRATEGY = "Limitless";
  expect(await pool.cap("pick-auth", ...WORKER)).toEqual({
    code: 1,
    out: "",
    err: "❌ unsupported auth_strategy: 'Limitless' (use: balanced|team_cycle|limits)\n",
  });
  pool.env.CAP_AUTH_STRATEGY = "LIMITS";
  expect((await pool.cap("where")).out).toContain("auth_strategy: limits\n");
});
