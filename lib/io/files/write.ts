import { closeSync, constants, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { errnoOf, wordsOf } from "../../core/text/failure.ts";
import { system } from "../platform/here.ts";

/** Writes a new file (0600) down to the disk; fails when it exists. */
export function writeNew(path: string, text: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  try {
    writeAll(fd, new TextEncoder().encode(text));
    fsyncSync(fd);
  } catch (error) {
    rmSync(path, { force: true });
    throw whileWriting(path, error);
  } finally {
    closeSync(fd);
  }
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

/** The system's trouble with the name of the file: its own words for a write that failed have none. */
export function whileWriting(path: string, error: unknown): unknown {
  const code = errnoOf(error);
  if (code === undefined) return error;
  return Object.assign(new Error(`Cannot write ${path}: ${wordsOf(error)}`, { cause: error }), { code });
}

/** Some systems and file systems can't flush a folder; then the file's own flush is all there is. */
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
