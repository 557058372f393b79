import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockedInodes, openThreads } from "../../lib/io/locktable.ts";
import { tryLock } from "../../lib/io/lock.ts";
import { signal } from "../../lib/io/process.ts";
import { describeWith } from "../rig/tools.ts";
import { until } from "../rig/until.ts";

function folder() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-locktable-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it("a folder that is not there has no open threads", () => {
  expect(openThreads(join(folder(), "none"), new Set(["1"]))).toEqual([]);
});

it("only lock files of threads count, by their inode", () => {
  const dir = folder();
  for (const name of ["a.lock", "b.lock", ".coordination.lock", "c.txt"]) writeFileSync(join(dir, name), "");
  const inode = (name: string) => String(statSync(join(dir, name)).ino);
  const locked = new Set(["a.lock", ".coordination.lock", "c.txt"].map(inode));
  expect(openThreads(dir, locked)).toEqual(["a"]);
  expect(openThreads(dir, new Set())).toEqual([]);
});

it.runIf(existsSync("/proc/locks"))("a thread is open as long as somebody holds its lock", async () => {
  const dir = folder();
  const path = join(dir, "thread.lock");
  writeFileSync(join(dir, "left-behind.lock"), "");
  const lock = await tryLock(path);
  expect(openThreads(dir, lockedInodes()!)).toEqual(["thread"]);
  lock?.release();
  expect(openThreads(dir, lockedInodes()!)).toEqual([]);
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
      const open = () => openThreads(dir, lockedInodes()!);
      await until(() => open().length === 1, "the lock");
      signal(-pid!, "SIGKILL");
      await until(() => open().length === 0, "its end");
    },
  );
});
