import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type ChildProcess, spawn } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { finished, killGroup } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { appServersOf, daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { pause } from "./support/pause.ts";
import { published } from "./support/published.ts";
import { startShell, tool } from "./support/shell.ts";
import { openTerminal } from "./support/terminal.ts";

/** Every change is published at once. */
const PROMPT = { env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } };

/** What `agentlb supervisor <words>` prints. */
async function supervisor(user: Sandbox, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await user.run("compiled", ["supervisor", ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** The supervisor that runs; there must be exactly one. */
function only(user: Sandbox): number {
  const pids = daemonsOf(user);
  expect(pids).toHaveLength(1);
  return pids[0]!;
}

/** A process of the user's that is nobody's supervisor. */
function bystander(user: Sandbox): ChildProcess & { readonly pid: number } {
  const child = spawn("sleep", ["600"], { env: user.env, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child as ChildProcess & { readonly pid: number };
}

function proc(pid: number, name: string): string {
  return readFileSync(`/proc/${pid}/${name}`, "utf8");
}

/** Field `number` of `/proc/<pid>/stat`, counted as in proc(5). */
function statOf(pid: number, number: number): string {
  const text = proc(pid, "stat");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[number - 3] ?? "";
}

function isAlive(pid: number): boolean {
  try {
    return statOf(pid, 3) !== "Z";
  } catch {
    return false;
  }
}

describe("start, restart and stop say what they found and what they did", () => {
  test("when none ever ran, and when one runs", async () => {
    const user = sandbox();
    expect(await supervisor(user, "stop")).toBe("supervisor already stopped\n");
    const started = await supervisor(user, "start", "--background");
    const first = only(user);
    expect(started).toBe(`supervisor is not running\nstarted supervisor in background (pid ${first})\n`);
    expect(readFileSync(join(user.root, "supervisor.pid"), "utf8")).toBe(`${first}\n`);
    expect(await supervisor(user, "start", "--background")).toBe(`supervisor is running (pid ${first})\n`);
    const restarted = await supervisor(user, "restart");
    const second = only(user);
    expect(restarted).toBe(`stopping supervisor (pid ${first})\nsupervisor restarted (pid ${second})\n`);
    expect(await supervisor(user, "stop")).toBe(`stopping supervisor (pid ${second})\nsupervisor stopped\n`);
    expect(daemonsOf(user)).toEqual([]);
    expect(existsSync(join(user.root, "supervisor.pid"))).toBe(false);
    expect(await supervisor(user, "restart")).toBe(
      `supervisor not running\nsupervisor restarted (pid ${only(user)})\n`,
    );
  });

  test("when one was killed, and when the pid file holds no number", async () => {
    const user = sandbox();
    const file = join(user.root, "supervisor.pid");
    await supervisor(user, "start", "--background");
    const kill = async () => {
      const pid = only(user);
      process.kill(pid, "SIGKILL");
      await until(() => !isAlive(pid), "it is dead");
      return pid;
    };
    const first = await kill();
    expect(await supervisor(user, "stop")).toBe(`supervisor already stopped (stale pid ${first})\n`);
    expect(await supervisor(user, "start", "--background")).toBe(
      `supervisor is not running (stale pid ${first})\nstarted supervisor in background (pid ${
        only(user)
      })\n`,
    );
    const second = await kill();
    expect(await supervisor(user, "restart")).toBe(
      `supervisor not running (stale pid ${second})\nsupervisor restarted (pid ${only(user)})\n`,
    );
    await kill();
    for (const text of ["x\n", "", "-1\n", "1\n"]) {
      writeFileSync(file, text);
      expect(await supervisor(user, "stop")).toBe("supervisor already stopped\n");
    }
  });

  test("when it can't be started, with the reason, and that is no failure of a pick", async () => {
    const user = sandbox();
    user.addAlias("a");
    await user.run("compiled", ["status"]);
    symlinkSync("nowhere", join(user.root, "locks/supervisor.lock"));
    for (
      const [words, said] of [
        [
          ["start", "--background"],
          "supervisor is not running\nattempted to start supervisor in background\n",
        ],
        [["restart"], "supervisor not running\nattempted supervisor restart\n"],
      ] as const
    ) {
      const { code, stdout, stderr } = await user.run("compiled", ["supervisor", ...words]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: said });
      expect(stderr).toMatch(/^agentlb: warning: Cannot start the supervisor: .*supervisor\.lock/);
    }
    const picked = await user.run("compiled", ["rr"]);
    expect(picked.code).toBe(0);
    expect(picked.stderr).toContain("agentlb: warning: Cannot start the supervisor: ");
  });

  test("when it was stopped by a signal: status says so, and stop ends it", async () => {
    const user = sandbox();
    user.addAlias("a");
    await supervisor(user, "start", "--background");
    const pid = only(user);
    pause(pid);
    expect((await user.run("compiled", ["status"])).stderr).toContain(
      `agentlb: the supervisor (pid ${pid}) is stopped, so limits are not read; let it go on with: kill -CONT ${pid}\n`,
    );
    expect(await supervisor(user, "stop")).toBe(`stopping supervisor (pid ${pid})\nsupervisor stopped\n`);
    await until(() => daemonsOf(user).length === 0, "it has ended");
  });

  test("and none is started by a command that finds no session", async () => {
    const user = sandbox();
    for (const words of [[], ["pick"], ["rr"], ["last"]]) {
      expect((await user.run("compiled", words)).stderr).toContain("no managed sessions found");
    }
    expect(daemonsOf(user)).toEqual([]);
  });

  test("also while the supervisor is disabled, which is for commands that pick", async () => {
    const user = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["pick"]);
    expect(daemonsOf(user)).toEqual([]);
    expect(await supervisor(user, "start", "--background")).toContain("started supervisor in background");
    expect(await supervisor(user, "stop")).toContain("supervisor stopped");
  });
});

describe("there is one supervisor", () => {
  test("however many commands start it at once", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const ways = [...Array(44).fill("compiled"), "deno", "deno", "bun", "bun", "node", "node"] as const;
    const results = await Promise.all(ways.map((way) => user.run(way, ["pick"])));
    for (const { code, stderr } of results) {
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(/^agentlb: using a /),
      });
    }
    const pid = only(user);
    const notes = readFileSync(join(user.root, "supervisor.log"), "utf8").split("\n").filter((line) =>
      line !== ""
    );
    expect(notes.map((line) => JSON.parse(line)).filter(({ what }) => what === "started")).toMatchObject([{
      pid,
    }]);
    expect(await supervisor(user, "stop")).toBe(`stopping supervisor (pid ${pid})\nsupervisor stopped\n`);
    expect(daemonsOf(user)).toEqual([]);
  });

  test("also when another is started by hand: it ends at once and changes nothing", async () => {
    const user = sandbox();
    await supervisor(user, "start", "--background");
    const pid = only(user);
    expect(await supervisor(user, "daemon")).toBe("");
    expect(only(user)).toBe(pid);
    expect(readFileSync(join(user.root, "supervisor.pid"), "utf8")).toBe(`${pid}\n`);
  });

  test("started by hand it stays in the foreground until it is asked to end", async () => {
    const user = sandbox();
    const child = user.start("compiled", ["supervisor", "daemon"]);
    const end = finished(child, 20_000);
    await until(() => existsSync(join(user.root, "supervisor.pid")), "it is ready");
    expect(await supervisor(user, "start", "--background")).toBe(
      `supervisor is running (pid ${child.pid})\n`,
    );
    child.kill("SIGINT");
    expect(await end).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  });
});

describe("it stands on its own", () => {
  test("in a session of its own, in the root, without core dumps, and nobody else can read what it makes", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["new", "a"]);
    const pid = only(user);
    expect([statOf(pid, 5), statOf(pid, 6)]).toEqual([String(pid), String(pid)]);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(user.root);
    expect(proc(pid, "limits")).toMatch(/^Max core file size +0 +0 /m);
    expect(proc(pid, "status")).toMatch(/^Umask:\s+0077$/m);
    expect(readlinkSync(`/proc/${pid}/fd/0`)).toBe("/dev/null");
    await until(() => appServersOf(user).length === 1, "a has an app-server");
    const [server] = appServersOf(user);
    expect(proc(server!, "limits")).toMatch(/^Max core file size +0 +0 /m);
    expect(statOf(server!, 5)).toBe(String(server));
  });

  describeWith(["tmux"], "at a terminal", () => {
    test("it outlives Ctrl-C and the terminal that it was started from", async () => {
      const user = sandbox();
      user.addAlias("a", { authFile: login("a"), script: { run: { holdUntil: "never" } } });
      const terminal = openTerminal(user);
      terminal.type(`'${commandOf("compiled")[0]}' rr`);
      await until(() => user.fake.happened("holding").length === 1, "Codex runs");
      const pid = only(user);
      terminal.press("C-c");
      terminal.type('echo "$$" > shell; : > done');
      await until(() => existsSync(join(user.cwd, "done")), () => `the shell goes on:\n${terminal.screen()}`);
      terminal.close();
      const shell = Number(readFileSync(join(user.cwd, "shell"), "utf8"));
      await until(() => !isAlive(shell), "the terminal is closed");
      expect(await supervisor(user, "start", "--background")).toBe(`supervisor is running (pid ${pid})\n`);
    });
  });

  test("it needs no other program to be started, found and ended", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const env = { PATH: user.bin };
    expect((await user.run("compiled", ["pick"], { env })).stderr).toMatch(/^agentlb: using a \(score/);
    const { stdout } = await user.run("compiled", ["supervisor", "stop"], { env });
    expect(stdout).toMatch(/^stopping supervisor \(pid \d+\)\nsupervisor stopped\n$/);
  });
});

describe("it is replaced by the next command", () => {
  test("when it was killed; its app-servers are gone by then", async () => {
    const user = sandbox(PROMPT);
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["new", "a"]);
    await until(() => published(user)?.sessions.a?.appServer.state === "running", "a has an app-server");
    const pid = only(user);
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid), "it is dead");
    await until(() => appServersOf(user).length === 0, "the app-server saw its end");
    expect(user.fake.happened("signal")).toEqual([]);
    expect((await user.run("compiled", ["pick"])).stderr).toMatch(/^agentlb: using a \(score/);
    expect(only(user)).not.toBe(pid);
  });

  test("when nobody has reaped it: a zombie is dead", async () => {
    const user = sandbox();
    // It ends when its parent has become one that never asks how its children ended.
    const child = 'until [ "$(cat /proc/$PPID/comm)" = sleep ]; do :; done';
    const parent = startShell(user, `sh -c '${child}' & echo "$!"; exec sleep 600`);
    onTestFinished(() => killGroup(parent.pid));
    let said = "";
    parent.stdout?.on("data", (part) => said += part);
    await until(() => said.endsWith("\n") && statOf(Number(said), 3) === "Z", "there is a zombie");
    const pid = Number(said);
    await user.run("compiled", ["status"]);
    writeFileSync(join(user.root, "locks/supervisor.lock"), identity(pid, statOf(pid, 22)));
    writeFileSync(join(user.root, "supervisor.pid"), `${pid}\n`);
    expect(await supervisor(user, "start", "--background")).toBe(
      `supervisor is not running (stale pid ${pid})\nstarted supervisor in background (pid ${only(user)})\n`,
    );
  });

  test("when it is of an older version, once; one of a newer version stays", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const older = ofVersion(user, "0.9.9");
    const newer = ofVersion(user, "1.10.0");
    expect((await tool(user, process.execPath, [older, "pick"])).code).toBe(0);
    const first = only(user);
    const said = `agentlb: replacing the supervisor of version 0.9.9 (pid ${first})\n`;
    const results = await Promise.all([1, 2, 3].map(() => user.run("compiled", ["pick"])));
    expect(results.map(({ stderr }) => stderr.split(said).length - 1).reduce((a, b) => a + b)).toBe(1);
    const second = only(user);
    expect(second).not.toBe(first);
    for (const file of [older, join(TREE, "dist/js/agentlb.js")]) {
      expect((await tool(user, process.execPath, [file, "pick"])).stderr).not.toContain("replacing");
      expect(only(user)).toBe(second);
    }
    expect((await tool(user, process.execPath, [newer, "pick"])).stderr).toContain(
      "replacing the supervisor of version",
    );
    const third = only(user);
    expect((await user.run("compiled", ["pick"])).stderr).not.toContain("replacing");
    expect(only(user)).toBe(third);
  });
});

describe("nobody else is taken for it", () => {
  test("a pid that now belongs to another process is never signalled", async () => {
    const user = sandbox();
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    const other = bystander(user);
    await user.run("compiled", ["status"]);
    for (const verb of [["stop"], ["start", "--background"], ["restart"]]) {
      writeFileSync(join(user.root, "supervisor.pid"), `${other.pid}\n`);
      writeFileSync(join(user.root, "locks/supervisor.lock"), identity(other.pid, "1"));
      expect(await supervisor(user, ...verb)).toContain(`(stale pid ${other.pid})`);
      await supervisor(user, "stop");
    }
    writeFileSync(join(user.root, "supervisor.pid"), `${other.pid}\n`);
    expect((await user.run("compiled", ["rm", "a"])).code).toBe(0);
    expect((await user.run("compiled", ["pick"])).stderr).toMatch(/^agentlb: using b \(score/);
    expect(isAlive(other.pid)).toBe(true);
    expect(other.signalCode).toBeNull();
  });
});

describe("it ends", () => {
  test("at SIGTERM with its app-servers, whose stdin it closes, and all it knew is published", async () => {
    const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "3600" } });
    user.addAlias("a", { authFile: login("a"), script: { appServer: { lingerMs: 50 } } });
    await user.run("compiled", ["new", "a"]);
    await until(() => appServersOf(user).length === 1, "a has an app-server");
    const pid = only(user);
    process.kill(pid, "SIGTERM");
    await until(() => daemonsOf(user).length === 0, "it has ended");
    expect(appServersOf(user)).toEqual([]);
    expect(user.fake.happened("signal")).toEqual([]);
    expect(published(user).sessions).toHaveProperty("a");
  });

  test.each([
    ["removed", (user: Sandbox) => rmSync(user.root, { recursive: true, force: true, maxRetries: 10 })],
    ["replaced by another", (user: Sandbox) => {
      renameSync(user.root, join(user.dir, "moved"));
      mkdirSync(join(user.root, "locks"), { recursive: true, mode: 0o700 });
      writeFileSync(join(user.root, "locks/supervisor.lock"), "");
      mkdirSync(join(user.dir, "moved/sessions/b")); // something to look at
    }],
  ])("by itself when its root was %s, and makes none anew", async (_, lose) => {
    const user = sandbox(PROMPT);
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["new", "a"]);
    await until(() => published(user)?.sessions.a?.appServer.state === "running", "a has an app-server");
    lose(user);
    await until(() => daemonsOf(user).length === 0, "it has ended");
    await until(() => appServersOf(user).length === 0, "its app-servers have ended");
    expect(existsSync(join(user.root, "status.json"))).toBe(false);
  });
});

/** The content of a lock file whose holder is said to be `pid`. */
function identity(pid: number, startTime: string): string {
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${JSON.stringify({ pid, startTime, bootId, version: "1.0.0", exe: "agentlb" })}\n`;
}

/** A copy of the program that says it is of another version. */
function ofVersion(user: Sandbox, version: string): string {
  const text = readFileSync(join(TREE, "dist/js/agentlb.js"), "utf8");
  const changed = text.replace(/(var VERSION = ")[^"]*"/, `$1${version}"`);
  expect(changed).not.toBe(text);
  const path = join(user.dir, `agentlb-${version}.js`);
  writeFileSync(path, changed);
  return path;
}
