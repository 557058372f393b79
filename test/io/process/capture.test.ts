import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { MOST_CAPTURED, spawnCaptured } from "../../../lib/io/process/capture.ts";
import { identityOf, signal } from "../../../lib/io/process/process.ts";
import { until } from "../../../rig/until.ts";

const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };

function folder() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-capture-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The number that a script wrote into a file. */
function numberIn(path: string): number {
  const pid = Number(readFileSync(path, "utf8"));
  onTestFinished(() => void signal(pid, "SIGKILL"));
  return pid;
}

function launch(script: string, group?: "own") {
  return { file: "/bin/sh", args: ["-c", script], env, cwd: folder(), ...(group ? { group } : {}) };
}

describe("a program that takes too long", () => {
  const script = "sleep 1000 & echo $! >pid; wait";

  it("is ended with its children when it has a group of its own", async () => {
    const asked = launch(script, "own");
    const ended = spawnCaptured(asked, 1000);
    await until(() => existsSync(join(asked.cwd, "pid")), "its child");
    expect(await ended).toMatchObject({ exit: { signal: "SIGKILL" }, limit: "time" });
    const child = numberIn(join(asked.cwd, "pid"));
    await until(() => identityOf(child) === undefined, "the end of its child");
  });

  it("is ended alone otherwise, because its child may be a Codex that renews a login", async () => {
    const asked = launch(script);
    expect(await spawnCaptured(asked, 1000)).toMatchObject({ exit: { signal: "SIGKILL" }, limit: "time" });
    expect(identityOf(numberIn(join(asked.cwd, "pid")))).toBeDefined();
  });

  it("is not waited for although a child that left its group holds its output open", async () => {
    const asked = launch("setsid sleep 1000 & echo $! >pid; echo words; wait", "own");
    expect(await spawnCaptured(asked, 1000)).toMatchObject({ stdout: "words\n", limit: "time" });
    numberIn(join(asked.cwd, "pid"));
  });
});

describe("a program that prints without end", () => {
  it.each(["", " >&2"])("is ended, and a bounded part is kept: yes%s", async (to) => {
    const { exit, stdout, stderr, limit } = await spawnCaptured(launch(`exec yes${to}`, "own"), 60_000);
    expect({ exit, limit }).toEqual({ exit: { signal: "SIGKILL" }, limit: "size" });
    expect(stdout.length + stderr.length).toBeGreaterThan(MOST_CAPTURED);
    expect(stdout.length + stderr.length).toBeLessThan(MOST_CAPTURED * 1.1);
  });
});
