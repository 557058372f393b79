import { statSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../files/read.ts";
import { system } from "../platform/here.ts";

/** A thread that a Codex process has open. */
export interface OpenThread {
  readonly id: string;
  /** Who holds its lock; 0 = it runs where we can't see its number, as in another container. */
  readonly pid: number;
  /** When its lock file was made, or touched last, epoch milliseconds. */
  readonly lockedMs: number;
}

/** Who holds a `flock`, by inode number; undefined where that can't be known. */
export function lockHolders(): ReadonlyMap<string, number> | undefined {
  return system.processes?.lockHolders();
}

/**
 * The threads that are open, by the folder of their locks: a Codex process holds one on `<thread>.lock` from start to
 * end, and leaves the file behind unlocked when it is killed.
 */
export function openThreads(folder: string, holders: ReadonlyMap<string, number>): OpenThread[] {
  return namesIn(folder).flatMap((name) => {
    const id = threadOf(name);
    const stat = id === undefined ? undefined : statSync(join(folder, name), { throwIfNoEntry: false });
    const pid = stat && holders.get(String(stat.ino));
    return id === undefined || pid === undefined ? [] : { id, pid, lockedMs: Math.floor(stat!.mtimeMs) };
  });
}

/** The thread that a lock file is of; undefined when it is none. */
export function threadOf(name: string): string | undefined {
  return name.endsWith(".lock") && !name.startsWith(".") ? name.slice(0, -".lock".length) : undefined;
}
