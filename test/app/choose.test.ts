import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { awaitReadings, choose, type How } from "../../lib/app/choose.ts";
import { ensureLayout } from "../../lib/app/sessions.ts";
import { defaultConfig } from "../../lib/core/config.ts";
import { renderIdentity } from "../../lib/core/identity.ts";
import { formatTime } from "../../lib/core/time.ts";
import { ownIdentity } from "../../lib/io/process.ts";
import { type Given, START, type World, world } from "./world.ts";

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
    expect(first.refused?.map(({ reason }) => reason)).toEqual(["stale (999s>420s)", "missing status"]);
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
    await expect(choose(user.host(), user.layout, CONFIG, "turn", refuse)).rejects.toThrow("no");
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
