import { lstatSync, statSync } from "node:fs";

export type Kind = "file" | "directory" | "link" | "other";

/** What kind of entry a path is; undefined when there is none. */
export function kindOf(path: string): Kind | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  return stat.isSymbolicLink() ? "link" : "other";
}

/** Whether anything, even a dangling link, has this name. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Whether `path` itself is a link. */
export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Whether a path leads, links followed, to a regular file. */
export function leadsToFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // a circle of links, or not ours to see
  }
}

/** Which file this is and which version of it; undefined when there is none. Changes with every replacement. */
export function fingerprintOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat && `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

/** When a file, or what a link leads to, was last written or put there, epoch milliseconds; undefined when it is not there. */
export function changedAt(path: string): number | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  // A file that is moved keeps the time at which it was written.
  return stat && Math.max(stat.mtimeMs, stat.ctimeMs ?? 0);
}

/** How many bytes a file has; 0 when there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
