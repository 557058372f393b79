import { type Dirent, lstatSync, mkdirSync, readdirSync, readlinkSync, statSync } from "node:fs";
import native from "node:path";
import { errnoOf } from "../../core/text/failure.ts";

export type Kind = "file" | "directory" | "link" | "other";

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

/** What kind of entry a path is; undefined when there is none. */
export function kindOf(path: string): Kind | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  return stat.isSymbolicLink() ? "link" : "other";
}

/** Whether a path leads, links followed, to a regular file. */
export function leadsToFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // a circle of links, or not ours to see
  }
}

const MOST_LINKS = 40;

/**
 * An absolute path with every link and `..` resolved; what does not exist stays as it is written. Step by step, because
 * the runtimes' own way drops `a/..` before it looks where `a` leads, and Bun's, when the file is replaced at that
 * instant, gives a name that ends in " (deleted)".
 */
export function resolvedPath(path: string): string {
  return resolvedOn(native, path);
}

type Paths = Pick<typeof native, "dirname" | "isAbsolute" | "parse" | "sep">;

/** The same, as paths are written on some platform. */
export function resolvedOn(paths: Paths, path: string, linksLeft = MOST_LINKS): string {
  const { dirname, parse, sep } = paths;
  const isSlashed = sep === "/";
  const { root } = parse(path);
  // Windows takes c:/ and C:\ for the same.
  let done = isSlashed ? "/" : root.replaceAll("/", sep).replace(/^[a-z]/, (drive) => drive.toUpperCase());
  for (const part of path.slice(root.length).split(isSlashed ? "/" : /[\\/]/)) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done = dirname(done);
      continue;
    }
    const next = done.endsWith(sep) ? `${done}${part}` : `${done}${sep}${part}`;
    const target = linksLeft > 0 ? absoluteTarget(paths, next) : undefined;
    done = target === undefined ? next : resolvedOn(paths, target, linksLeft - 1);
  }
  return done;
}

/** Where a link leads; undefined when it is none. */
function absoluteTarget({ dirname, isAbsolute, sep }: Paths, path: string): string | undefined {
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
    const target = readlinkSync(path);
    return isAbsolute(target) ? target : `${dirname(path)}${sep}${target}`;
  } catch {
    return undefined; // below what is no directory, or gone just now
  }
}

/** Makes a folder and those above it where they are missing; what exists stays as it is. */
export function makeFolders(path: string): void {
  mkdirSync(path, { recursive: true });
}
