import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../core/text/failure.ts";
import { realPath } from "./read.ts";

/** The identity and version of a file. */
export interface Version {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

/** An open file of which only parts are read. */
export interface Parts extends Version {
  /** The text of a part, at most up to the end; a letter cut in two becomes U+FFFD. */
  read(from: number, length: number): string;
}

/** Opens a file, calls `use` and closes it; undefined when it does not exist or may not be read. */
export function withParts<T>(path: string, use: (parts: Parts) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
  try {
    const { size, mtimeMs, ino } = fstatSync(fd);
    return use({
      size,
      mtimeMs,
      ino,
      read: (from, length) => textAt(fd, from, Math.min(length, size - from)),
    });
  } finally {
    closeSync(fd);
  }
}

/** The version of a file; undefined when there is none. */
export function versionOf(path: string): Version | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/**
 * The real paths of the files with matching names in a folder and the folders below it, `depth` levels deep. Links are
 * followed, each folder is entered once; folders that may not be read are left out.
 */
export function filesBelow(folder: string, fits: (name: string) => boolean, depth: number): string[] {
  const found = new Set<string>();
  const entered = new Set<string>();
  const enter = (path: string, levels: number) => {
    if (entered.has(path)) return;
    entered.add(path);
    for (const entry of entriesOf(path)) {
      const isLink = entry.isSymbolicLink();
      if (entry.isDirectory() || (isLink && !fits(entry.name))) {
        const below = isLink ? realPath(join(path, entry.name)) : join(path, entry.name);
        if (levels > 0 && below !== undefined) enter(below, levels - 1);
      } else if (fits(entry.name)) {
        const file = isLink ? realPath(join(path, entry.name)) : join(path, entry.name);
        if (file !== undefined) found.add(file);
      }
    }
  };
  const top = realPath(folder);
  if (top !== undefined) enter(top, depth);
  return [...found];
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) return [];
    throw error;
  }
}

function textAt(fd: number, from: number, length: number): string {
  const bytes = new Uint8Array(Math.max(0, length));
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(fd, bytes, done, bytes.length - done, from + done);
    if (read === 0) break;
    done += read;
  }
  return new TextDecoder().decode(bytes.subarray(0, done));
}
