import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { namesIn, realPath, resolvedPath } from "./read.ts";

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

/** Tells whether a path leads to something below a folder without any link on the way, itself included. */
export function isPlainBelow(folder: string, path: string): boolean {
  const real = realPath(folder);
  const below = relative(folder, path);
  if (real === undefined || below === ".." || below.startsWith(`..${sep}`)) return false;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return false;
  return resolvedPath(path) === join(real, below);
}

/** The space that the files below a folder take on the disk, in bytes; links in it are not followed. */
export function diskUseOf(folder: string): number {
  let bytes = 0;
  const seen = new Set<number>();
  const walk = (inside: string) => {
    for (const name of namesIn(inside)) {
      const path = join(inside, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined) continue;
      // A file with several names takes its space once.
      if (stat.nlink > 1 && stat.isFile()) {
        if (seen.has(stat.ino)) continue;
        seen.add(stat.ino);
      }
      bytes += stat.blocks === undefined ? stat.size : stat.blocks * 512;
      if (stat.isDirectory()) walkOf(path);
    }
  };
  const walkOf = (path: string) => {
    try {
      walk(path);
    } catch {
      // not visible to us, or removed meanwhile
    }
  };
  walkOf(folder);
  return bytes;
}
