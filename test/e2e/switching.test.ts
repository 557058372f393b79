import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { rewriteGlobalState, rewriteSessionState, rewriteStatus } from "../core/session/predecessor.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { startOldDaemon } from "./support/old_daemon.ts";
import { at, published } from "./support/published.ts";
import { startShell, tool } from "./support/shell.ts";
import { inAllWays } from "./support/story.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const PYTHON = "/usr/bin/python3";

/** The bytes that the predecessor wrote; `name` is a file of `test/testdata/predecessor`. */
function written(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../testdata/predecessor/${name}`, import.meta.url)), "utf8");
}

/** Gives a user the root that the predecessor left; its readings are ten minutes old. */
function moveIn(user: Sandbox): void {
  for (const alias of ["home", "work"]) user.addAlias(alias, { authFile: login(alias) });
  mkdirSync(join(user.root, "state/sessions"), { recursive: true });
  mkdirSync(join(user.root, "locks"));
  writeFileSync(join(user.root, "locks/state.lock"), "");
  for (const name of ["config.toml", "supervisor.pid"]) writeFileSync(join(user.root, name), written(name));
  for (const name of ["home.json", "work.json"]) {
    writeFileSync(join(user.root, "state/sessions", name), written(name));
  }
  writeFileSync(join(user.root, "state/global.json"), written("global.json"));
  writeFileSync(
    join(user.root, "status.json"),
    written("status.json").replaceAll("2026-11-20T10:20:58Z", at(600)),
  );
}

/** Lets the predecessor read and write everything once, as it does; fails where it would refuse a file. */
function handBack(user: Sandbox): void {
  const rewrite = (path: string, read: (text: string) => string) => {
    const whole = join(user.root, path);
    writeFileSync(whole, read(readFileSync(whole, "utf8")));
  };
  rewrite("state/global.json", rewriteGlobalState);
  for (const alias of ["home", "work"]) rewrite(`state/sessions/${alias}.json`, rewriteSessionState);
  rewrite("status.json", rewriteStatus);
}

test("the predecessor's files of this tree are what it writes, byte for byte", () => {
  expect(rewriteGlobalState(written("global.json"))).toBe(written("global.json"));
  for (const name of ["home.json", "work.json"]) {
    expect(rewriteSessionState(written(name))).toBe(written(name));
  }
  expect(rewriteStatus(written("status.json"))).toBe(written("status.json"));
});

inAllWays("what the predecessor left is used as it is", async ({ user, run }) => {
  moveIn(user);
  const { stdout } = await run(["status", "--json"]);
  const { selected, sessions } = JSON.parse(stdout);
  // 53 left, 6 for three restarts, 6 for ten minutes of the fifteen that its config.toml allows.
  expect(selected).toBe("home");
  expect(sessions).toMatchObject([
    { alias: "home", score: 41, reason: "eligible" },
    { alias: "removed-long-ago", eligible: false },
    { alias: "work", eligible: false, reason: "unhealthy" },
  ]);
  await run(["last"]);
  expect(user.fake.started().at(-1)?.home).toBe(user.homeOf("work"));
  await run(["rr"]);
  expect(user.fake.started().at(-1)?.home).toBe(user.homeOf("work"));
  await run([]);
  expect(user.fake.started().at(-1)?.home).toBe(user.homeOf("home"));
  expect(JSON.parse(readFileSync(join(user.root, "state/sessions/work.json"), "utf8"))).toMatchObject({
    created_at: "2026-11-01T08:00:00Z",
    recent_assignments: [1795082400, 1795169655, expect.any(Number), expect.any(Number)],
  });
  expect(readFileSync(join(user.root, "config.toml"), "utf8")).toBe(written("config.toml"));
  expect(await run(["supervisor", "stop"])).toMatchObject({
    code: 0,
    stdout: "supervisor already stopped (stale pid 4190000)\n",
  });
}, ALONE);

describe("forth and back", () => {
  test("the predecessor accepts every file, and nothing that it knows gets lost", async () => {
    const user = sandbox();
    moveIn(user);
    // A float, a null and another limit's windows in one answer: each would make it refuse the whole file.
    const limits = {
      result: {
        rateLimits: { limitId: null, primary: { usedPercent: 12.5, resetsAt: null }, secondary: null },
        rateLimitsByLimitId: { codex_other: { primary: { usedPercent: 99.5 }, secondary: null } },
      },
    };
    for (const alias of ["home", "work"]) user.fake.tell(user.homeOf(alias), { appServer: { limits } });
    const picks: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let pick = 0; pick < 2; pick++) {
        picks.push((await user.run("compiled", ["pick"])).stdout.split("\t")[0] ?? "");
        await user.run("compiled", ["rr"]);
      }
      const isRead = (alias: string) => published(user).sessions[alias]?.rateLimits.primary !== null;
      await until(() => isRead("home") && isRead("work"), "both have been read");
      await user.run("compiled", ["supervisor", "stop"]);
      const before = published(user).sessions;
      expect(before.work.rateLimits.primary).toEqual({ usedPercent: 13 });
      handBack(user);
      expect(published(user).sessions.work.rateLimits.primary.usedPercent).toBe(13);
      expect(Object.keys(before)).toEqual(["home", "work"]);
    }
    expect(picks.filter((alias) => alias === "home").length).toBeGreaterThan(0);
    const remembered = ["home", "work"].map((alias) =>
      JSON.parse(readFileSync(join(user.root, `state/sessions/${alias}.json`), "utf8")).recent_assignments
        .length
    );
    expect(remembered[0] + remembered[1]).toBe(2 + 12);
  });

  test("equal sessions take turns also when the predecessor dropped what it doesn't know", async () => {
    const user = sandbox(ALONE);
    moveIn(user);
    const healthy = written("status.json").replaceAll("2026-11-20T10:20:58Z", at(1)).replaceAll(
      "unhealthy",
      "healthy",
    )
      .replace(/"primary": \{[^}]*\}/g, '"primary": null').replace(
        /"secondary": \{[^}]*\}/g,
        '"secondary": null',
      )
      .replace(/"restartCount": \d+/g, '"restartCount": 0').replace('"2026-11-20T10:20:55Z"', '""');
    const used = written("work.json").replace("2026-11-20T10:20:55Z", at(200));
    writeFileSync(join(user.root, "state/sessions/work.json"), used);
    const picks: string[] = [];
    for (let round = 0; round < 2; round++) {
      writeFileSync(join(user.root, "status.json"), healthy);
      picks.push((await user.run("compiled", ["pick"])).stdout.split("\t")[0] ?? "");
      handBack(user);
    }
    expect(picks).toEqual(["home", "work"]);
  });
});

describeWith(["flock"], "the two programs exclude each other", () => {
  /** Tries to take a lock as another program does; whether that worked. */
  const isFree = async (user: Sandbox, path: string, by: "flock" | "python") => {
    const python = "import fcntl,sys; fcntl.flock(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)";
    const result = by === "flock"
      ? await tool(user, "flock", ["-n", "-x", path, "true"])
      : await tool(user, PYTHON, ["-c", python, path]);
    return result.code === 0;
  };
  const others = existsSync(PYTHON) ? ["flock", "python"] as const : ["flock"] as const;

  test.each(others)("a supervisor holds its lock for life: %s", async (by) => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["pick"]);
    const lock = join(user.root, "locks/supervisor.lock");
    expect(await isFree(user, lock, by)).toBe(false);
    await user.run("compiled", ["supervisor", "stop"]);
    expect(await isFree(user, lock, by)).toBe(true);
  });

  describeWith(["strace"], "seen from outside", () => {
    test.each(others)("a pick in the middle of its writing holds the lock of the picks: %s", async (by) => {
      const user = sandbox(ALONE);
      user.addAlias("a");
      await user.run("compiled", ["rr"]);
      const lock = join(user.root, "locks/state.lock");
      const slow = "rename,renameat,renameat2";
      const words = [
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `trace=${slow}`,
        "-e",
        `inject=${slow}:delay_enter=400000`,
      ];
      const picking = tool(user, "strace", [...words, ...commandOf("compiled"), "rr"]);
      await until(async () => !await isFree(user, lock, by), "the lock is held");
      expect((await picking).code).toBe(0);
      expect(await isFree(user, lock, by)).toBe(true);
    });

    test("a pick waits for who holds the lock, and goes on when it is free", async () => {
      const user = sandbox(ALONE);
      user.addAlias("a");
      await user.run("compiled", ["rr"]);
      const state = join(user.root, "state/global.json");
      const before = readFileSync(state, "utf8");
      const log = join(user.dir, "flocks");
      const holder = startShell(user, 'flock -x "$1" sh -c ": > held; read -r _; cat $2 > seen"', [
        join(user.root, "locks/state.lock"),
        state,
      ]);
      const held = finished(holder, 20_000);
      await until(() => existsSync(join(user.cwd, "held")), "the lock is held");
      const words = ["-f", "-qq", "-o", log, "-e", "trace=flock", ...commandOf("compiled"), "rr"];
      const picking = tool(user, "strace", words);
      const refused = () => existsSync(log) ? readFileSync(log, "utf8").split("EAGAIN").length - 1 : 0;
      await until(() => refused() > 2, "the pick has tried more than once");
      holder.stdin?.end("\n");
      expect((await held).code).toBe(0);
      expect(readFileSync(join(user.cwd, "seen"), "utf8")).toBe(before);
      expect((await picking).code).toBe(0);
      expect(JSON.parse(readFileSync(state, "utf8")).pick_seq).toBe(2);
    });
  });
});

describe("a running daemon of the predecessor", () => {
  test("is ended once and replaced, and that is said", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const old = await startOldDaemon(user);
    const end = finished(old.child, 20_000);
    const said = `agentlb: replacing the supervisor of an earlier program (pid ${old.pid})\n`;
    const results = await Promise.all([1, 2, 3].map(() => user.run("compiled", ["pick"])));
    expect(results.map(({ stderr }) => stderr.split(said).length - 1).reduce((a, b) => a + b)).toBe(1);
    expect((await end).code).toBe(0);
    expect(old.asked()).toBe(1);
    expect(daemonsOf(user)).toHaveLength(1);
    expect((await user.run("compiled", ["pick"])).stderr).not.toContain("replacing");
  });

  test("is left alone while the supervisor is disabled: nothing is started, replaced or waited for", async () => {
    const user = sandbox({ env: { ...ALONE.env, AGENTLB_DAEMON_START_TIMEOUT_MS: "600000" } });
    user.addAlias("a", { authFile: login("a") });
    const old = await startOldDaemon(user);
    for (const args of [["pick"], ["rr"], ["last"], ["new", "a"], ["status"], ["new", "b"], ["rm", "b"]]) {
      const { code, stderr } = await user.run("compiled", args);
      expect(code, args.join(" ")).toBe(0);
      expect(stderr).not.toContain("replacing");
    }
    expect(old.asked()).toBe(0);
    expect(daemonsOf(user)).toEqual([old.pid]);
    expect(existsSync(join(user.root, "locks/supervisor.lock"))).toBe(false);
  });

  test("of another root is left alone, whatever the pid file says", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const other = join(user.dir, "other home");
    mkdirSync(other);
    const old = await startOldDaemon(user, other);
    expect((await user.run("compiled", ["pick"])).stderr).not.toContain("replacing");
    expect((await user.run("compiled", ["supervisor", "restart"])).code).toBe(0);
    expect(old.asked()).toBe(0);
    rmSync(other, { recursive: true });
  });

  test("can be ended by the supervisor's own commands", async () => {
    const user = sandbox();
    const old = await startOldDaemon(user);
    const end = finished(old.child, 20_000);
    expect((await user.run("compiled", ["supervisor", "stop"])).stdout).toBe(
      `stopping supervisor (pid ${old.pid})\nsupervisor stopped\n`,
    );
    expect((await end).code).toBe(0);
  });
});
