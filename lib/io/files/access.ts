import { accessSync, constants, statSync } from "node:fs";

/** The kind, owner and mode of a file or folder, links followed; undefined when it is missing or not visible to us. */
export function accessOf(path: string): { isFolder: boolean; owner: number; mode: number } | undefined {
  try {
    const stat = statSync(path);
    return { isFolder: stat.isDirectory(), owner: stat.uid, mode: stat.mode & 0o777 };
  } catch {
    return undefined;
  }
}

/** Tells whether we may write into a folder. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The device and inode number of the file or folder behind a path; undefined when there is none. */
export function inodeOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
