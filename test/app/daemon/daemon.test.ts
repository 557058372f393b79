import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { superviseCommand as supervised } from "../../../lib/app/daemon/daemon.ts";
import { ensureSupervisor } from "../../../lib/app/daemon/ensure.ts";
import { livingDaemon } from "../../../lib/app/daemon/living_daemon.ts";
import { runDaemon } from "../../../lib/app/supervisor/daemon_run.ts";
import { askToStop, heedStopRequest } from "../../../lib/app/daemon/stop_request.ts";
import { type DaemonIdentity, renderIdentity } from "../../../lib/core/system/identity.ts";
import { layoutOf } from "../../../lib/core/system/layout.ts";
import { emptySession, parseStatus, renderStatus } from "../../../lib/core/session/status.ts";
import { VERSION } from "../../../lib/core/text/version.ts";
import { windows } from "../../../lib/io/platform/windows.ts";
import { system } from "../../../lib/io/platform/here.ts";
import type { Host } from "../../../lib/io/host.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { identityOf, ownIdentity, signal } from "../../../lib/io/process/process.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { until } from "../../../rig/until.ts";

const REAL = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms: number) => wait(ms),
};

/** What a command about the supervisor prints. */
const superviseCommand = async (...given: Parameters<typeof supervised>) =>
  (await supervised(...given)).lines;

function place(env: Record<string, string> = {}) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-daemon-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, ".agentlb"));
  for (const folder of [layout.sessions, layout.sessionStates, layout.locks]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const said = { err: "", out: "" };
  const host = {
    args: [],
    env: { PATH: process.env.PATH, HOME: dir, ...env },
    cwd: dir,
    self: [fakeDaemon(dir)],
    platform: process.platform,
    system,
    arch: process.arch,
    uid: process.getuid?.(),
    clock: REAL,
    random: () => 0.5,
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
  } as unknown as Host;
  return { dir, layout, host, said };
}

/** A program that looks, to a command, like a daemon that is ready, and notes that it was started. */
function fakeDaemon(dir: string, version = VERSION): string {
  const path = join(dir, `daemon-${version}`);
  const root = join(dir, ".agentlb");
  writeFileSync(
    path,
    `#!/bin/sh
echo $$ >>'${dir}/started'
start=$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)
boot=$(cat /proc/sys/kernel/random/boot_id)
printf '{"pid":%d,"startTime":"%s","bootId":"%s","version":"${version}","exe":"x"}\\n' $$ "$start" "$boot" >'${root}/locks/supervisor.lock'
echo $$ >'${root}/supervisor.pid'
echo ready
while :; do sleep 1000; done
`,
  );
  chmodSync(path, 0o755);
  onTestFinished(() => {
    for (const pid of started(dir)) signal(-pid, "SIGKILL");
  });
  return path;
}

function started(dir: string): number[] {
  const path = join(dir, "started");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean).map(Number) : [];
}

/** Some process, and its last words. */
async function bystander(args: string[] = [], env: Record<string, string> = {}): Promise<number> {
  const { pid } = spawn("/bin/sh", ["-c", "while :; do sleep 1000; done", ...args], {
    detached: true,
    stdio: "ignore",
    env,
  });
  if (pid === undefined) throw new Error("no bystander");
  onTestFinished(() => void signal(-pid, "SIGKILL"));
  await until(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("while"), "a bystander");
  return pid;
}

function identify(pid: number, changed: Partial<DaemonIdentity> = {}): string {
  return renderIdentity({ ...identityOf(pid)!, version: VERSION, exe: "x", ...changed });
}

describe.runIf(existsSync("/proc/self/stat"))("a supervisor", () => {
  it("lives when the identity in its lock file is that of a process", async () => {
    const { layout } = place();
    expect(livingDaemon(layout)).toBeUndefined();
    const pid = await bystander();
    writeFileSync(layout.supervisorLock, identify(pid));
    expect(livingDaemon(layout)?.pid).toBe(pid);
    writeFileSync(layout.supervisorLock, identify(pid).slice(0, -1));
    expect(livingDaemon(layout)).toBeUndefined();
  });

  it.each([
    ["somebody else who got its number", { startTime: "1" }],
    ["one of before the last boot", { bootId: "another" }],
  ])("does not live as %s, and nobody is signalled for it", async (_, changed) => {
    const { layout, host } = place();
    const pid = await bystander();
    writeFileSync(layout.supervisorLock, identify(pid, changed));
    writeFileSync(layout.pidFile, `${pid}\n`);
    expect(livingDaemon(layout)).toBeUndefined();
    expect(await superviseCommand(host, layout, "stop")).toEqual([
      `supervisor already stopped (stale pid ${pid})`,
    ]);
    expect(identityOf(pid)).toBeDefined();
  });

  it("does not live as a zombie", async () => {
    const { layout, dir } = place();
    const file = join(dir, "zombie");
    const parent = spawn("/bin/sh", ["-c", `sh -c 'echo $$ >"${file}"; sleep 0.3' & exec sleep 1000`], {
      detached: true,
      stdio: "ignore",
    }).pid!;
    onTestFinished(() => void signal(-parent, "SIGKILL"));
    await until(() => existsSync(file) && readFileSync(file, "utf8") !== "", "the child");
    const pid = Number(readFileSync(file, "utf8"));
    const text = identify(pid);
    writeFileSync(layout.supervisorLock, text);
    await until(() => / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")), "its end");
    expect(livingDaemon(layout)).toBeUndefined();
  });

  it("is started, said to run, stopped and restarted in the words that scripts know", async () => {
    const { layout, host, dir } = place();
    expect(await superviseCommand(host, layout, "stop")).toEqual(["supervisor already stopped"]);
    const first = await superviseCommand(host, layout, "start");
    const [pid] = started(dir);
    expect(first).toEqual(["supervisor is not running", `started supervisor in background (pid ${pid})`]);
    expect(await superviseCommand(host, layout, "start")).toEqual([`supervisor is running (pid ${pid})`]);
    const again = await superviseCommand(host, layout, "restart");
    const second = started(dir)[1];
    expect(again).toEqual([`stopping supervisor (pid ${pid})`, `supervisor restarted (pid ${second})`]);
    expect(identityOf(pid!)).toBeUndefined();
    expect(await superviseCommand(host, layout, "stop")).toEqual([
      `stopping supervisor (pid ${second})`,
      "supervisor stopped",
    ]);
    expect(await superviseCommand(host, layout, "restart")).toEqual([
      `supervisor not running (stale pid ${second})`,
      `supervisor restarted (pid ${started(dir)[2]})`,
    ]);
  });

  it("that does not end is not said to be restarted", async () => {
    const { layout, host } = place();
    const pid = spawn("/bin/sh", ["-c", "trap '' TERM; while :; do sleep 1000; done"], {
      detached: true,
      stdio: "ignore",
    }).pid!;
    onTestFinished(() => void signal(-pid, "SIGKILL"));
    await until(
      () => /SigIgn:\s+\w*[4-7c-f]\w{3}$/m.test(readFileSync(`/proc/${pid}/status`, "utf8")),
      "its trap",
    );
    writeFileSync(layout.supervisorLock, identify(pid));
    const clock = new FakeClock();
    const patient = {
      ...host,
      clock: { ...REAL, monotonic: () => clock.monotonic(), sleep: (ms: number) => clock.advance(ms) },
    };
    expect(await superviseCommand(patient, layout, "restart")).toEqual([
      `stopping supervisor (pid ${pid})`,
      "attempted supervisor restart",
    ]);
    const said: string[] = [];
    const stopped = await supervised({ ...patient, err: (text) => void said.push(text) }, layout, "stop");
    expect(stopped).toEqual({
      lines: [`stopping supervisor (pid ${pid})`, "supervisor stop requested"],
      isDone: false,
    });
    expect(said.join("")).toBe(
      `agentlb: warning: The supervisor (pid ${pid}) has not ended yet\n` +
        `agentlb: hint: if it stays, its app-servers end by themselves after: kill -9 ${pid}\n`,
    );
  });

  it("is started once by many who need one at the same time", async () => {
    const { layout, host, dir } = place();
    await Promise.all(Array.from({ length: 12 }, () => ensureSupervisor(host, layout)));
    expect(started(dir)).toHaveLength(1);
    expect(livingDaemon(layout)?.pid).toBe(started(dir)[0]);
  });

  it("of an older version is replaced, one of a newer version is not", async () => {
    const { layout, host, dir, said } = place();
    await ensureSupervisor({ ...host, self: [fakeDaemon(dir, "0.0.9")] }, layout);
    const [old] = started(dir);
    await ensureSupervisor(host, layout);
    expect(identityOf(old!)).toBeUndefined();
    expect(said.err).toBe(`agentlb: replacing the supervisor of version 0.0.9 (pid ${old})\n`);
    const pid = livingDaemon(layout)!.pid;
    await superviseCommand(host, layout, "stop");
    await ensureSupervisor({ ...host, self: [fakeDaemon(dir, "999.0.0")] }, layout);
    await ensureSupervisor(host, layout);
    expect(livingDaemon(layout)).toMatchObject({ version: "999.0.0" });
    expect([pid, started(dir).length]).toEqual([started(dir)[1], 3]);
  });

  it("that can't be started is a warning, not a failure", async () => {
    const { layout, host, said, dir } = place({ AGENTLB_DAEMON_START_TIMEOUT_MS: "300" });
    await ensureSupervisor({ ...host, self: ["/nowhere/agentlb"] }, layout);
    expect(said.err).toMatch(/^agentlb: warning: Cannot start the supervisor: /);
    const mute = join(dir, "mute");
    writeFileSync(mute, `#!/bin/sh\necho $$ >>'${dir}/started'\nexec sleep 1000\n`);
    chmodSync(mute, 0o755);
    said.err = "";
    expect(await superviseCommand({ ...host, self: [mute] }, layout, "start")).toEqual([
      "supervisor is not running",
      "attempted to start supervisor in background",
    ]);
    expect(said.err).toMatch(/not ready within 300 ms/);
  });

  it("is left alone where the environment says so", async () => {
    const { layout, host, dir } = place({ AGENTLB_SUPERVISOR_DISABLED: "1" });
    await ensureSupervisor(host, layout);
    expect(started(dir)).toEqual([]);
  });
});

describe.runIf(existsSync("/proc/self/environ"))("the predecessor's supervisor", () => {
  it("of this root is ended once and replaced", async () => {
    const { layout, host, said, dir } = place();
    const pid = await bystander(["supervisor", "daemon"], { HOME: dir });
    writeFileSync(layout.pidFile, `${pid}\n`);
    await ensureSupervisor(host, layout);
    expect(identityOf(pid)).toBeUndefined();
    expect(said.err).toBe(`agentlb: replacing the supervisor of an earlier program (pid ${pid})\n`);
    expect(livingDaemon(layout)?.pid).toBe(started(dir)[0]);
  });

  it.each([
    ["a process with other words", ["supervisor", "daemons"], undefined],
    ["a process whose words only begin so", ["supervisor", "daemon", "x"], undefined],
    ["one of another root", ["supervisor", "daemon"], "/somewhere"],
    ["one that names no root", ["supervisor", "daemon"], ""],
  ])("is not %s, and that is left alone", async (_, words, home) => {
    const { layout, host, dir } = place();
    const pid = await bystander(words, home === "" ? {} : { HOME: home ?? dir });
    writeFileSync(layout.pidFile, `${pid}\n`);
    expect(await superviseCommand(host, layout, "stop")).toEqual([
      `supervisor already stopped (stale pid ${pid})`,
    ]);
    await ensureSupervisor(host, layout);
    expect(identityOf(pid)).toBeDefined();
  });

  it("is not somebody else's", async () => {
    const { layout, host, dir } = place();
    const pid = await bystander(["supervisor", "daemon"], { HOME: dir });
    writeFileSync(layout.pidFile, `${pid}\n`);
    await superviseCommand({ ...host, uid: (host.uid ?? 0) + 1 }, layout, "stop");
    expect(identityOf(pid)).toBeDefined();
  });

  it.each(["", "x", "-1", "0", "1", "1 2", "99999999999"])(
    "is nobody for a pid file that says %j",
    async (text) => {
      const { layout, host } = place();
      writeFileSync(layout.pidFile, text);
      const [line] = await superviseCommand(host, layout, "stop");
      expect(line).toBe("supervisor already stopped");
    },
  );
});

describe("the daemon", () => {
  /** Runs it in this very process, under a clock of its own. */
  function daemon(around: ReturnType<typeof place>, env: Record<string, string> = {}) {
    const clock = new FakeClock();
    onTestFinished(() => {
      for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) process.removeAllListeners(name);
    });
    const host = { ...around.host, env: { ...around.host.env, AGENTLB_ANNOUNCE: "1", ...env }, clock };
    const state = { isDone: false };
    const done = runDaemon(host, around.layout).finally(() => state.isDone = true);
    return { clock, done, state };
  }
  const end = async ({ clock, done }: ReturnType<typeof daemon>) => {
    process.emit("SIGTERM", "SIGTERM");
    await until(async () => (await clock.advance(100), true), "a moment");
    await clock.advance(1500);
    await done;
  };

  it("names itself in its lock file and its pid file, says that it is ready, and leaves neither behind", async () => {
    const around = place();
    const running = daemon(around);
    await until(() => around.said.out === "ready\n", "ready");
    expect(livingDaemon(around.layout)).toEqual({
      ...ownIdentity(),
      version: VERSION,
      exe: around.host.self.join(" "),
    });
    expect(readFileSync(around.layout.pidFile, "utf8")).toBe(`${process.pid}\n`);
    await end(running);
    expect(livingDaemon(around.layout)).toBeUndefined();
    expect(existsSync(around.layout.pidFile)).toBe(false);
    expect(parseStatus(readFileSync(around.layout.status, "utf8")).daemon.pid).toBe(process.pid);
  });

  it("is one per root: a second one says so and ends within a second", async () => {
    const around = place();
    const running = daemon(around);
    await until(() => around.said.out === "ready\n", "ready");
    const second = daemon(around);
    await until(async () => {
      await second.clock.advance(100);
      return second.state.isDone;
    }, "its end");
    expect(around.said.out).toBe("ready\nanother supervisor runs already\n");
    expect(second.clock.monotonic()).toBeLessThan(5000);
    await end(running);
  });

  it("ends by itself when its lock file is gone, and touches nothing of the next one", async () => {
    const around = place();
    const running = daemon(around);
    await until(() => around.said.out === "ready\n", "ready");
    rmSync(around.layout.supervisorLock);
    writeFileSync(around.layout.supervisorLock, "somebody\n");
    writeFileSync(around.layout.pidFile, "4711\n");
    await until(async () => {
      await running.clock.advance(10_000);
      return running.state.isDone;
    }, "its end");
    expect(running.clock.monotonic()).toBeLessThan(70_000);
    expect(readFileSync(around.layout.supervisorLock, "utf8")).toBe("somebody\n");
    expect(readFileSync(around.layout.pidFile, "utf8")).toBe("4711\n");
  });

  it("ends on Windows, which has no signals, when a file asks this very process to", async () => {
    const around = place();
    const host = { ...around.host, system: windows };
    const running = daemon({ ...around, host });
    await until(() => around.said.out === "ready\n", "ready");
    askToStop(host, around.layout, { ...ownIdentity(), startTime: "another" });
    await running.clock.advance(60_000);
    expect(running.state.isDone).toBe(false);
    askToStop(host, around.layout, ownIdentity());
    await until(() => running.state.isDone, "its end");
    expect(existsSync(around.layout.stopRequest)).toBe(false);
    expect(livingDaemon(around.layout)).toBeUndefined();
  });

  it("puts a status that makes no sense aside, and starts without it", async () => {
    const around = place();
    writeFileSync(around.layout.status, "{half");
    const running = daemon(around);
    await until(() => around.said.out === "ready\n", "ready");
    await until(() => existsSync(around.layout.status), "a new one");
    expect(parseStatus(readFileSync(around.layout.status, "utf8")).sessions.size).toBe(0);
    expect(readFileSync(around.layout.log, "utf8")).toMatch(/put status.json aside/);
    await end(running);
  });

  it("drops what the status says of aliases that are gone", async () => {
    const around = place();
    const before = {
      version: 1,
      updatedAt: "",
      daemon: { pid: 1, startedAt: "" },
      sessions: new Map([["ghost", emptySession()]]),
    };
    writeFileSync(around.layout.status, renderStatus(before));
    const running = daemon(around);
    await until(() => around.said.out === "ready\n", "ready");
    await until(
      () => parseStatus(readFileSync(around.layout.status, "utf8")).daemon.pid === process.pid,
      "a new status",
    );
    expect(parseStatus(readFileSync(around.layout.status, "utf8")).sessions.size).toBe(0);
    await end(running);
  });

  it("ends at once when it is told to while it starts", async () => {
    const around = place();
    const lock = await tryLock(around.layout.supervisorLock);
    const running = daemon(around);
    process.emit("SIGTERM", "SIGTERM");
    lock?.release();
    await until(async () => {
      await running.clock.advance(50);
      return running.state.isDone;
    }, "its end");
    expect(livingDaemon(around.layout)).toBeUndefined();
  });
});

describe("a request to stop", () => {
  it("that came before anybody heeded it is heeded, and taken away", () => {
    const { layout, host } = place();
    askToStop({ ...host, system: windows }, layout, ownIdentity());
    let stops = 0;
    const unheed = heedStopRequest(layout, ownIdentity(), () => stops++);
    expect(stops).toBe(1);
    unheed();
    expect(existsSync(layout.stopRequest)).toBe(false);
  });

  it("to another process stays", () => {
    const { layout, host } = place();
    askToStop({ ...host, system: windows }, layout, { pid: 4711, startTime: "1", bootId: "" });
    let stops = 0;
    heedStopRequest(layout, ownIdentity(), () => stops++)();
    expect(stops).toBe(0);
    expect(existsSync(layout.stopRequest)).toBe(true);
  });

  it("is a signal where there are such", async () => {
    const { layout, host } = place();
    const child = spawn("/bin/sleep", ["1000"], { detached: true, stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", (_, name) => resolve(name)));
    askToStop(host, layout, identityOf(child.pid!)!);
    expect(await ended).toBe("SIGTERM");
    expect(existsSync(layout.stopRequest)).toBe(false);
  });
});
