import { mkdirSync, renameSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { choose, type How } from "../../../lib/app/pick/choose.ts";
import { awaitReadings } from "../../../lib/app/pick/await_readings.ts";
import { ensureLayout } from "../../../lib/app/session/sessions.ts";
import { look, type PickRequest, readStatus, type StatusRead } from "../../../lib/app/pick/survey.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { renderIdentity } from "../../../lib/core/system/identity.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { ownIdentity } from "../../../lib/io/process/process.ts";
import { type Given, START, type World, world } from "../world.ts";

const CONFIG = defaultConfig();

async function picked(user: World, how: How = "best"): Promise<string> {
  ensureLayout(user.host(), user.layout);
  user.now += 1;
  return (await choose(user.host(), user.layout, CONFIG, how)).alias;
}

async function times(count: number, user: World, how?: How): Promise<string> {
  let all = "";
  for (let n = 0; n < count; n++) all += await picked(user, how);
  return all;
}

describe("the best session", () => {
  it("is the one with the most left", async () => {
    const user = world();
    for (const alias of ["a", "b", "c"]) user.session(alias);
    user.status({ a: { age: 1, used: 50 }, b: { age: 1, used: 20 }, c: { age: 1, used: 40 } });
    expect(await picked(user)).toBe("b");
  });

  it("takes turns among equals, whatever way they are run in between", async () => {
    const user = world();
    for (const alias of ["a", "b", "c"]) user.session(alias);
    user.status({ a: { age: 1, used: 50 }, b: { age: 1, used: 50 }, c: { age: 1, used: 50 } });
    expect(await times(6, user)).toBe("abcabc");
    expect(await picked(user, { alias: "a" })).toBe("a");
    expect(await picked(user, { alias: "b" })).toBe("b");
    expect(await picked(user)).toBe("c");
  });

  it("takes turns even when the supervisor writes its own, older, times and the clock stands still", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    ensureLayout(user.host(), user.layout);
    const lastSelectedAt = formatTime(START - 9000);
    let all = "";
    for (let n = 0; n < 4; n++) {
      user.status({ a: { age: 1, used: 50, lastSelectedAt }, b: { age: 1, used: 50, lastSelectedAt } });
      all += (await choose(user.host(), user.layout, CONFIG, "best")).alias;
    }
    expect(all).toBe("abab");
  });

  it("takes turns after a pick for which the clock was a day ahead", async () => {
    const user = world();
    for (const alias of ["a", "b", "c"]) user.session(alias);
    user.status({ a: { age: 1, used: 50 }, b: { age: 1, used: 50 }, c: { age: 1, used: 50 } });
    user.now += 86_400_000;
    await picked(user, { alias: "a" });
    user.now -= 86_400_000;
    let all = "";
    for (let n = 0; n < 6; n++) {
      user.now += 61_000; // what was picked before has no reservation any more
      all += await picked(user);
    }
    expect(all).toBe("bcabca");
  });

  it("goes by the newer of what the supervisor says and what was remembered of the last pick", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    await picked(user, { alias: "b" });
    await picked(user, { alias: "a" });
    const at = (ms: number) => ({ age: 1, used: 50, lastSelectedAt: formatTime(START + ms) });
    user.status({ a: at(-9000), b: at(-5000) });
    expect(await picked(user)).toBe("b");
    user.status({ a: at(-9000), b: at(9000) });
    expect(await times(2, user)).toBe("aa");
  });

  it("is never one whose folder is gone", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    user.status({ ghost: { age: 1, used: 0 }, a: { age: 1, used: 90 }, b: { age: 1, used: 10 } });
    expect(await picked(user)).toBe("b");
  });

  it("may be a link to a folder, but no file and nothing with a dot", async () => {
    const user = world();
    user.session("x");
    renameSync(user.path("sessions", "x"), user.path("elsewhere"));
    symlinkSync(user.path("elsewhere"), user.path("sessions", "linked"));
    mkdirSync(user.path("sessions", ".removing-y-1"));
    user.write("", "sessions", "file");
    expect(await times(2, user, "turn")).toBe("linkedlinked");
  });

  it("is that of this moment, whatever a look just before has read", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    ensureLayout(user.host(), user.layout);
    const pick = async (read: StatusRead) =>
      (await choose(user.host(), user.layout, CONFIG, "best", { read })).alias;
    user.status({ a: { age: 1, used: 90 }, b: { age: 1, used: 10 } });
    const read = readStatus(user.layout);
    expect(readStatus(user.layout, read)).toBe(read);
    expect(await pick(read)).toBe("b");
    user.status({ a: { age: 1, used: 10 }, b: { age: 1, used: 90 } });
    expect(await pick(read)).toBe("a");
  });

  it("is picked exactly once by each of many at once", async () => {
    const user = world();
    for (const alias of ["a", "b", "c", "d"]) user.session(alias);
    user.status(Object.fromEntries(["a", "b", "c", "d"].map((alias) => [alias, { age: 1, used: 50 }])));
    ensureLayout(user.host(), user.layout);
    const all = await Promise.all(
      Array.from({ length: 12 }, () => choose(user.host(), user.layout, CONFIG, "best")),
    );
    const counts = ["a", "b", "c", "d"].map((alias) => all.filter((each) => each.alias === alias).length);
    expect(counts).toEqual([3, 3, 3, 3]);
    expect(user.json("state", "global.json").pick_seq).toBe(12);
  });
});

describe("when nobody is eligible", () => {
  it("sessions are taken in turn, with everybody's reason", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    user.status({ a: { age: 999, used: 0 } });
    ensureLayout(user.host(), user.layout);
    const first = await choose(user.host(), user.layout, CONFIG, "best");
    const reasons = first.ground.on === "fallback" ? first.ground.refused.map(({ reason }) => reason) : [];
    expect(reasons).toEqual(["stale (999s>420s)", "missing status"]);
    expect(first.alias + await times(3, user)).toBe("abab");
  });

  it("a dead login is skipped while there are others, else not", async () => {
    const user = world();
    for (const alias of ["a", "b", "c"]) user.session(alias);
    const dead = { lastProbeResult: "login required" };
    user.status({ a: dead, b: {}, c: { lastProbeResult: "token refused" } });
    expect(await times(3, user)).toBe("bbb");
    user.status({ a: dead, b: dead, c: dead });
    expect((await times(3, user)).split("").sort().join("")).toBe("abc");
  });
});

describe("the policy", () => {
  const pick = async (user: World, request: PickRequest) => {
    ensureLayout(user.host(), user.layout);
    return (await choose(user.host(), user.layout, CONFIG, "best", { request })).ground;
  };
  const left = (user: World, left: number) => {
    const window = (windowDurationMins: number, hours: number) => ({
      usedPercent: 100 - left,
      windowDurationMins,
      resetsAt: START / 1000 + hours * 3600,
    });
    const rateLimits = { limitId: "codex", primary: window(300, 5), secondary: window(10_080, 168) };
    user.status({ a: { age: 1, rateLimits }, b: { age: 1, rateLimits } });
  };

  it("is the one of the settings unless another one is asked for, and is told with its figure", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    left(user, 90);
    expect(await pick(user, {})).toMatchObject({ on: "merit", policy: "score", figure: 90 });
    const balanced = { ...CONFIG, sessions: { ...CONFIG.sessions, policy: "balanced" as const } };
    expect((await choose(user.host(), user.layout, balanced, "best")).ground).toMatchObject({
      policy: "balanced",
    });
    expect(await pick(user, { policy: "drain" })).toMatchObject({ policy: "drain" });
    expect(user.has("state", "policy.json")).toBe(false);
  });

  it("that adapts remembers what it is doing, and writes it down only when that changes", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    const file = () => statSync(user.path("state", "policy.json")).ino;
    left(user, 100);
    await pick(user, { policy: "adaptive" });
    expect(user.json("state", "policy.json")).toEqual({ v: 1, mode: "drain" });
    const before = file();
    await pick(user, { policy: "adaptive" });
    expect(file()).toBe(before);
    left(user, 2);
    look(user.layout, CONFIG, ["a", "b"], user.now, { policy: "adaptive" });
    expect(user.json("state", "policy.json").mode).toBe("drain");
    await pick(user, { policy: "adaptive" });
    expect(user.json("state", "policy.json").mode).toBe("balanced");
  });

  it("that adapts begins anew when what it remembered makes no sense", async () => {
    const user = world();
    user.session("a");
    left(user, 100);
    user.write("{", "state", "policy.json");
    await pick(user, { policy: "adaptive" });
    expect(user.err).toMatch(/warning: \S+policy\.json: .*starting it anew\n/);
    expect(user.json("state", "policy.json").mode).toBe("drain");
    user.write('{"v":1,"mode":"hoard"}', "state", "policy.json");
    await pick(user, { policy: "adaptive" });
    expect(["drain", "balanced"]).toContain(user.json("state", "policy.json").mode);
  });
});

describe("when everything is used up", () => {
  const used = (hours: number) => ({
    age: 1,
    rateLimits: {
      limitId: "codex",
      primary: { usedPercent: 100, windowDurationMins: 300, resetsAt: START / 1000 + hours * 3600 },
      secondary: null,
    },
  });

  it("the session that comes back first is picked, and counted like any other", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    user.status({ a: used(3), b: used(2) });
    ensureLayout(user.host(), user.layout);
    const { alias, ground } = await choose(user.host(), user.layout, CONFIG, "best");
    expect([alias, ground]).toMatchObject(["b", { on: "return", verdict: { alias: "b" } }]);
    expect(user.json("state", "global.json").last_alias).toBe("b");
    expect(Object.keys(user.json("state", "leases.json").aliases as object)).toEqual(["b"]);
  });

  it("or nobody, when that is wanted, and nothing is recorded", async () => {
    const user = world();
    user.session("a");
    user.status({ a: used(2) });
    ensureLayout(user.host(), user.layout);
    const request = { noExhausted: true };
    const failure = choose(user.host(), user.layout, CONFIG, "best", { request });
    await expect(failure).rejects.toMatchObject({
      code: "nothingToPick",
      message: 'Cannot pick a session: everything is used up; "a" comes back first, in 2h',
    });
    expect([user.has("state", "global.json"), user.has("state", "leases.json")]).toEqual([false, false]);
  });
});

describe("in turn", () => {
  it("goes by the stored index over the aliases in byte order", async () => {
    const user = world();
    for (const alias of ["b", "a"]) user.session(alias);
    user.write(`{"round_robin_index":7}`, "state", "global.json");
    expect(await picked(user, "turn")).toBe("b");
    expect(user.json("state", "global.json")).toMatchObject({ round_robin_index: 0, last_alias: "b" });
    expect(await times(2, user, "turn")).toBe("ab");
  });
});

describe("a pick", () => {
  it("is remembered with its time, its number and the history", async () => {
    const user = world();
    user.session("a", { "config.toml": "features.daemon_auto_start = false" });
    await times(2, user, "turn");
    expect(user.json("state", "sessions", "a.json")).toEqual({
      alias: "a",
      created_at: "2026-11-20T12:00:00Z",
      last_used_at: "2026-11-20T12:00:00Z",
      recent_assignments: [START / 1000, START / 1000],
      last_selected_at: "2026-11-20T12:00:00.002Z",
      pick_seq: 2,
    });
    expect(await picked(user, "last")).toBe("a");
  });

  it("leaves no trace when the check before it fails", async () => {
    const user = world();
    user.session("a");
    ensureLayout(user.host(), user.layout);
    const refuse = () => {
      throw new Error("no");
    };
    await expect(choose(user.host(), user.layout, CONFIG, "turn", { check: refuse })).rejects.toThrow("no");
    expect([user.has("state", "global.json"), user.has("state", "sessions", "a.json")]).toEqual([
      false,
      false,
    ]);
  });

  it("knows whether an app-server of ours may be renewing the login", async () => {
    const user = world();
    user.session("a");
    ensureLayout(user.host(), user.layout);
    const isRenewing = async () => (await choose(user.host(), user.layout, CONFIG, "turn")).isRenewing;
    expect(await isRenewing()).toBe(false);
    const child = { alias: "a", auth: "", ...ownIdentity(), startedAt: START, mayRenew: true };
    user.write(JSON.stringify({ schema: "agentlb.children/1", children: [child] }), "state", "children.json");
    expect(await isRenewing()).toBe(true);
  });
});

describe("waiting for readings", () => {
  /** How long it waited, in milliseconds. */
  async function waited(user: World, given: Given = {}): Promise<number> {
    ensureLayout(user.host(), user.layout);
    const before = user.now;
    const env = { AGENTLB_SUPERVISOR_DISABLED: undefined, ...given.env };
    await awaitReadings(user.host({ ...given, env }), user.layout, CONFIG);
    return user.now - before;
  }

  /** A supervisor that lives: this process. */
  function supervised(user: World): void {
    user.write(renderIdentity({ ...ownIdentity(), version: "9.9.9", exe: "" }), "locks", "supervisor.lock");
  }

  it("ends when somebody is eligible", async () => {
    const user = world();
    user.session("a");
    expect(
      await waited(user, { slept: (ms) => ms >= 500 && user.status({ a: { age: 0, used: 1 } }) }),
    ).toBe(500);
  });

  it("ends with the time that a supervisor may take to start", async () => {
    const user = world();
    user.session("a");
    expect(await waited(user)).toBe(3000);
    expect(await waited(user, { env: { AGENTLB_DAEMON_START_TIMEOUT_MS: "1000" } })).toBe(1000);
  });

  it("is not begun when it is no use: no session, no supervisor wanted, or only dead logins", async () => {
    const user = world();
    expect(await waited(user)).toBe(0);
    for (const alias of ["a", "b"]) user.session(alias);
    expect(await waited(user, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } })).toBe(0);
    user.status({ a: { lastProbeResult: "login required" }, b: { lastProbeResult: "token refused" } });
    expect(await waited(user)).toBe(0);
  });

  it("ends when the supervisor that runs has tried everybody, but not for what an earlier one found", async () => {
    const user = world();
    user.session("a");
    supervised(user);
    const failed = { lastProbeResult: "no network", lastProbeAt: formatTime(START) };
    user.status({ a: failed });
    expect(await waited(user)).toBe(0);
    user.status({ a: { ...failed, lastProbeAt: formatTime(START - 120_000) } });
    expect(await waited(user)).toBe(3000);
    user.write("", "locks", "supervisor.lock");
    user.status({ a: failed });
    expect(await waited(user)).toBe(3000);
  });
});
