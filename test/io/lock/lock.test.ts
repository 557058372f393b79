import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Failure } from "../../../lib/core/text/failure.ts";
import { tryLock, withLock } from "../../../lib/io/lock/lock.ts";
import { signal } from "../../../lib/io/process/process.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { describeWith } from "../../../rig/tools.ts";
import { patience } from "../../../rig/patience.ts";
import { until } from "../../../rig/until.ts";

const REAL = {
  clock: { now: () => Date.now(), monotonic: () => performance.now(), sleep: (ms: number) => wait(ms) },
  random: Math.random,
};

function place() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-lock-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return { dir, path: join(dir, "state.lock") };
}

/** Another program that takes the lock, says so, and keeps it until its stdin ends. */
function holder(
  kind: "flock" | "python3",
  path: string,
): { held: Promise<boolean>; end(): void; kill(): void } {
  const [file, args]: [string, string[]] = kind === "flock"
    ? ["flock", ["-n", path, "-c", "echo held; read line"]]
    : ["python3", [
      "-c",
      "import fcntl, sys\nf = open(sys.argv[1], 'a')\nfcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\nprint('held', flush=True)\nsys.stdin.readline()",
      path,
    ]];
  const child = spawn(file, args, { detached: true, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => {});
  onTestFinished(() => void signal(-child.pid!, "SIGKILL"));
  const held = new Promise<boolean>((resolve) => {
    child.stdout.once("data", () => resolve(true));
    child.once("exit", () => resolve(false));
  });
  return { held, end: () => void child.stdin.end("\n"), kill: () => void signal(-child.pid!, "SIGKILL") };
}

describe("a lock", () => {
  it("is held by one at a time and free after", async () => {
    const { path } = place();
    const first = await tryLock(path);
    expect(first).toBeDefined();
    expect(await tryLock(path)).toBeUndefined();
    first!.release();
    const second = await tryLock(path);
    expect(second).toBeDefined();
    second!.release();
  });

  it("is made for its owner alone whatever the umask, and stays", async () => {
    const { path } = place();
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const lock = await tryLock(path);
    lock!.release();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("keeps what is in its file, and replaces it whole", async () => {
    const { path } = place();
    writeFileSync(path, "somebody was here\n", { mode: 0o600 });
    const lock = await tryLock(path);
    expect(readFileSync(path, "utf8")).toBe("somebody was here\n");
    lock!.write("me\n");
    expect(readFileSync(path, "utf8")).toBe("me\n");
    lock!.write("");
    expect(readFileSync(path, "utf8")).toBe("");
    lock!.release();
  });

  it("knows when its file is no longer the one that others see", async () => {
    const { path } = place();
    const lock = await tryLock(path);
    expect(lock!.isCurrent()).toBe(true);
    renameSync(path, `${path}.away`);
    expect(lock!.isCurrent()).toBe(false);
    writeFileSync(path, "");
    expect(lock!.isCurrent()).toBe(false);
    const other = await tryLock(path);
    expect(other?.isCurrent()).toBe(true);
    other!.release();
    lock!.release();
  });

  it.each<[string, (path: string, victim: string) => void]>([
    ["a link", (path, victim) => symlinkSync(victim, path)],
    ["a link that leads nowhere", (path) => symlinkSync(`${path}.nowhere`, path)],
    ["a second name of a file", (path, victim) => linkSync(victim, path)],
    ["a folder", (path) => mkdirSync(path)],
    ["a pipe", (path) => void spawnSync("mkfifo", [path])],
  ])("is not taken on %s, and nothing happens to that", async (_, make) => {
    const { path, dir } = place();
    const victim = join(dir, "victim");
    writeFileSync(victim, "untouched");
    make(path, victim);
    await expect(tryLock(path)).rejects.toThrow(Failure);
    await expect(tryLock(path)).rejects.toThrow(path);
    expect(readFileSync(victim, "utf8")).toBe("untouched");
    expect(existsSync(`${path}.nowhere`)).toBe(false);
  });

  it("in a folder that is not there is a failure that names it", async () => {
    const { dir } = place();
    await expect(tryLock(join(dir, "none", "x.lock"))).rejects.toThrow(/Cannot lock .*none/);
  });
});

it("a lock is of the file that everybody sees, also when that was replaced between its opening and its locking", async () => {
  const { path } = place();
  writeFileSync(path, "");
  let looks = 0;
  vi.resetModules();
  vi.doMock("node:fs", async (original) => {
    const fs = await original<typeof import("node:fs")>();
    const lstatSync = (...given: Parameters<typeof fs.lstatSync>) => {
      // The first look comes before the file is opened, the second one after.
      if (given[0] === path && ++looks === 2) {
        renameSync(path, `${path}.old`);
        writeFileSync(path, "");
      }
      return fs.lstatSync(...given);
    };
    return { ...fs, lstatSync };
  });
  onTestFinished(() => {
    vi.doUnmock("node:fs");
    vi.resetModules();
  });
  const { tryLock } = await import("../../../lib/io/lock/lock.ts");
  const lock = await tryLock(path);
  expect(looks).toBeGreaterThan(2);
  expect(lock?.isCurrent()).toBe(true);
  lock?.release();
});

describe("what is done under a lock", () => {
  it("gives its result, and the lock is free after, also when it fails", async () => {
    const { path } = place();
    expect(await withLock(REAL, path, () => 7)).toBe(7);
    await expect(withLock(REAL, path, () => {
      throw new Error("no");
    })).rejects.toThrow("no");
    await expect(withLock(REAL, path, () => Promise.reject(new Error("later")))).rejects.toThrow("later");
    expect(await withLock(REAL, path, () => Promise.resolve(8))).toBe(8);
  });

  it("is never done by two at a time", async () => {
    const { path } = place();
    let [inside, most, total] = [0, 0, 0];
    await Promise.all(Array.from({ length: 8 }, () =>
      withLock(REAL, path, async () => {
        most = Math.max(most, ++inside);
        const before = total;
        await wait(2);
        total = before + 1;
        inside--;
      })));
    expect([most, total]).toEqual([1, 8]);
  });

  it("is not done at all when the lock can't be had in time", async () => {
    const { path } = place();
    const lock = await tryLock(path);
    const clock = new FakeClock();
    let isDone = false;
    const waiting = withLock({ clock, random: () => 0.5 }, path, () => isDone = true, 1000);
    const failed = expect(waiting).rejects.toThrow(/Cannot lock .*another process has held it for 1 s/);
    await until(async () => {
      await clock.advance(100);
      return clock.monotonic() > 1500;
    }, "the time limit");
    await failed;
    expect(isDone).toBe(false);
    lock!.release();
  });

  it("waits a growing moment between tries", async () => {
    const { path } = place();
    const lock = await tryLock(path);
    const waits: number[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => waits.reduce((sum, ms) => sum + ms, 0),
      sleep: (ms: number) => Promise.resolve(void waits.push(ms)),
    };
    await expect(withLock({ clock, random: () => 0.5 }, path, () => 1, 100)).rejects.toThrow();
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 25, 25]);
    lock!.release();
  });

  it("happens on the file that everybody sees, when that was replaced while it waited", async () => {
    const { path } = place();
    const old = await tryLock(path);
    let isDone = false;
    let waits = 0;
    const clock = { ...REAL.clock, sleep: (ms: number) => (waits++, wait(ms)) };
    const waiting = withLock({ ...REAL, clock }, path, () => void (isDone = true));
    await until(() => waits > 0, "a try");
    renameSync(path, `${path}.old`);
    const fresh = await tryLock(path);
    old!.release();
    const before = waits;
    await until(() => waits > before + 3, "some more tries");
    expect(isDone).toBe(false);
    fresh!.release();
    await waiting;
    expect(isDone).toBe(true);
  });
});

for (const kind of ["flock", "python3"] as const) {
  describeWith([kind], `a lock and ${kind}`, () => {
    it("exclude each other", async () => {
      const { path } = place();
      const other = holder(kind, path);
      expect(await other.held).toBe(true);
      expect(await tryLock(path)).toBeUndefined();
      other.end();
      await until(async () => {
        const lock = await tryLock(path);
        lock?.release();
        return lock !== undefined;
      }, "the lock");
      const ours = await tryLock(path);
      expect(await holder(kind, path).held).toBe(false);
      ours!.release();
      expect(await holder(kind, path).held).toBe(true);
    });

    it("come free at once when the holder is killed", async () => {
      const { path } = place();
      const other = holder(kind, path);
      expect(await other.held).toBe(true);
      other.kill();
      // It fails when the lock is not free by then.
      await withLock(REAL, path, () => {}, patience(9000));
    });
  });
}

it("a lock is not passed on to the processes that are started while it is held", async () => {
  const { path } = place();
  const lock = await tryLock(path);
  const child = spawn("/bin/sleep", ["1000"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void signal(-child.pid!, "SIGKILL"));
  lock!.release();
  // Bun goes on before its child has become another program, and until then that has all of our files.
  await until(async () => {
    const again = await tryLock(path);
    again?.release();
    return again !== undefined;
  }, "the lock");
});
