import { closeSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, UnfitFile } from "../../core/text/failure.ts";
import { bytesAt, type OpenFile, openFile } from "./open.ts";
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

/** Opens a file, calls `use` and closes it; undefined when it is missing, no regular file, or may not be read. */
export function withParts<T>(path: string, use: (parts: Parts) => T): T | undefined {
  let file: OpenFile;
  try {
    file = openFile(path);
  } catch (error) {
    if (error instanceof UnfitFile || ABSENT.has(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
  const { fd, size, mtimeMs, ino } = file;
  const text = (from: number, length: number) =>
    new TextDecoder().decode(bytesAt(fd, from, Math.min(from + length, size)));
  try {
    return use({ size, mtimeMs, ino, read: text });
  } finally {
    closeSync(fd);
  }
}

/** Errors of what does not exist, or may not be read. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);

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
    if (ABSENT.has(errnoOf(error) ?? "")) return [];
    throw error;
  }
}
