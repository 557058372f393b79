import fs, {
  chmodSync,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { errnoOf, Failure, UnfitFile } from "../../core/text/failure.ts";
import { system } from "../platform/here.ts";
import { isPlainBelow } from "./access.ts";
import { openFile } from "./open.ts";
import { isFolder, type Kind } from "./read.ts";
import { nameBeside } from "./replace.ts";

/** Makes a folder and its parents, and makes it private (0700). */
export function ensureFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** Makes sure that a folder exists, is ours (`uid`, where users have numbers) and private (0700). */
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

/** Makes sure that a file exists, is ours and private (0600); its content stays. */
export function ownFile(path: string, uid: number | undefined): void {
  const { O_RDONLY, O_CREAT } = constants;
  const file = openFile(path, { flags: O_RDONLY | O_CREAT, action: "use", isOwn: true });
  try {
    refuseForeign(path, file.uid, uid);
    if (uid !== undefined && file.mode !== 0o600) fs.fchmodSync(file.fd, 0o600);
  } finally {
    closeSync(file.fd);
  }
}

/** Makes a file readable by its owner alone; a link is not followed, and nothing is no error. */
export function makePrivate(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || (stat.mode & 0o777) === 0o600) return;
  chmodSync(path, 0o600);
}

/** Takes the rights of others away from a file (0600) or folder (0700) of ours below `root`. Never acts through a link. */
export function closeToOthers(path: string, root: string): void {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(fd);
    const named = lstatSync(path);
    // What is open is what the path names, without a link on the way and without a second name elsewhere.
    const isSame = stat.ino === named.ino && stat.dev === named.dev && isPlainBelow(root, path);
    const isOne = stat.isDirectory() || (stat.isFile() && stat.nlink === 1);
    if (!isSame || !isOne) throw new UnfitFile("close", path, "it is reached through a link, or is no file");
    fs.fchmodSync(fd, stat.isDirectory() ? 0o700 : 0o600);
  } finally {
    closeSync(fd);
  }
}

/** The owner of a new file: our own user id where the runtime does not report it. */
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

/** Makes a folder (0700); false when the name exists already. */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Makes a folder and its missing parents; existing ones stay unchanged. */
export function makeFolders(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** Makes an empty folder (0700) with an unpredictable name. */
export function makeTemporaryFolder(parent: string, prefix: string): string {
  return mkdtempSync(join(parent, prefix));
}

/** Removes a folder with its content, or any other entry. Links are never followed. */
export function removeTree(path: string): void {
  if (system.removesStepwise) removeStepwise(path);
  else rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}

/** The same, name by name. */
export function removeStepwise(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) removeStepwise(join(path, name));
    return system.patiently(() => rmdirSync(path));
  }
  // Windows refuses to remove read-only files, such as git's objects.
  if ((stat.mode & 0o200) === 0 && !stat.isSymbolicLink()) chmodSync(path, 0o600);
  system.patiently(() => unlinkSync(path));
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

/** Calls `note` for every entry of a directory, in no order; for none when it is no directory or not readable. */
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

/** The identity of a folder, independent of its content; undefined when there is none. */
export function folderIdentity(path: string): string | undefined {
  try {
    const stat = statSync(path, { bigint: true });
    // The inode number of a removed folder may be reused.
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}:${stat.birthtimeNs}` : undefined;
  } catch {
    return undefined;
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
