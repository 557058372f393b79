import { dirname, join } from "node:path";
import { keptPath, kindOfKept } from "../../core/backup/kept_file.ts";
import { backupName, type KeptFile, type Manifest, renderManifest } from "../../core/backup/manifest.ts";
import type { Layout } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { VERSION } from "../../core/text/version.ts";
import { isPlainBelow } from "../../io/files/access.ts";
import { ensureFolder, makeFolder, ownFolder, removeTree } from "../../io/files/folders.ts";
import { digestOf } from "../../io/files/place.ts";
import { namesIn } from "../../io/files/read.ts";
import { flushFolder, randomName, rename, writeNew } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { keepableIn, keptBytes } from "./kept_files.ts";
import { FILES, MANIFEST } from "./load.ts";

/** The beginning of the name of a backup that is being made. */
const MAKING = ".making-";

/** A backup that was made. */
export interface Made {
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** The files behind links, of which nothing was kept. */
  readonly leftOut: readonly string[];
}

/** Copies settings and state into a new folder below the root; with logins only when asked. */
export async function createBackup(host: Host, layout: Layout, withLogins: boolean): Promise<Made> {
  return await withLock(host, layout.backupLock, () => createLocked(host, layout, withLogins, "asked"));
}

/**
 * The same, under the lock of the backups. It is made aside and renamed when all of it is on the disk, so that one that
 * was cut short has no name of a backup; the next one removes it.
 */
export async function createLocked(
  host: Host,
  layout: Layout,
  withLogins: boolean,
  reason: Manifest["reason"],
): Promise<Made> {
  ownFolder(layout.backups, host.uid);
  if (!isPlainBelow(layout.root, layout.backups)) {
    throw new Failure("failed", `Cannot make a backup: ${layout.backups} is a link`, {
      hint: "put a folder in its place",
    });
  }
  for (const name of namesIn(layout.backups)) {
    if (name.startsWith(MAKING)) removeTree(join(layout.backups, name));
  }
  const createdMs = host.clock.now();
  const name = backupName(createdMs, randomName().slice(0, 4));
  const making = join(layout.backups, `${MAKING}${name}`);
  if (!makeFolder(making)) throw new Failure("failed", `Cannot make ${making}: it exists`);
  try {
    const { paths, leftOut } = keepableIn(layout, withLogins);
    // Of the state all files are of one moment: commands change it under this lock. The history only grows.
    const isState = (path: string) => kindOfKept(path) === "state" && !path.startsWith("state/history/");
    const taken = await withLock(
      host,
      layout.stateLock,
      () => new Map(paths.filter(isState).map((path) => [path, keptBytes(layout.root, path)])),
    );
    const files = paths.flatMap((path): KeptFile[] => {
      const bytes = taken.has(path) ? taken.get(path) : keptBytes(layout.root, path);
      return bytes === undefined ? [] : [keep(join(making, FILES), path, bytes)];
    });
    const manifest: Manifest = { createdMs, version: VERSION, reason, files };
    writeNew(join(making, MANIFEST), renderManifest(manifest));
    flushFolder(making);
    const folder = join(layout.backups, name);
    rename(making, folder);
    flushFolder(layout.backups);
    return { name, folder, manifest, leftOut };
  } catch (error) {
    removeTree(making);
    throw error;
  }
}

function keep(folder: string, path: string, bytes: Uint8Array): KeptFile {
  const to = keptPath(folder, path);
  ensureFolder(dirname(to));
  writeNew(to, bytes);
  for (let parent = dirname(to); parent.length >= folder.length; parent = dirname(parent)) {
    flushFolder(parent);
  }
  return { path, bytes: bytes.length, sha256: digestOf(bytes) };
}
