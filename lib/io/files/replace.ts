import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, Failure, UnfitFile, wordsOf } from "../../core/text/failure.ts";
import { system } from "../platform/here.ts";
import { oddKind } from "./open.ts";
import { namesIn, resolvedPath } from "./read.ts";

interface ReplaceOptions {
  /**
   * Survive a power loss: flush the file, and the folder of its name. With "file" the old content may come back whole.
   */
  readonly durable?: boolean | "file";
  /** Keep the previous content as `<path>.prev`. */
  readonly keepPrevious?: boolean;
  /** Replace the target of a link; otherwise a link is refused. */
  readonly follow?: boolean;
  /** Called before the last step; when false, nothing changes and the write fails. */
  readonly mayReplace?: () => boolean;
}

/** The error message when a file may not be written any more. */
export const NOT_OURS = "its folder is being removed, or another one took its place";

/** Replaces a file by a text, or bytes, so that after a crash or a full disk it is the old or the new one, whole. Mode 0600. */
export function replaceFile(path: string, content: string | Uint8Array, options: ReplaceOptions = {}): void {
  const target = replaceable(path, options.follow ?? false);
  const bytes = bytesOf(content);
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
    system.patiently(() => renameSync(temporary, target));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw whileWriting(path, error);
  }
  if (options.durable === true) flushFolder(dirname(target));
}

/** Writes and flushes a new file (0600); fails when it exists. */
export function writeNew(path: string, content: string | Uint8Array): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  try {
    writeAll(fd, bytesOf(content));
    fsyncSync(fd);
  } catch (error) {
    rmSync(path, { force: true });
    throw whileWriting(path, error);
  } finally {
    closeSync(fd);
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Writes a new file (0600) that is there whole or not at all; false when the name exists. */
export function placeNew(path: string, text: string): boolean {
  const temporary = nameBeside(path);
  writeNew(temporary, text);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    return copyNew(temporary, path, error);
  } finally {
    removeFile(temporary);
  }
  flushFolder(dirname(path));
  return true;
}

/** The same on a file system without hard links. */
function copyNew(from: string, path: string, why: unknown): boolean {
  if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EACCES", "EMLINK"].includes(errnoOf(why) ?? "")) {
    throw whileWriting(path, why);
  }
  try {
    copyFileSync(from, path, constants.COPYFILE_EXCL);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw whileWriting(path, error);
  }
  flushFolder(dirname(path));
  return true;
}

function replaceable(path: string, follow: boolean): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const kind = stat && oddKind(stat);
  if (kind === undefined) return path;
  if (kind === "a link" && follow) return replaceable(resolvedPath(path), false);
  throw new UnfitFile("write", path, `it is ${kind}, not a regular file`);
}

function keepGeneration(target: string): void {
  const previous = `${target}.prev`;
  try {
    system.patiently(() => unlinkSync(previous));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  try {
    linkSync(target, previous);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    copyFileSync(target, previous, constants.COPYFILE_EXCL); // a file system without hard links
  }
}

/** Renames a corrupt file to a name beside it and returns that name; at most five are kept. */
export function putAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const prefix = `${basename(path)}.corrupt-`;
  const aside = join(dirname(path), `${prefix}${stamp}-${randomName().slice(0, 4)}`);
  system.patiently(() => renameSync(path, aside));
  const kept = namesIn(dirname(path)).filter((name) => name.startsWith(prefix)).sort();
  for (const name of kept.slice(0, -5)) rmSync(join(dirname(path), name), { force: true });
  return aside;
}

/** Removes our temporary files older than an hour that a crash left in a folder. */
export function sweepTemporaries(folder: string, nowMs: number): void {
  for (const name of namesIn(folder)) {
    if (!/^\..+\.[0-9a-f]{16}\.tmp$/.test(name)) continue;
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() && nowMs - stat.mtimeMs > 3_600_000) rmSync(path, { force: true });
  }
}

/** An unused name beside `path`. */
export function nameBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomName()}.tmp`);
}

/** Sixteen unpredictable hex digits. */
export function randomName(): string {
  // Faster at first use than formatting random bytes; the last twelve digits and the first four are all random.
  const uuid = crypto.randomUUID();
  return `${uuid.slice(-12)}${uuid.slice(0, 4)}`;
}

/** Renames a file or folder; false when it is missing. */
export function rename(path: string, to: string): boolean {
  return system.patiently(() => renameAtOnce(path, to));
}

/** The same, tried once: on Windows it may fail while another process has one of them open. */
export function renameAtOnce(path: string, to: string): boolean {
  try {
    renameSync(path, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Removes a file or a link, if it exists. */
export function removeFile(path: string): void {
  system.patiently(() => rmSync(path, { force: true }));
}

/** A full disk shortens a write instead of failing it, so the rest is written until the error shows. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    const written = writeSync(fd, bytes, done, bytes.length - done);
    if (written === 0) throw new Error("nothing could be written");
    done += written;
  }
}

/** Adds the file name to the system's error for a failed write, which has none. */
export function whileWriting(path: string, error: unknown): unknown {
  const code = errnoOf(error);
  if (code === undefined || error instanceof Failure) return error;
  return Object.assign(new Error(`Cannot write ${path}: ${wordsOf(error)}`, { cause: error }), { code });
}

/** Some systems and file systems cannot flush a folder; then the file's own flush has to do. */
export function flushFolder(folder: string): void {
  if (!system.flushesFolders) return;
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
