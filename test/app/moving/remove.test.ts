import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { ownIdentity } from "../../../lib/io/process/process.ts";
import { codexIn as allCodexIn } from "../../../lib/io/process/codex_processes.ts";
import { openersOf, strangersIn } from "../../../lib/app/codex/open_by.ts";
import { until } from "../../../rig/until.ts";
import { authFile, type Given, START, type World, world } from "../world.ts";

async function run(user: World, line: string, given: Given = {}): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ ...given, args: line.split(" ").map((word) => word === "''" ? "" : word) }));
}

/** A session with everything that may be kept of one. */
function full(user: World, alias: string): string {
  const home = user.session(alias, { "auth.json": authFile(`${alias}@x`) });
  user.write(`{"alias":"${alias}","created_at":""}`, "state", "sessions", `${alias}.json`);
  user.write("db", "state", "sqlite", alias, "state.sqlite");
  return home;
}

/** Starts a process of the user that ends with the test, and waits until `isThere`. */
async function started(
  file: string,
  args: string[],
  env: Record<string, string>,
  isThere: () => boolean,
): Promise<number> {
  const child = spawn(file, args, { env: { PATH: "/usr/bin:/bin", ...env }, stdio: "ignore" });
  const gone = new Promise((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    process.kill(child.pid!, "SIGKILL");
    await gone;
  });
  await until(isThere, "it is seen");
  return child.pid!;
}

/** A program called codex with a home. */
function codexIn(user: World, home: string): Promise<number> {
  const program = join(user.bin, "codex-sleeps");
  symlinkSync("/bin/sleep", program);
  const before = openersOf(user.host(), user.layout, home).length;
  return started(
    program,
    ["60"],
    { CODEX_HOME: home },
    () => openersOf(user.host(), user.layout, home).length > before,
  );
}

describe.skipIf(process.platform !== "linux")("a home that is open", () => {
  it("is not open by an app-server of the supervisor that no record names yet", async () => {
    const user = world();
    const home = user.session("a");
    const program = join(user.bin, "codex-starts");
    symlinkSync("/bin/sleep", program);
    const env = { CODEX_HOME: home, CODEX_SQLITE_HOME: join(user.layout.sqlite, "a") };
    const pid = await started(program, ["60"], env, () => allCodexIn(home).length > 0);
    expect(openersOf(user.host(), user.layout, home), "for a renewal it counts").toMatchObject([{ pid }]);
    expect(strangersIn(user.host(), user.layout, home)).toEqual([]);
  });

  it("is seen by the processes called codex that have it, and by who holds a thread's lock", async () => {
    const user = world();
    const [home, other] = [user.session("a"), user.session("b")];
    user.write("", "sessions", "a", "thread-writer-locks", "t1.lock");
    user.write("", "sessions", "a", "thread-writer-locks", ".coordination.lock");
    expect(openersOf(user.host(), user.layout, home)).toEqual([]);
    const locks = join(home, "thread-writer-locks");
    const coordinator = await tryLock(join(locks, ".coordination.lock"));
    expect(openersOf(user.host(), user.layout, home)).toEqual([]);
    coordinator?.release();
    const holder = await started(
      "flock",
      ["--no-fork", join(locks, "t1.lock"), "sleep", "60"],
      {},
      () => openersOf(user.host(), user.layout, home).length > 0,
    );
    const codex = await codexIn(user, home);
    expect(openersOf(user.host(), user.layout, home).map(({ pid }) => pid)).toEqual(
      [holder, codex].sort((a, b) => a - b),
    );
    expect(openersOf(user.host(), user.layout, other)).toEqual([]);
  });

  it("is not seen by our own app-servers", async () => {
    const user = world();
    const home = user.session("a");
    const pid = await codexIn(user, home);
    const { identityOf } = await import("../../../lib/io/process/process.ts");
    const child = { alias: "a", auth: "", ...identityOf(pid)!, startedAt: START, mayRenew: false };
    user.write(JSON.stringify({ children: [child] }), "state", "children.json");
    expect(openersOf(user.host(), user.layout, home)).toEqual([]);
    // Another process that got the number of one that is gone is none of ours.
    user.write(JSON.stringify({ children: [{ ...child, startTime: "1" }] }), "state", "children.json");
    expect(openersOf(user.host(), user.layout, home).map((opener) => opener.pid)).toEqual([pid]);
  });

  it("is not removed, unless by force", async () => {
    const user = world();
    const pid = await codexIn(user, full(user, "a"));
    expect(await run(user, "rm a")).toBe(1);
    expect(user.err).toContain(`Cannot remove "a": in use by codex-sleeps (pid ${pid})`);
    expect(user.has("sessions", "a", "auth.json")).toBe(true);
    expect(await run(user, "rm a --force")).toBe(0);
    expect(user.has("sessions", "a")).toBe(false);
  });
});

describe("rm", () => {
  it("removes all that is kept of a session, and nothing of others", async () => {
    const user = world();
    full(user, "a");
    full(user, "b");
    user.write(`{"round_robin_index":1,"last_alias":"a","pick_seq":7}`, "state", "global.json");
    user.status({ a: { age: 1, used: 1 }, b: { age: 1, used: 2 } });
    expect(await run(user, "rm a")).toBe(0);
    expect(user.out).toBe("removed session: a\n");
    for (const folder of [["sessions"], ["state", "sqlite"]]) {
      expect(readdirSync(user.path(...folder))).toEqual(["b"]);
    }
    expect(readdirSync(user.path("state", "sessions"))).toEqual(["b.json"]);
    expect(user.json("state", "global.json")).toEqual({ round_robin_index: 1, pick_seq: 7 });
    expect(Object.keys(user.json("status.json").sessions as object)).toEqual(["b"]);
    expect(await run(user, "rm a")).toBe(2);
    expect(user.err).toBe(`session "a" does not exist\n`);
  });

  it("names the session that was meant", async () => {
    const user = world();
    for (const alias of ["work", "spare"]) full(user, alias);
    expect(await run(user, "rm wrok")).toBe(2);
    expect(user.err).toBe(`session "wrok" does not exist\nagentlb: hint: did you mean work?\n`);
  });

  it("takes the email of a login", async () => {
    const user = world();
    full(user, "a");
    expect(await run(user, "rm a@x")).toBe(0);
    expect(user.out).toBe("removed session: a\n");
  });

  it.each(["''", "..", ".", "../..", "/", "/tmp", "a/../b", "sessions/a", ".removing-x", "-x/"])(
    "never removes what is no alias: %s",
    async (target) => {
      const user = world();
      full(user, "a");
      full(user, "b");
      user.write("precious", "..", "docs", "x");
      const before = readdirSync(user.path(), { recursive: true }).sort();
      expect(await run(user, `rm ${target}`)).toBe(2);
      const after = readdirSync(user.path(), { recursive: true }).sort();
      expect(after.filter((name) => name !== "locks" && name !== "locks/state.lock")).toEqual(before);
      expect(user.read("..", "docs", "x")).toBe("precious");
    },
  );

  it("follows no link: neither one in the home, nor the home itself", async () => {
    const user = world();
    user.write("precious", "..", "docs", "x");
    symlinkSync(user.path("..", "docs"), join(full(user, "a"), "docs"));
    full(user, "b");
    renameSync(user.path("sessions", "b"), user.path("..", "b"));
    symlinkSync(user.path("..", "b"), user.path("sessions", "b"));
    symlinkSync("/nowhere/at/all", user.path("sessions", "c"));
    for (const alias of ["a", "b", "c"]) expect(await run(user, `rm ${alias}`)).toBe(0);
    expect(readdirSync(user.path("sessions"))).toEqual([]);
    expect([user.read("..", "docs", "x"), user.has("..", "b", "auth.json")]).toEqual(["precious", true]);
  });

  it("finishes what an earlier one did not", async () => {
    const user = world();
    full(user, "a");
    mkdirSync(user.path("sessions", ".removing-z-12345678", "deep"), { recursive: true });
    await run(user, "rm a");
    expect(readdirSync(user.path("sessions"))).toEqual([]);
  });

  it("waits until an app-server of ours has renewed the login", async () => {
    const user = world();
    const home = full(user, "a");
    const children = (mayRenew: boolean) =>
      JSON.stringify({ children: [{ alias: "a", auth: "", ...ownIdentity(), startedAt: START, mayRenew }] });
    user.write(children(true), "state", "children.json");
    let renewedAfter = 0;
    let isWhole = true;
    const slept = (ms: number) => {
      isWhole &&= readdirSync(home).includes("auth.json");
      if (ms < 1000 || renewedAfter > 0) return;
      renewedAfter = ms;
      user.write(children(false), "state", "children.json");
    };
    expect(await run(user, "rm a", { slept })).toBe(0);
    expect([renewedAfter, isWhole]).toEqual([1000, true]);
    expect(user.err).toContain("waiting");
    // That app-server still lives, with its databases.
    expect(user.has("state", "sqlite", "a")).toBe(true);
  });

  it("is refused while somebody logs in", async () => {
    const user = world();
    full(user, "a");
    user.write("", "locks", "login-a.lock");
    const held = await tryLock(user.path("locks", "login-a.lock"));
    expect(await run(user, "rm a")).toBe(1);
    held?.release();
    expect(user.err).toContain("another agentlb is logging in to it");
    expect(await run(user, "rm a")).toBe(0);
  });

  it("leaves status.json to the supervisor that lives, and waits for it, two seconds at most", async () => {
    const user = world();
    full(user, "a");
    full(user, "b");
    const identity = { ...ownIdentity(), version: "9.9.9", exe: "" };
    user.write(`${JSON.stringify(identity)}\n`, "locks", "supervisor.lock");
    user.status({ a: { age: 1 }, b: { age: 1 } });
    const env = { AGENTLB_SUPERVISOR_DISABLED: undefined };
    const slept = (ms: number) => ms === 500 && user.status({ b: { age: 1 } });
    expect(await run(user, "rm a", { env, slept })).toBe(0);
    expect([user.now - START, user.err]).toEqual([
      500,
      expect.stringMatching(/^agentlb: kept for 7 days in .+\n$/),
    ]);
    expect(await run(user, "rm b", { env })).toBe(0);
    expect(user.now - START).toBe(2500);
    expect(user.err).toContain(`the supervisor still lists "b"`);
    expect(Object.keys(user.json("status.json").sessions as object)).toEqual(["b"]);
  });

  it("does not mind a status.json that makes no sense", async () => {
    const user = world();
    full(user, "a");
    writeFileSync(user.layout.status, "{");
    expect(await run(user, "rm a")).toBe(0);
    expect(user.read("status.json")).toBe("{");
  });
});
