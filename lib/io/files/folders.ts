import { chmodSync, type Dirent, mkdirSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../core/text/failure.ts";
import type { Kind } from "./entry.ts";

/** Makes a folder and those above it, and makes it ours alone (0700). */
export function ensureFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** Makes a folder (0700); false when there is something of that name already. */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Makes a folder and those above it where they are missing; what exists stays as it is. */
export function makeFolders(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** Makes an empty folder (0700) with a name that nobody can guess. */
export function makeTemporaryFolder(parent: string, prefix: string): string {
  return mkdtempSync(join(parent, prefix));
}

/** The names in a folder; none when it does not exist. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** The names of the folders, and of the links to folders, in a folder. */
export function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) =>
        entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name)))
      )
      .map((entry) => entry.name);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Calls `note` for all that is in a directory, in no order; for nothing when it is none, or not ours to read. */
export function eachEntry(directory: string, note: (name: string, kind: Kind) => void): void {
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) return;
    throw error;
  }
  for (const entry of entries) {
    note(
      entry.name,
      entry.isFile() ? "file" : entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "link" : "other",
    );
  }
}

/** Whether `path` is a folder, or a link to one; what can't be entered or leads in a circle is none. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Which folder this is, whatever happens in it; undefined when there is none. */
export function folderIdentity(path: string): string | undefined {
  try {
    const stat = statSync(path, { bigint: true });
    // The number of a removed folder may be given to the next one.
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}:${stat.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
}
