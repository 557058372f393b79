import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { renderPromise } from "../../../lib/core/thread/promise.ts";
import { loginKey } from "../../../lib/core/session/readings_file.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { identityOf, ownIdentity } from "../../../lib/io/process/process.ts";
import { authFile, type Given, START, type World, world } from "../world.ts";

async function run(user: World, line: string, given: Given = {}): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ ...given, args: line.split(" ") }));
}

/** A process that outlives the test, and is not this one. */
const OTHER = identityOf(process.ppid)!;

async function refused(user: World): Promise<string> {
  expect(await run(user, "rename a b")).toBe(1);
  expect([user.has("sessions", "a"), user.has("sessions", "b"), user.has("state", "move.json")]).toEqual(
    [true, false, false],
  );
  return user.err;
}

describe("a session is not renamed", () => {
  it("while somebody logs in to it", async () => {
    const user = world();
    user.session("a");
    user.write("", "locks", "login-a.lock");
    const held = await tryLock(user.path("locks", "login-a.lock"));
    expect(await refused(user)).toContain('Cannot rename "a": another agentlb is logging in to it');
    held?.release();
    expect(await run(user, "rename a b")).toBe(0);
  });

  it("while its login is being renewed, nor waits for that", async () => {
    const user = world();
    user.session("a", { "auth.json": authFile("a@x") });
    const child = { alias: "a", auth: "", ...OTHER, startedAt: START, mayRenew: true };
    user.write(JSON.stringify({ children: [child] }), "state", "children.json");
    expect(await refused(user)).toContain("its login is being renewed");
    expect(user.now).toBe(START);
  });

  it("while its app-server does not end", async () => {
    const user = world();
    user.session("a", { "auth.json": authFile("a@x") });
    const child = { alias: "a", auth: "", ...OTHER, startedAt: START, mayRenew: false };
    user.write(JSON.stringify({ children: [child] }), "state", "children.json");
    expect(await refused(user)).toContain("its app-server does not end");
  });

  it("while a run or a shell of it lives", async () => {
    const user = world();
    user.session("a");
    const lease = { pid: OTHER.pid, start: OTHER.startTime, boot: OTHER.bootId, at: START };
    user.write(
      JSON.stringify({ v: 1, aliases: { a: { leases: [lease], reservations: [] } } }),
      "state",
      "leases.json",
    );
    expect(await refused(user)).toContain(`in use by a run (pid ${OTHER.pid})`);
  });

  it("while a process waits to go on with a thread of it", async () => {
    const user = world();
    const home = user.session("a");
    const promise = {
      ...{ thread: "t1", alias: "a", home, cwd: "/", firstWords: "", since: START, boundary: START },
      ...{ step: "waiting" as const, untilMs: undefined, isSeenUsedUp: false, tries: 0 },
    };
    user.write(renderPromise({ ...promise, by: OTHER }), "state", "promises", "t1.json");
    expect(await refused(user)).toContain(`agentlb (pid ${OTHER.pid}) waits to go on with a thread of it`);
    user.write(renderPromise({ ...promise, by: ownIdentity() }), "state", "promises", "t1.json");
    expect(await run(user, "rename a b")).toBe(0);
    expect(user.json("state", "promises", "t1.json")).toMatchObject({
      alias: "b",
      home: user.path("sessions", "b"),
    });
  });
});

describe("a renamed session", () => {
  it("has nothing of an earlier one of its new name", async () => {
    const user = world();
    user.session("a");
    user.write('{"v":1,"aliases":["b"]}', "state", "paused.json");
    user.write('{"alias":"b","created_at":"","pick_seq":9}', "state", "sessions", "b.json");
    expect(await run(user, "rename a b")).toBe(0);
    expect(user.json("state", "paused.json")).toEqual({ v: 1, aliases: [] });
    expect(user.has("state", "sessions", "b.json")).toBe(false);
  });

  it("takes what is known of its login by its path with it", async () => {
    const user = world();
    const home = user.session("a", { "auth.json": authFile("a@x") });
    const at = new Date(START).toISOString();
    const reading = {
      health: "healthy",
      lastProbeAt: at,
      lastProbeResult: "token refused",
      lastRateLimitUpdateAt: at,
    };
    const key = loginKey(join(home, "auth.json"));
    user.write(JSON.stringify({ version: 1, sessions: { [key]: reading } }), "readings.json");
    expect(await run(user, "rename a b")).toBe(0);
    const sessions = user.json("readings.json").sessions as Record<string, unknown>;
    expect(sessions[loginKey(user.path("sessions", "b", "auth.json"))]).toMatchObject({
      lastProbeResult: "token refused",
    });
  });

  it("is named by the email of its login too", async () => {
    const user = world();
    user.session("a", { "auth.json": authFile("a@x") });
    expect(await run(user, "rename a@x b --json")).toBe(0);
    expect(JSON.parse(user.out)).toEqual({
      schema: "agentlb.renamed/1",
      from: "a",
      alias: "b",
      home: user.path("sessions", "b"),
      inConfig: [],
    });
  });
});
