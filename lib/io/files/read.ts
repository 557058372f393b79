import { closeSync, lstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import native from "node:path";
import { errnoOf } from "../../core/text/failure.ts";
import { bytesAt, openFile, readWhole, readWholeText } from "./open.ts";
import { MOST_BYTES } from "./sizes.ts";

/** The text of a file, at most `most` bytes; undefined when there is none. Other errors are thrown. */
export function readText(path: string, most: number = MOST_BYTES.settings): string | undefined {
  return unlessMissing(() => readWholeText(path, most));
}

/** The text of a file of ours, which is never a link; undefined when there is none. Other errors are thrown. */
export function readOwn(path: string, most: number = MOST_BYTES.record): string | undefined {
  return unlessMissing(() => readWholeText(path, most, OWN));
}

/** The bytes of a file; undefined when there is none. Other errors are thrown. */
export function readBytes(path: string, most: number): Uint8Array<ArrayBuffer> | undefined {
  return unlessMissing(() => readWhole(path, most));
}

/** The bytes of a file of ours, which is never a link; undefined when there is none. Other errors are thrown. */
export function readOwnBytes(path: string, most: number): Uint8Array<ArrayBuffer> | undefined {
  return unlessMissing(() => readWhole(path, most, OWN));
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

const OWN = { isOwn: true };

/** The text of a file, which must be UTF-8 (`TypeError` otherwise); undefined when there is none. */
export function readUtf8(path: string, most: number = MOST_BYTES.settings): string | undefined {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readWhole(path, most);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** The beginning and the end of a file that may be huge; a short file's are the same. Undefined when there is none. */
export function readEnds(
  path: string,
  headBytes: number,
  tailBytes: number,
): { head: string; tail: string } | undefined {
  let fd: number, size: number;
  try {
    ({ fd, size } = openFile(path));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const part = (from: number, length: number) => new TextDecoder().decode(bytesAt(fd, from, from + length));
  try {
    return { head: part(0, headBytes), tail: part(Math.max(0, size - tailBytes), tailBytes) };
  } finally {
    closeSync(fd);
  }
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

/** Tells whether `path` is a folder, or a link to one; false when it is inaccessible or a circular link. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export type Kind = "file" | "directory" | "link" | "other";

/** The kind of entry at a path; undefined when there is none. */
export function kindOf(path: string): Kind | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  return stat.isSymbolicLink() ? "link" : "other";
}

/** Tells whether the name exists, even as a dangling link. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Tells whether `path` itself is a link. */
export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Tells whether two paths lead to one existing file or folder. */
export function isSamePath(path: string, other: string): boolean {
  const real = realPath(path);
  return real !== undefined && real === realPath(other);
}

/** Tells whether a path leads, links followed, to a regular file. */
export function leadsToFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // a circular link, or not visible to us
  }
}

/** The identity and version of a file; undefined when there is none. Changes with every replacement. */
export function fingerprintOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat && `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

/**
 * Time at which a file, or the target of a link, was last written or moved, epoch milliseconds; undefined when missing.
 */
export function changedAt(path: string): number | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  // A moved file keeps its time of writing.
  return stat && Math.max(stat.mtimeMs, stat.ctimeMs ?? 0);
}

/** The size of a file in bytes; 0 when there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

const MOST_LINKS = 40;

/**
 * An absolute path with every link and `..` resolved; missing parts stay as written. Resolved step by step, because the
 * runtimes' own functions drop `a/..` before they resolve `a`, and Bun's returns a name that ends in " (deleted)" for a
 * file that is being replaced.
 */
export function resolvedPath(path: string): string {
  return resolvedOn(native, path);
}

type Paths = Pick<typeof native, "dirname" | "isAbsolute" | "parse" | "sep">;

/** The same, for the paths of a given platform. */
export function resolvedOn(paths: Paths, path: string, linksLeft = MOST_LINKS): string {
  const { dirname, parse, sep } = paths;
  const isSlashed = sep === "/";
  const { root } = parse(path);
  // On Windows c:/ and C:\ are the same.
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

/** The target of a link; undefined when it is no link. */
function absoluteTarget({ dirname, isAbsolute, sep }: Paths, path: string): string | undefined {
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
    const target = readlinkSync(path);
    return isAbsolute(target) ? target : `${dirname(path)}${sep}${target}`;
  } catch {
    return undefined; // below a non-directory, or just removed
  }
}

/** The target of an absolute path with every link followed; undefined when it is missing. */
export function realPath(path: string): string | undefined {
  try {
    const resolved = resolvedPath(path);
    return statSync(resolved, { throwIfNoEntry: false }) && resolved;
  } catch {
    return undefined; // a circular link, or not visible to us
  }
}
