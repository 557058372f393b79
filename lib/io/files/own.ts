import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { Failure } from "../../core/text/failure.ts";
import { nameBeside } from "./replace.ts";

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

function refuseForeign(path: string, owner: number, uid: number | undefined): void {
  if (uid === undefined || owner === uid) return;
  throw new Failure("failed", `Cannot use ${path}: it belongs to another user (uid ${owner}, we are ${uid})`);
}
