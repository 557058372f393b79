import { createHash } from "node:crypto";
import fs, {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Entry } from "../../core/skill/entry.ts";
import { errnoOf, Failure } from "../../core/text/failure.ts";
import { openFile } from "./open.ts";
import { flushFolder, whileWriting, writeAll } from "./replace.ts";

const CHUNK = 1 << 20;

/** What is at a path; links are not followed. */
export function entryAt(path: string): Entry {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: "none" };
  if (stat.isSymbolicLink()) return { kind: "link", target: readlinkSync(path) };
  return stat.isFile()
    ? { kind: "file", sha256: sha256At(path), mode: stat.mode & 0o7777 }
    : { kind: "other" };
}

/** The SHA-256 of a file's content, in hex. */
export function sha256At(path: string): string {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK);
  const { fd } = openFile(path);
  try {
    for (let length; (length = readSync(fd, chunk, 0, CHUNK, null)) > 0;) {
      hash.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}

/** The SHA-256 of bytes, in hex. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The new content of a path: a text, the bytes of a file if they have the expected digest, or a link. */
export type Content =
  | { readonly text: string }
  | { readonly file: string; readonly sha256: string }
  | { readonly link: string };

/**
 * Puts content at a path so that after a crash or a full disk it has either the old or the new content, whole. The
 * content is first written to `temporary`, on the same file system. Throws Failure when the file to copy has changed.
 */
export function place(content: Content, path: string, mode: number, temporary: string): void {
  rmSync(temporary, { force: true });
  try {
    if ("link" in content) symlinkSync(content.link, temporary);
    else if ("text" in content) writeWhole(content.text, temporary, mode);
    else copyWhole(content, temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw whileWriting(path, error);
  }
  flushFolder(dirname(path));
}

/** Gives the entry at a path a second name: a file with all its metadata, or an equal link. */
export function keepAs(path: string, as: string, temporary: string): void {
  const before = entryAt(path);
  if (before.kind === "link") symlinkSync(before.target, as);
  else if (before.kind === "file") {
    try {
      linkSync(path, as);
    } catch (error) {
      // Some file systems allow one name per file, and some systems refuse to link another user's files.
      if (
        !["EPERM", "EXDEV", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES"].includes(
          errnoOf(error) ?? "",
        )
      ) {
        throw error;
      }
      place({ file: path, sha256: before.sha256 }, as, before.mode, temporary);
    }
  }
  flushFolder(dirname(as));
}

/** Renames a file or a link, replacing any entry of that name. */
export function moveTo(path: string, to: string): void {
  renameSync(path, to);
  flushFolder(dirname(to));
  flushFolder(dirname(path));
}

/** Removes a file or a link, if it exists, for good. */
export function takeAway(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  flushFolder(dirname(path));
}

/** Removes an empty folder; returns whether it is gone. */
export function removeIfEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return true;
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}

function writeWhole(text: string, path: string, mode: number): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeAll(fd, new TextEncoder().encode(text));
    fs.fchmodSync(fd, mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where the file system supports it, the copy shares storage with the original until one of them changes. */
function copyWhole({ file, sha256 }: { file: string; sha256: string }, to: string, mode: number): void {
  copyFileSync(file, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  chmodSync(to, 0o600);
  const { fd } = openFile(to, { flags: constants.O_RDWR, action: "write" });
  try {
    fs.fchmodSync(fd, mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  if (sha256At(to) === sha256) return;
  throw new Failure("failed", `Cannot copy ${file}: it was changed meanwhile`, { hint: "try again" });
}
