import { statSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../files/read.ts";
import { system } from "../platform/here.ts";

/** A thread that a Codex process has open. */
export interface OpenThread {
  readonly id: string;
  /** The process with its lock; 0 = its number is not visible, as in another container. */
  readonly pid: number;
  /** Time at which its lock file was made or last touched, epoch milliseconds. */
  readonly lockedMs: number;
}

/** The holders of `flock` locks, by inode number; undefined when unknown. */
export function lockHolders(): ReadonlyMap<string, number> | undefined {
  return system.processes?.lockHolders();
}

/**
 * The open threads, by the folder of their locks: a Codex process locks `<thread>.lock` from start to end, and leaves
 * the file behind unlocked when it is killed.
 */
export function openThreads(folder: string, holders: ReadonlyMap<string, number>): OpenThread[] {
  return namesIn(folder).flatMap((name) => {
    const id = threadOf(name);
    const stat = id === undefined ? undefined : statSync(join(folder, name), { throwIfNoEntry: false });
    const pid = stat && holders.get(String(stat.ino));
    return id === undefined || pid === undefined ? [] : { id, pid, lockedMs: Math.floor(stat!.mtimeMs) };
  });
}

/** The thread of a lock file; undefined for other files. */
export function threadOf(name: string): string | undefined {
  return name.endsWith(".lock") && !name.startsWith(".") ? name.slice(0, -".lock".length) : undefined;
}
