import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, Failure } from "../../core/text/failure.ts";
import { isFolder, namesIn, patiently, randomName, whileWriting, writeAll } from "./files.ts";
import { isWindows } from "../process/process.ts";

/** Makes sure of a folder that is ours (`uid`, where users have numbers) and nobody else's to enter (0700). */
export function ownFolder(path: string, uid: number | undefined): void {
  let stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    stat = statSync(path);
  }
  if (!stat.isDirectory()) throw new Failure("failed", `Cannot use ${path}: it is not a folder`);
  refuseForeign(path, stat.uid, uid);
  if (uid !== undefined && (stat.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
}

/** Makes sure of a file that is ours and nobody else's to read (0600); what it holds stays. */
export function ownFile(path: string, uid: number | undefined): void {
  const { O_RDONLY, O_CREAT, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_RDONLY | O_CREAT | (O_NOFOLLOW ?? 0), 0o600);
  try {
    const stat = fstatSync(fd);
    refuseForeign(path, stat.uid, uid);
    if (uid !== undefined && (stat.mode & 0o777) !== 0o600) fchmodSync(fd, 0o600);
  } finally {
    closeSync(fd);
  }
}

/** The number of the user that new files belong to: who we are, where nobody tells. */
export function ownerOfNewFile(folder: string): number {
  const path = nameBeside(join(folder, "owner"));
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    return fstatSync(fd).uid;
  } finally {
    closeSync(fd);
    unlinkSync(path);
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

/** Makes an empty folder (0700) with a name that nobody can guess. */
export function makeTemporaryFolder(parent: string, prefix: string): string {
  return mkdtempSync(join(parent, prefix));
}

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

/** A name beside `path` that nobody has. */
export function nameBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomName()}.tmp`);
}

/** Renames a file or folder; false when there is none of that name. */
export function rename(path: string, to: string): boolean {
  return patiently(() => renameAtOnce(path, to));
}

/** The same, tried once: on Windows it may fail for as long as somebody has one of them open. */
export function renameAtOnce(path: string, to: string): boolean {
  try {
    renameSync(path, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Removes a file or a link, if it is there. */
export function removeFile(path: string): void {
  patiently(() => rmSync(path, { force: true }));
}

/** Removes a folder with all it holds, or whatever else has this name. Links are never followed. */
export function removeTree(path: string): void {
  if (isWindows()) removeStepwise(path);
  else rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}

/** The same, name by name: Bun's own way asks for more than wine can, which is where this is tested. */
export function removeStepwise(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) removeStepwise(join(path, name));
    return patiently(() => rmdirSync(path));
  }
  // Windows keeps what may not be written, as git's objects, from being removed too.
  if ((stat.mode & 0o200) === 0 && !stat.isSymbolicLink()) chmodSync(path, 0o600);
  patiently(() => unlinkSync(path));
}

/** The text of a file, which must be UTF-8 (`UnicodeError` text otherwise); undefined when there is none. */
export function readUtf8(path: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = patiently(() => readFileSync(path));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** Removes the folders of a kind that were last changed long ago and do not hold `kept`. */
export function sweepFolders(parent: string, prefix: string, kept: string, beforeMs: number): void {
  for (const name of namesIn(parent).filter((name) => name.startsWith(prefix))) {
    const path = join(parent, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const holds = lstatSync(join(path, kept), { throwIfNoEntry: false }) !== undefined;
    if (stat?.isDirectory() && stat.mtimeMs < beforeMs && !holds) removeTree(path);
  }
}

function refuseForeign(path: string, owner: number, uid: number | undefined): void {
  if (uid === undefined || owner === uid) return;
  throw new Failure(
    "failed",
    `Cannot use ${path}: it belongs to another user (uid ${owner}, we are ${uid})`,
    {
      hint: uid === 0
        ? "HOME is another user's: run it as that user, or with sudo -H"
        : "run it as that user, or set AGENTLB_HOME to a folder of your own",
    },
  );
}
