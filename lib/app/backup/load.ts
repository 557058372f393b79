import { join } from "node:path";
import { keptPath } from "../../core/backup/kept_file.ts";
import { isBackupName, type Manifest, parseManifest } from "../../core/backup/manifest.ts";
import type { Layout } from "../../core/system/layout.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { isPlainBelow } from "../../io/files/access.ts";
import { digestOf } from "../../io/files/place.ts";
import { exists, isFolder, namesIn, readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { keptBytes } from "./kept_files.ts";

/** The name of the list of files in a backup. */
export const MANIFEST = "manifest.json";
/** The name of the folder with the files, each with its path below the root. */
export const FILES = "files";

/** A backup, and what is wrong with it. */
export interface Backup {
  readonly name: string;
  readonly folder: string;
  /** Undefined when it can't be read. */
  readonly manifest: Manifest | undefined;
  /** The reason why it is not restored; undefined for a whole one. */
  readonly problem: string | undefined;
}

/** All backups, the oldest first; those of no known time come before. One that was cut short while it was made is none. */
export function backupsOf(layout: Layout): Backup[] {
  if (exists(layout.backups) && !isFolder(layout.backups)) {
    throw new Failure("failed", `Cannot read ${layout.backups}: it is not a folder`, {
      hint: "move it away",
    });
  }
  const createdMs = ({ manifest }: Backup) => manifest?.createdMs ?? 0;
  return namesIn(layout.backups).filter(isBackupName).sort().map((name) => backupAt(layout, name))
    .sort((a, b) => createdMs(a) - createdMs(b));
}

/** The backup of a name, every file of it compared with the manifest. */
export function backupAt(layout: Layout, name: string): Backup {
  const folder = join(layout.backups, name);
  try {
    if (!isPlainBelow(layout.root, folder)) throw new Error("it is a link");
    const text = readOwn(join(folder, MANIFEST), MOST_BYTES.table);
    if (text === undefined) throw new Error(`it has no ${MANIFEST}`);
    const manifest = parseManifest(text);
    return { name, folder, manifest, problem: problemOf(folder, manifest) };
  } catch (error) {
    return { name, folder, manifest: undefined, problem: wordsOf(error) };
  }
}

/** The bytes of a file of a whole backup. */
export function bytesIn({ folder }: Pick<Backup, "folder">, path: string): Uint8Array<ArrayBuffer> {
  const bytes = keptBytes(join(folder, FILES), path);
  if (bytes === undefined) throw new Failure("failed", `${keptPath(join(folder, FILES), path)} is missing`);
  return bytes;
}

function problemOf(folder: string, { files }: Manifest): string | undefined {
  for (const { path, sha256 } of files) {
    const file = keptPath(join(folder, FILES), path);
    const bytes = isPlainBelow(folder, file) ? keptBytes(join(folder, FILES), path) : undefined;
    if (bytes === undefined) return `${path} is missing`;
    if (digestOf(bytes) !== sha256) return `${path} was changed`;
  }
  return undefined;
}
