import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "./files.ts";

/** The inode numbers of the files that somebody holds a `flock` on (Linux); undefined where that can't be known. */
export function lockedInodes(): ReadonlySet<string> | undefined {
  let text: string;
  try {
    text = readFileSync("/proc/locks", "utf8");
  } catch {
    return undefined;
  }
  const inodes = new Set<string>();
  for (const line of text.split("\n")) {
    const [, inode] = /^\d+: FLOCK .*\s[0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line) ?? [];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/**
 * The threads that a Codex process has open, by the folder of their locks: it holds one on `<thread>.lock` from start
 * to end, and leaves the file behind unlocked when it is killed (codex 0.169).
 */
export function openThreads(folder: string, locked: ReadonlySet<string>): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".lock") && !name.startsWith("."))
    .filter((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      return stat !== undefined && locked.has(String(stat.ino));
    })
    .map((name) => name.slice(0, -".lock".length));
}
