import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockHolders, openThreads, threadOf } from "../../../lib/io/process/lock_table.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { signal } from "../../../lib/io/process/process.ts";
import { describeWith } from "../../../rig/tools.ts";
import { until } from "../../../rig/until.ts";

function folder() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-locktable-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it("a folder that is not there has no open threads", () => {
  expect(openThreads(join(folder(), "none"), new Map([["1", 7]]))).toEqual([]);
});

it("only lock files of threads count, by their inode", () => {
  const dir = folder();
  for (const name of ["a.lock", "b.lock", ".coordination.lock", "c.txt"]) writeFileSync(join(dir, name), "");
  const inode = (name: string) => String(statSync(join(dir, name)).ino);
  const locked = new Map(["a.lock", ".coordination.lock", "c.txt"].map((name) => [inode(name), 7]));
  expect(openThreads(dir, locked)).toEqual([
    { id: "a", pid: 7, lockedMs: Math.floor(statSync(join(dir, "a.lock")).mtimeMs) },
  ]);
  expect(openThreads(dir, new Map())).toEqual([]);
});

it("the name of a lock file tells its thread", () => {
  expect(["a.lock", ".coordination.lock", "a", ""].map(threadOf)).toEqual([
    "a",
    undefined,
    undefined,
    undefined,
  ]);
});

it.runIf(existsSync("/proc/locks"))("a thread is open as long as somebody holds its lock", async () => {
  const dir = folder();
  const path = join(dir, "thread.lock");
  writeFileSync(join(dir, "left-behind.lock"), "");
  const lock = await tryLock(path);
  expect(openThreads(dir, lockHolders()!).map(({ id }) => id)).toEqual(["thread"]);
  lock?.release();
  expect(openThreads(dir, lockHolders()!)).toEqual([]);
});

describeWith(["flock"], "a thread of another process", () => {
  it.runIf(existsSync("/proc/locks"))(
    "is open until that process is killed, and who only waits has none open",
    async () => {
      const dir = folder();
      mkdirSync(join(dir, "x"));
      const path = join(dir, "thread.lock");
      const { pid } = spawn("flock", [path, "sleep", "1000"], { detached: true, stdio: "ignore" });
      onTestFinished(() => void signal(-pid!, "SIGKILL"));
      const open = () => openThreads(dir, lockHolders()!);
      await until(() => open().length === 1, "the lock");
      expect(open()[0]?.pid).toBe(pid);
      const waiting = spawn("flock", [path, "true"], { detached: true, stdio: "ignore" }).pid!;
      onTestFinished(() => void signal(-waiting, "SIGKILL"));
      const queue = () =>
        readFileSync("/proc/locks", "utf8").split("\n").filter((line) => line.includes("->"));
      await until(() => queue().some((line) => line.includes(` ${waiting} `)), "somebody who waits");
      expect(open().map((thread) => thread.pid)).toEqual([pid]);
      signal(-pid!, "SIGKILL");
      await until(() => open().length === 0, "its end");
    },
  );
});
