/** Reproducible archives, with the same bytes at any time, on any machine and for any user. */
import { chmodSync, copyFileSync, createWriteStream, linkSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import { ZipFile } from "yazl";
import { OTHER_NAMES } from "./compile.ts";
import type { Target } from "./targets.ts";

/** The earliest time that a zip can hold; it has no zone there, so it is this hour in every zone. */
const ZIP_TIME = new Date(1980, 0, 1);
const TAR_TIME = new Date(Date.UTC(1980, 0, 1));

export interface Texts {
  readonly LICENSE: string;
  readonly "README.md": string;
  readonly "THIRD-PARTY-LICENSES": string;
}

/** The content of a target's archive, in this order, below its single folder. */
export function namesIn(target: Target): { readonly programs: string[]; readonly texts: (keyof Texts)[] } {
  const others = OTHER_NAMES.map((name) => target.exe === "agentlb" ? name : `${name}.cmd`);
  return { programs: [target.exe, ...others], texts: ["LICENSE", "README.md", "THIRD-PARTY-LICENSES"] };
}

/**
 * Lays out in `stage` the folder `name` that the archive of a target holds: the programs of `built`, linked to each other
 * where they are one, and the texts.
 */
export function stageArchive(
  stage: string,
  name: string,
  target: Target,
  { built, texts }: { readonly built: string; readonly texts: Texts },
): void {
  const folder = join(stage, name);
  mkdirSync(folder, { recursive: true });
  const { programs, texts: textNames } = namesIn(target);
  for (const program of programs) {
    const path = join(folder, program);
    if (OTHER_NAMES.includes(program)) linkSync(join(folder, target.exe), path);
    else copyFileSync(join(built, program), path);
  }
  for (const text of textNames) {
    writeFileSync(join(folder, text), texts[text]);
    chmodSync(join(folder, text), 0o644); // whatever the umask is here
  }
}

/** Packs the staged folder of a target into `file`; `level` is zlib's, 1 to 9. */
export async function pack(stage: string, file: string, target: Target, level: number): Promise<void> {
  const name = basename(file, target.archive);
  const { programs, texts } = namesIn(target);
  const paths = [...programs, ...texts].map((path) => `${name}/${path}`);
  if (target.archive === ".zip") {
    const zip = new ZipFile();
    for (const path of paths) {
      zip.addFile(join(stage, path), path, {
        mtime: ZIP_TIME,
        forceDosTimestamp: true,
        mode: path.endsWith(".exe") || path.endsWith(".cmd") ? 0o100755 : 0o100644,
        compressionLevel: level,
      });
    }
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
  } else {
    create({
      file,
      cwd: stage,
      sync: true,
      portable: true, // no owner, and no time but this one
      mtime: TAR_TIME,
      gzip: { level },
    }, paths);
  }
}
