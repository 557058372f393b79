import { accessSync, constants, statSync } from "node:fs";

/** Who may do what with a file or folder, links followed; undefined when it is not there, or not ours to see. */
export function accessOf(path: string): { isFolder: boolean; owner: number; mode: number } | undefined {
  try {
    const stat = statSync(path);
    return { isFolder: stat.isDirectory(), owner: stat.uid, mode: stat.mode & 0o777 };
  } catch {
    return undefined;
  }
}

/** Whether we may write into a folder. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Which folder a path leads to, as long as it is there; undefined when there is none. */
export function inodeOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
