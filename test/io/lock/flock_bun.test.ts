import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { type BunFfi, loadFlock } from "../../../lib/io/lock/flock_bun.ts";
import { describeWith } from "../../../rig/tools.ts";

/** A library whose `flock` returns -1 with this error number, under one of its names. */
const library = (name: string, errno: number): BunFfi => ({
  dlopen(asked) {
    if (asked !== name) throw new Error(`no ${asked}`);
    return { symbols: { flock: () => -1, __errno_location: () => 1, __error: () => 1 } };
  },
  read: { i32: () => errno },
});

it("the C library is found under the names that systems give it", async () => {
  for (const name of ["libc.so.6", "libc.musl-x86_64.so.1", "libSystem.B.dylib"]) {
    const flock = await loadFlock(library(name, 11));
    expect(flock?.(3, "/x.lock"), name).toBe(false);
  }
});

it("a file system without locks is named", async () => {
  const flock = await loadFlock(library("libc.so.6", 37));
  expect(() => flock?.(3, "/x.lock")).toThrow(
    "Cannot lock /x.lock: this file system has no locks (errno 37)",
  );
});

it("where no library may be called there is none", async () => {
  expect(await loadFlock(library("nothing", 0))).toBeUndefined();
});

describeWith(["flock"], "where no library may be called", () => {
  it("a helper locks the file, and the lock is ours", async () => {
    vi.resetModules();
    vi.doMock("../../../lib/io/lock/flock_bun.ts", () => ({ loadFlock: () => Promise.resolve(undefined) }));
    onTestFinished(() => {
      vi.doUnmock("../../../lib/io/lock/flock_bun.ts");
      vi.resetModules();
    });
    const dir = mkdtempSync(join(tmpdir(), "agentlb-flock-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const path = join(dir, "x.lock");
    writeFileSync(path, "", { mode: 0o600 });
    const { tryLock } = await import("../../../lib/io/lock/lock.ts");
    const lock = await tryLock(path);
    expect(lock).toBeDefined();
    const others = () => spawnSync("flock", ["-n", path, "true"]).status;
    expect(others()).toBe(1);
    lock!.release();
    expect(others()).toBe(0);
  });
});
