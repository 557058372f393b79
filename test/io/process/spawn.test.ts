import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { JsonRpcClient } from "../../../lib/io/rpc.ts";
import { spawnCaptured } from "../../../lib/io/process/capture.ts";
import { type Child, spawnChild, spawnDetached } from "../../../lib/io/process/spawn.ts";
import { identityOf, signal } from "../../../lib/io/process/process.ts";
import { hasTools } from "../../../rig/tools.ts";
import { until } from "../../../rig/until.ts";

const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };

function folder() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-spawn-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function sh(script: string, ...args: string[]): Child {
  const child = spawnChild({ file: "/bin/sh", args: ["-c", script, "sh", ...args], env });
  onTestFinished(() => void (child.pid !== undefined && signal(-child.pid, "SIGKILL")));
  return child;
}

function heard(child: Child): { text: string } {
  const all = { text: "" };
  child.onData((chunk) => all.text += new TextDecoder().decode(chunk));
  return all;
}

describe("a program in the foreground", () => {
  it("gets a signal that was sent to us before its start had returned", () => {
    const told = join(folder(), "told");
    const script = `
      const [url, told] = process.argv.slice(-2);
      const fs = process.getBuiltinModule("node:fs");
      const children = process.getBuiltinModule("node:child_process");
      const { spawn } = children;
      children.spawn = (...words) => {
        const child = spawn(...words);
        while (!fs.existsSync(told));
        return child;
      };
      const { runForeground } = await import(url);
      const program = 'trap "exit 9" HUP; kill -HUP $PPID; : > "$1"; sleep 2 & wait';
      const exit = await runForeground({ file: "/bin/sh", args: ["-c", program, "sh", told], env: {} });
      console.log(JSON.stringify(exit));`;
    const url = new URL("../../../lib/io/process/foreground.ts", import.meta.url).href;
    const bun = new URL("../../../node_modules/bun/bin/bun.exe", import.meta.url).pathname;
    const { stdout, signal: died } = spawnSync(bun, ["-e", script, url, told], { env, encoding: "utf8" });
    expect({ said: stdout.trim(), died }).toEqual({ said: '{"code":9}', died: null });
  });
});

describe("a child", () => {
  it("has last words: the end of what it said on stderr, while it runs and after its end", async () => {
    const child = sh(
      "echo first >&2; read x; i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done; exit 3",
    );
    await until(() => child.lastWords() === "first\n", "the first words");
    child.write("\n");
    expect(await child.exited).toEqual({ code: 3 });
    expect(child.lastWords()).toMatch(/line 1998\nline 1999\n$/);
    expect(child.lastWords().length).toBe(4096);
    expect(child.lastWords()).toMatch(/line 1999\n$/);
  });

  it("ends with its last words though something else still holds its stderr", async () => {
    const child = sh("sleep 30 >/dev/null & echo gone >&2; exit 4");
    expect(await child.exited).toEqual({ code: 4 });
    expect(child.lastWords()).toBe("gone\n");
  });

  it("leaves no file behind for what it said", () => {
    const temporary = folder();
    const script = `
      const { spawnChild } = await import(process.argv[1]);
      const child = spawnChild({ file: "/bin/sh", args: ["-c", "echo words >&2; exit 5"], env: {} });
      await child.exited;
      console.log(child.lastWords().trim());`;
    const url = new URL("../../../lib/io/process/spawn.ts", import.meta.url).href;
    const bun = new URL("../../../node_modules/bun/bin/bun.exe", import.meta.url).pathname;
    const { stdout } = spawnSync(bun, ["-e", script, url], {
      env: { ...env, TMPDIR: temporary },
      encoding: "utf8",
    });
    expect(stdout.trim()).toBe("words");
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("is written to and read from, and ends with its stdin", async () => {
    const child = sh("exec cat");
    const said = heard(child);
    child.write("é\n");
    await until(() => said.text === "é\n", "the echo");
    child.closeStdin();
    expect(await child.exited).toEqual({ code: 0 });
  });

  it("has all it said read before it counts as gone", async () => {
    const child = sh("yes 0123456789 | head -c 1000000; exit 3");
    const said = heard(child);
    expect(await child.exited).toEqual({ code: 3 });
    expect(said.text).toHaveLength(1_000_000);
  });

  it("leads a group, and a signal to that reaches all of it", async () => {
    const dir = folder();
    const child = sh('sleep 1000 & echo $! >"$1"; wait', join(dir, "pid"));
    await until(
      () => existsSync(join(dir, "pid")) && readFileSync(join(dir, "pid"), "utf8") !== "",
      "a grandchild",
    );
    const grandchild = Number(readFileSync(join(dir, "pid"), "utf8"));
    signal(-child.pid!, "SIGKILL");
    expect(await child.exited).toEqual({ signal: "SIGKILL" });
    await until(() => identityOf(grandchild) === undefined, "its end");
  });

  it("that floods is read slowly and told once, and others are heard meanwhile", async () => {
    let floods = 0;
    const flood = sh("exec yes 0123456789");
    flood.onFlood(() => floods++);
    let bytes = 0;
    flood.onData((chunk) => bytes += chunk.length);
    await until(() => floods > 0, "it is told");
    expect(bytes).toBeLessThan(32 * 1024 * 1024);
    const other = sh("exec cat");
    const said = heard(other);
    other.write("words\n");
    await until(() => said.text === "words\n", "the other");
    signal(-flood.pid!, "SIGKILL");
    expect(await flood.exited).toEqual({ signal: "SIGKILL" });
    expect(floods).toBe(1);
  });

  it("that has ended while its child holds its pipes is let go of, with both pipes", async () => {
    const fds = () => existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0;
    const before = fds();
    const child = sh("setsid sleep 1000 & echo $!");
    const said = heard(child);
    expect(await child.left).toEqual({ code: 0 });
    await until(() => said.text.endsWith("\n"), "the number");
    onTestFinished(() => void signal(Number(said.text), "SIGKILL"));
    expect(child.isKept).toBe(false);
    child.release(1);
    expect(await child.exited).toEqual({ code: 0 });
    expect(child.isKept).toBe(true);
    await until(() => fds() <= before, "no descriptor is left");
  });

  it("that can't be started is told with its error and has no number", async () => {
    const child = spawnChild({ file: join(folder(), "none"), args: [], env });
    expect(child.pid).toBeUndefined();
    expect(await child.exited).toMatchObject({ error: { code: "ENOENT" } });
    child.write("x");
    child.closeStdin();
  });

  it("that no longer reads does not end us", async () => {
    const child = sh("exec <&-; echo closed; exec sleep 1000");
    const said = heard(child);
    await until(() => said.text === "closed\n", "its stdin closed");
    for (let i = 0; i < 100; i++) child.write("x".repeat(10_000));
    signal(-child.pid!, "SIGKILL");
    expect(await child.exited).toEqual({ signal: "SIGKILL" });
    child.write("after its end");
    child.closeStdin();
    child.write("after the end of its stdin");
    await new Promise((resolve) => setImmediate(resolve));
  });

  it("gets the environment and the folder it is given, and nothing of ours", async () => {
    const dir = folder();
    const child = spawnChild({
      file: "/bin/sh",
      args: ["-c", "env | grep -v ^_; pwd"],
      env: { A: "1" },
      cwd: dir,
    });
    const said = heard(child);
    await child.exited;
    const lines = said.text.trim().split("\n").filter((line) => !/^(PWD|SHLVL|OLDPWD)=/.test(line));
    expect(lines).toEqual(["A=1", dir]);
  });

  it.runIf(hasTools("prlimit"))("is an error, not the end of us, when no descriptors are left", async () => {
    const [, soft, hard] = /Max open files\s+(\d+)\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8")) ??
      [];
    const limitTo = (count: string) =>
      spawnSync("prlimit", ["--pid", String(process.pid), `--nofile=${count}:${hard}`]);
    onTestFinished(() => void limitTo(soft!));
    limitTo("500");
    const held: number[] = [];
    onTestFinished(() => held.forEach((fd) => closeSync(fd)));
    try {
      for (;;) held.push(openSync("/dev/null", "r"));
    } catch (error) {
      if ((error as { code?: string }).code !== "EMFILE") throw error;
    }
    let outcome: unknown;
    try {
      const child = spawnChild({ file: "/bin/true", args: [], env });
      new JsonRpcClient(child, () => {}).request("x", {}).catch(() => {});
      child.closeStdin();
      outcome = await child.exited;
    } catch (error) {
      outcome = { error };
    } finally {
      held.splice(0).forEach((fd) => closeSync(fd));
    }
    expect(outcome).toMatchObject({ error: expect.any(Error) });
    expect(await spawnChild({ file: "/bin/true", args: [], env }).exited).toEqual({ code: 0 });
  });
});

describe("a program that outlives us", () => {
  it("is heard until its first line, and goes on", async () => {
    const dir = folder();
    const script = 'trap "" PIPE; echo $$ >"$1"; echo ready; echo more; exec sleep 1000';
    const launch = { file: "/bin/sh", args: ["-c", script, "sh", join(dir, "pid")], env };
    expect(await spawnDetached(launch, 10_000)).toEqual({ line: "ready" });
    const pid = Number(readFileSync(join(dir, "pid"), "utf8"));
    onTestFinished(() => void signal(-pid, "SIGKILL"));
    expect(identityOf(pid)).toBeDefined();
  });

  it.each([
    ["ends without a word", "exit 0", undefined],
    ["ends with half a line", "printf half", "half"],
  ])("that %s is told", async (_, script, line) => {
    const launch = { file: "/bin/sh", args: ["-c", script], env };
    expect(await spawnDetached(launch, 10_000)).toEqual({ line });
  });

  it("that stays silent is not waited for longer than asked", async () => {
    const launch = { file: "/bin/sh", args: ["-c", "exec sleep 5"], env };
    expect(await spawnDetached(launch, 100)).toEqual({ line: undefined });
  });

  it("that can't be started is told with its error", async () => {
    const { error } = await spawnDetached({ file: join(folder(), "none"), args: [], env }, 10_000);
    expect(error).toMatchObject({ code: "ENOENT" });
  });
});

describe("a program that is listened to", () => {
  it("tells what it said on both sides, and how it ended", async () => {
    const launch = { file: "/bin/sh", args: ["-c", "echo out; echo err >&2; exit 7"], env };
    expect(await spawnCaptured(launch, 10_000)).toEqual({
      exit: { code: 7 },
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("is killed when it takes too long", async () => {
    const launch = { file: "/bin/sh", args: ["-c", "exec sleep 1000"], env };
    expect((await spawnCaptured(launch, 50)).exit).toEqual({ signal: "SIGKILL" });
  });

  it("that can't be started is told with its error", async () => {
    const { exit } = await spawnCaptured({ file: join(folder(), "none"), args: [], env }, 10_000);
    expect(exit).toMatchObject({ error: { code: "ENOENT" } });
  });
});
