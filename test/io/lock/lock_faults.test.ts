import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Failure } from "../../../lib/core/text/failure.ts";
import { tryLock, withLock } from "../../../lib/io/lock/lock.ts";
import { isWithoutLocks, noLocks } from "../../../lib/io/lock/no_locks.ts";
import { describeWith } from "../../../rig/tools.ts";

type Fs = typeof import("node:fs");
type Processes = typeof import("../../../lib/io/process/process.ts");

const PROCESS = "../../../lib/io/process/process.ts";
/** Only Node takes its locks through another program. */
const isNode = !("Deno" in globalThis) && !("Bun" in globalThis);

function place() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-lock-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return { dir, path: join(dir, "state.lock") };
}

/** The lock where some calls of the file system, or of other programs, go otherwise. */
async function lockWith(otherwise: (fs: Fs) => Partial<Fs>, spawn?: (...given: unknown[]) => unknown) {
  vi.resetModules();
  vi.doMock("node:fs", async (original) => {
    const fs = await original<Fs>();
    return { ...fs, ...otherwise(fs) };
  });
  if (spawn !== undefined) {
    vi.doMock(PROCESS, async (original) => {
      const all = await original<Processes>();
      return { ...all, childProcesses: () => ({ ...all.childProcesses(), spawnSync: spawn }) };
    });
  }
  onTestFinished(() => {
    vi.doUnmock("node:fs");
    vi.doUnmock(PROCESS);
    vi.resetModules();
  });
  return await import("../../../lib/io/lock/lock.ts");
}

describe("a lock that is not had", () => {
  it("leaves no file open, whether it is busy, unfit or replaced all the time", async () => {
    const { dir, path } = place();
    const opened = new Set<number>();
    let isReplaced = false;
    const { tryLock } = await lockWith((fs) => ({
      openSync(...given: Parameters<Fs["openSync"]>) {
        const fd = fs.openSync(...given);
        opened.add(fd);
        return fd;
      },
      closeSync(fd) {
        opened.delete(fd);
        fs.closeSync(fd);
      },
      lstatSync: ((...given: Parameters<Fs["lstatSync"]>) => {
        if (isReplaced && given[0] === path) {
          fs.renameSync(path, `${path}.old`);
          fs.writeFileSync(path, "");
        }
        return fs.lstatSync(...given);
      }) as Fs["lstatSync"],
    }));
    const held = await tryLock(path);
    const before = opened.size;
    expect(await tryLock(path)).toBeUndefined();
    spawnSync("mkfifo", [join(dir, "pipe")]);
    await expect(tryLock(join(dir, "pipe"))).rejects.toThrow("not a regular file");
    expect(opened.size).toBe(before);
    held!.release();
    isReplaced = true;
    await expect(tryLock(path)).rejects.toThrow(`Cannot lock ${path}: the file keeps being replaced`);
    expect(opened.size).toBe(0);
  });

  it("says what is wrong with its file", async () => {
    const { dir, path } = place();
    mkdirSync(path);
    await expect(tryLock(path)).rejects.toThrow(`Cannot lock ${path}: `);
    const reasonOf = async (make: string, ...args: string[]) => {
      const name = join(dir, args.at(-1)!);
      spawnSync(make, [...args.slice(0, -1), name]);
      return await tryLock(name).then(() => "", (error: Failure) => error.message.replace(name, "…"));
    };
    writeFileSync(join(dir, "file"), "");
    expect(await reasonOf("mkfifo", "pipe")).toBe("Cannot lock …: not a regular file");
    expect(await reasonOf("ln", "-s", join(dir, "file"), "link")).toBe("Cannot lock …: it is a link");
    expect(await reasonOf("ln", join(dir, "file"), "second")).toBe(
      "Cannot lock …: it has a second name (hard link)",
    );
  });

  it("is waited for ten seconds where nothing else is said, and then the holder can be found", async () => {
    const { path } = place();
    const held = await tryLock(path);
    let now = 0;
    const clock = {
      now: () => 0,
      monotonic: () => now,
      sleep: (ms: number) => Promise.resolve(void (now += Math.max(ms, 2000))),
    };
    const failure = await withLock({ clock, random: () => 0.5 }, path, () => 1).catch((error) => error);
    expect(now).toBe(10_000);
    expect(failure).toMatchObject({
      code: "failed",
      message: `Cannot lock ${path}: another process has held it for 10 s`,
      hint: expect.stringContaining(path),
    });
    held!.release();
  });

  it.each([[0, [0.5, 1, 2]], [1, [1.5, 3, 6]]])(
    "is tried at moments that chance moves, so that two who wait do not meet again (%d)",
    async (random, expected) => {
      const { path } = place();
      const held = await tryLock(path);
      const waits: number[] = [];
      const clock = {
        now: () => 0,
        monotonic: () => waits.length,
        sleep: (ms: number) => Promise.resolve(void waits.push(ms)),
      };
      await expect(withLock({ clock, random: () => random }, path, () => 1, 3)).rejects.toThrow(Failure);
      expect(waits).toEqual(expected);
      held!.release();
    },
  );
});

describe("a lock whose file is replaced for a while", () => {
  it("is had as soon as the file stays", async () => {
    const { path } = place();
    let looks = 0;
    const { tryLock } = await lockWith((fs) => ({
      lstatSync: ((...given: Parameters<Fs["lstatSync"]>) => {
        if (given[0] === path && ++looks > 1 && looks < 30) {
          renameSync(path, `${path}.old`);
          writeFileSync(path, "");
        }
        return fs.lstatSync(...given);
      }) as Fs["lstatSync"],
    }));
    const held = await tryLock(path);
    expect(held?.isCurrent()).toBe(true);
    held?.release();
  });
});

describe.runIf(isNode)("the programs that lock for Node", () => {
  const FLOCKS = ["/usr/bin/flock", "/bin/flock", "/run/current-system/sw/bin/flock"];
  const PERL = "/usr/bin/perl";

  /** The lock on a machine that has only `programs`, which end with `status`. */
  async function lockBy(programs: readonly string[], statusOf: (file: string) => number | null) {
    const asked: unknown[][] = [];
    const { tryLock } = await lockWith(
      () => ({ existsSync: (path) => programs.includes(String(path)) }),
      (file, args, options) => {
        asked.push([file, args, options]);
        return { status: statusOf(String(file)) };
      },
    );
    return { tryLock, asked };
  }

  it.each(FLOCKS)(
    "are %s where that is there: it locks our open file, at once, with no environment",
    async (file) => {
      const { path } = place();
      const { tryLock, asked } = await lockBy([file, PERL], () => 0);
      const held = await tryLock(path);
      expect(asked).toEqual([[file, ["-n", "-x", "3"], {
        stdio: ["ignore", "ignore", "ignore", expect.any(Number)],
        env: {},
      }]]);
      held!.release();
    },
  );

  it("are perl where there is no flock", async () => {
    const { path } = place();
    const { tryLock, asked } = await lockBy([PERL], () => 0);
    (await tryLock(path))!.release();
    expect(asked.map(([file]) => file)).toEqual([PERL]);
  });

  it("say by 1 that another process has it, and by 65 or 71 that there are no locks here", async () => {
    const { path } = place();
    const by = async (status: number) => (await lockBy(FLOCKS, () => status)).tryLock(path);
    expect(await by(1)).toBeUndefined();
    for (const status of [65, 71]) {
      await expect(by(status)).rejects.toThrow(
        `Cannot lock ${path}: this file system has no locks (/usr/bin/flock ended with ${status})`,
      );
    }
  });

  it("are tried one after the other when one does not work, and without any nothing is locked", async () => {
    const { path } = place();
    const some = await lockBy([...FLOCKS, PERL], (file) => file === PERL ? 0 : 127);
    (await some.tryLock(path))!.release();
    expect(some.asked.map(([file]) => file)).toEqual([...FLOCKS, PERL]);
    const none = await lockBy([PERL], () => null);
    await expect(none.tryLock(path)).rejects.toMatchObject({
      message: `Cannot lock ${path}: neither flock(1) nor perl works here`,
      hint: "install util-linux, or use the compiled program",
    });
  });

  describeWith(["perl"], "perl", () => {
    it("excludes flock, and is excluded by it", async () => {
      const { path } = place();
      const perl = await lockWith((fs) => ({
        existsSync: (name) => name === PERL && fs.existsSync(PERL),
      }));
      const held = await perl.tryLock(path);
      expect(await tryLock(path)).toBeUndefined();
      held!.release();
      const other = await tryLock(path);
      expect(await perl.tryLock(path)).toBeUndefined();
      other!.release();
    });
  });
});

describe("a file system without locks", () => {
  it("is told from a lock that is busy, by the numbers of Linux and macOS", () => {
    const numbers = { busy: [4, 11, 35], without: [9, 22, 37, 38, 45, 77, 78, 95, 102] };
    expect(numbers.without.filter((errno) => !isWithoutLocks(errno))).toEqual([]);
    expect(numbers.busy.filter(isWithoutLocks)).toEqual([]);
  });

  it("is a failure that names the file and says where to go", () => {
    expect(noLocks("/mnt/x.lock", "errno 95")).toMatchObject({
      message: "Cannot lock /mnt/x.lock: this file system has no locks (errno 95)",
      hint: "use a folder on a local disk: AGENTLB_HOME for agentlb, the state file for cap and clb",
    });
  });
});
