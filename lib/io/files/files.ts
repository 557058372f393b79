import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, wordsOf } from "../../core/text/failure.ts";
import { resolvedPath } from "./directory.ts";
import { isWindows } from "../process/process.ts";

interface ReplaceOptions {
  /** Survive a power loss: flush the file, and the folder that names it. With "file" the old one may come back whole. */
  readonly durable?: boolean | "file";
  /** Keep the generation before as `<path>.prev`. */
  readonly keepPrevious?: boolean;
  /** Replace what a link points at; without it a link is refused. */
  readonly follow?: boolean;
  /** Asked when all but the last step is done; a no leaves everything as it was, and is thrown. */
  readonly mayReplace?: () => boolean;
}

/** What is thrown when a file may not be written any more. */
export const NOT_OURS = "its folder is being removed, or another one took its place";

/** Replaces a file by `text` so that a reader, a crash or a full disk finds the old or the new one, whole. Mode 0600. */
export function replaceFile(path: string, text: string, options: ReplaceOptions = {}): void {
  const target = replaceable(path, options.follow ?? false);
  const bytes = new TextEncoder().encode(text);
  const temporary = join(dirname(target), `.${basename(target)}.${randomName()}.tmp`);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  try {
    try {
      writeAll(fd, bytes);
      if (fstatSync(fd).size !== bytes.length) throw new Error(`short write: ${temporary}`);
      if (options.durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (options.mayReplace?.() === false) throw new Error(NOT_OURS);
    if (options.keepPrevious) keepGeneration(target);
    patiently(() => renameSync(temporary, target));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw whileWriting(path, error);
  }
  if (options.durable === true) flushFolder(dirname(target));
}

/** The text of a file; undefined when there is none. Any other trouble is thrown. */
export function readText(path: string): string | undefined {
  try {
    return patiently(() => readFileSync(path, "utf8"));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Makes a folder and those above it, and makes it ours alone (0700). */
export function ensureFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
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

/** Whether anything, even a dangling link, has this name. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Whether `path` itself is a link. */
export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
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

/** Where an absolute path leads when every link is followed; undefined when it leads nowhere. */
export function realPath(path: string): string | undefined {
  try {
    const resolved = resolvedPath(path);
    return statSync(resolved, { throwIfNoEntry: false }) && resolved;
  } catch {
    return undefined; // a circle of links, or not ours to see
  }
}

/** Gives a file that can't be trusted a name beside it and returns that name; at most five are kept. */
export function putAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const prefix = `${basename(path)}.corrupt-`;
  const aside = join(dirname(path), `${prefix}${stamp}-${randomName().slice(0, 4)}`);
  patiently(() => renameSync(path, aside));
  const kept = namesIn(dirname(path)).filter((name) => name.startsWith(prefix)).sort();
  for (const name of kept.slice(0, -5)) rmSync(join(dirname(path), name), { force: true });
  return aside;
}

/** Removes temporary files of ours that a crash left in a folder more than an hour ago. */
export function sweepTemporaries(folder: string, nowMs: number): void {
  for (const name of namesIn(folder)) {
    if (!/^\..+\.[0-9a-f]{16}\.tmp$/.test(name)) continue;
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() && nowMs - stat.mtimeMs > 3_600_000) rmSync(path, { force: true });
  }
}

/** The system's trouble with the name of the file: its own words for a write that failed have none. */
export function whileWriting(path: string, error: unknown): unknown {
  const code = errnoOf(error);
  if (code === undefined) return error;
  return Object.assign(new Error(`Cannot write ${path}: ${wordsOf(error)}`, { cause: error }), { code });
}

/**
 * Does something to a file. Windows refuses that for as long as another process, such as a virus scanner, has the file
 * open in a way of its own: there it is tried again for two seconds, and what fails then is thrown.
 */
export function patiently<T>(action: () => T, waits: readonly number[] = isWindows() ? patience() : []): T {
  for (const ms of waits) {
    try {
      return action();
    } catch (error) {
      if (!isPassing(error)) throw error;
      pause(ms);
    }
  }
  return action();
}

/** Sixteen hex digits that nobody can guess. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function replaceable(path: string, follow: boolean): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isFile()) return path;
  if (stat.isSymbolicLink() && follow) return replaceable(resolvedPath(path), false);
  throw new Error(`not a regular file: ${path}`);
}

/** A full disk shortens a write instead of failing it, so what is left is written until the error shows. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    const written = writeSync(fd, bytes, done, bytes.length - done);
    if (written === 0) throw new Error("nothing could be written");
    done += written;
  }
}

function keepGeneration(target: string): void {
  const previous = `${target}.prev`;
  try {
    patiently(() => unlinkSync(previous));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  try {
    linkSync(target, previous);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    copyFileSync(target, previous, constants.COPYFILE_EXCL); // a file system without second names
  }
}

/** Some file systems can't flush a folder, and Windows none; then the file's own flush is all there is. */
export function flushFolder(folder: string): void {
  if (isWindows()) return;
  let fd: number;
  try {
    fd = openSync(folder, constants.O_RDONLY);
  } catch {
    return;
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes(errnoOf(error) ?? "")) throw error;
  } finally {
    closeSync(fd);
  }
}

/** Milliseconds between tries: two seconds in all. */
function patience(): number[] {
  return [1, 2, 5, 10, 20, ...Array.from({ length: 39 }, () => 50)];
}

/** Whether Windows may refuse this for a moment only, because somebody has the file open. */
export function isPassing(error: unknown): boolean {
  return ["EPERM", "EACCES", "EBUSY"].includes(errnoOf(error) ?? "");
}

/** Waits without letting anything else happen: the caller may hold a lock. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
