import { closeSync, constants, existsSync, fstatSync, ftruncateSync, lstatSync, openSync } from "node:fs";
import { Failure } from "../../core/text/failure.ts";
import { writeAll } from "../files/replace.ts";
import type { Clock } from "../host.ts";
import { system } from "../platform/here.ts";
import { childProcesses } from "../process/process.ts";
import { noLocks } from "./no_locks.ts";
import type { OpenLock } from "./open_lock.ts";

/** A kernel lock that is released when its holder dies. */
export interface HeldLock {
  /** Replaces the content of the lock file, for people and commands to read. */
  write(text: string): void;
  /** Tells whether the path still names the file we hold: false once it was removed or replaced. */
  isCurrent(): boolean;
  release(): void;
}

interface LockSettings {
  readonly clock: Clock;
  random(): number;
}

/**
 * Runs `action` while holding the lock at `path`; fails when it is not free within `timeoutMs` (10 s). Never runs
 * unlocked.
 */
export async function withLock<T>(
  { clock, random }: LockSettings,
  path: string,
  action: () => T | Promise<T>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = clock.monotonic() + timeoutMs;
  for (let n = 0;; n++) {
    const held = await tryLock(path);
    if (held) {
      try {
        return await action();
      } finally {
        held.release();
      }
    }
    if (clock.monotonic() >= deadline) {
      throw new Failure(
        "failed",
        `Cannot lock ${path}: another process has held it for ${timeoutMs / 1000} s`,
        {
          hint: system.holderHint(path),
        },
      );
    }
    await clock.sleep(Math.min(25, 2 ** n) * (0.5 + random()));
  }
}

/** Takes the lock at `path` (`flock(2)`, exclusive), or returns undefined when another process holds it. */
export async function tryLock(path: string): Promise<HeldLock | undefined> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const open = await openLock(path);
    let ours = false;
    try {
      if (!open.tryLock()) return undefined;
      // Between our open and our lock the file may have been replaced; then others lock another file.
      ours = open.isCurrent();
      if (ours) return held(open);
    } finally {
      if (!ours) open.close();
    }
  }
  throw new Failure("failed", `Cannot lock ${path}: the file keeps being replaced`);
}

function held(open: OpenLock): HeldLock {
  return {
    write: (text) => open.write(new TextEncoder().encode(text)),
    isCurrent: () => open.isCurrent(),
    release: () => open.close(),
  };
}

/** Opens without following a link and without truncating: another process may hold the file. */
async function openLock(path: string): Promise<OpenLock> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw unfit(path, "it is a link");
  let lock: OpenLock;
  try {
    lock = await openHere(path);
  } catch (error) {
    throw error instanceof Failure ? error : unfit(path, (error as Error).message);
  }
  const trouble = !lock.isFile
    ? "not a regular file"
    : lock.links > 1
    ? "it has a second name (hard link)"
    : undefined;
  if (trouble === undefined) return lock;
  lock.close();
  throw unfit(path, trouble);
}

async function openHere(path: string): Promise<OpenLock> {
  if (system.lockCall === "LockFileEx") return (await import("./lock_windows.ts")).openWindows(path);
  if ("Deno" in globalThis) return (await import("./flock_deno.ts")).openDeno(path);
  return await openPosix(path);
}

async function openPosix(path: string): Promise<OpenLock> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const own = "Bun" in globalThis ? await (await import("./flock_bun.ts")).loadFlock() : undefined;
  const flock = own ?? helperFlock;
  const fd = openSync(path, O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0), 0o600);
  const stat = fstatSync(fd);
  const identity = `${stat.dev}:${stat.ino}`;
  return {
    isFile: stat.isFile(),
    links: stat.nlink,
    isCurrent: () => identityAt(path) === identity,
    tryLock: () => flock(fd, path),
    write(bytes) {
      ftruncateSync(fd, 0);
      writeAll(fd, bytes, 0);
    },
    close: () => closeSync(fd),
  };
}

function identityAt(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

function unfit(path: string, why: string): Failure {
  return new Failure("failed", `Cannot lock ${path}: ${why}`);
}

const HELPERS: readonly (readonly [string, readonly string[]])[] = [
  ["/usr/bin/flock", ["-n", "-x", "3"]],
  ["/bin/flock", ["-n", "-x", "3"]],
  ["/run/current-system/sw/bin/flock", ["-n", "-x", "3"]],
  ["/usr/bin/perl", ["-e", 'open(F, "+<&=3") or exit 2; exit(flock(F, 6) ? 0 : $!{EWOULDBLOCK} ? 1 : 71)']],
];

/**
 * Where a runtime cannot call `flock`, as Node, a helper locks *our* open file through an inherited descriptor, and the
 * lock stays ours.
 */
function helperFlock(fd: number, path: string): boolean {
  for (const [file, args] of HELPERS) {
    if (!existsSync(file)) continue;
    const { status } = childProcesses().spawnSync(file, args, {
      stdio: ["ignore", "ignore", "ignore", fd],
      env: {},
    });
    if (status === 0) return true;
    if (status === 1) return false;
    if (status === 65 || status === 71) throw noLocks(path, `${file} ended with ${status}`);
  }
  throw new Failure("failed", `Cannot lock ${path}: neither flock(1) nor perl works here`, {
    hint: "install util-linux, or use the compiled program",
  });
}
