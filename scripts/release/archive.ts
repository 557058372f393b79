/** Reproducible archives, with the same bytes at any time, on any machine and for any user. */
import {
  chmodSync,
  copyFileSync,
  createWriteStream,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import { ZipFile } from "yazl";
import { OTHER_NAMES } from "./compile.ts";
import type { Target } from "./targets.ts";

/** The earliest time that a zip can hold; it has no zone there, so it is this hour in every zone. */
const ZIP_TIME = new Date(1980, 0, 1);
const TAR_TIME = new Date(Date.UTC(1980, 0, 1));

/** The texts of a release by their paths, in this order. */
export interface Texts {
  readonly LICENSE: string;
  readonly "README.md": string;
  readonly "THIRD-PARTY-LICENSES": string;
  /** Whatever the README links to. */
  readonly [path: string]: string;
}

/** The texts of a tree: README.md with the pages that it and they link to, and the schemas of what is printed. */
export function textsIn(tree: string, licences: string): Texts {
  const read = (path: string) => readFileSync(join(tree, path), "utf8");
  const filesIn = (folder: string, ending: string) =>
    readdirSync(join(tree, folder)).filter((name) => name.endsWith(ending)).sort()
      .map((name): [string, string] => [`${folder}/${name}`, read(`${folder}/${name}`)]);
  return {
    "LICENSE": read("LICENSE"),
    "README.md": read("README.md"),
    "THIRD-PARTY-LICENSES": licences,
    "CHANGELOG.md": read("CHANGELOG.md"),
    "SECURITY.md": read("SECURITY.md"),
    ...Object.fromEntries([
      ...filesIn("docs", ".md"),
      ...filesIn("docs/screens", ""),
      ...filesIn("schemas", ".json"),
    ]),
  };
}

/** The programs in a target's archive. */
function programsFor(target: Target): string[] {
  const others = OTHER_NAMES.map((name) => target.exe === "agentlb" ? name : `${name}.cmd`);
  return [target.exe, ...others];
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
  for (const program of programsFor(target)) {
    const path = join(folder, program);
    if (OTHER_NAMES.includes(program)) linkSync(join(folder, target.exe), path);
    else copyFileSync(join(built, program), path);
  }
  writeTexts(folder, texts);
}

/** Writes texts below a folder for everybody to read, whatever the umask is here. */
export function writeTexts(folder: string, texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    const to = join(folder, path);
    if (dirname(path) !== ".") {
      mkdirSync(dirname(to), { recursive: true });
      chmodSync(dirname(to), 0o755);
    }
    writeFileSync(to, text);
    chmodSync(to, 0o644);
  }
}

/** Packs the staged folder of a target, with these texts, into `file`; `level` is zlib's, 1 to 9. */
export async function pack(
  stage: string,
  file: string,
  target: Target,
  { texts, level }: { readonly texts: Texts; readonly level: number },
): Promise<void> {
  const name = basename(file, target.archive);
  const paths = [...programsFor(target), ...Object.keys(texts)].map((path) => `${name}/${path}`);
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
