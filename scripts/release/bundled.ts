/** Finds the third-party packages inside the programs. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bun } from "../bun.ts";
import { COMPILE } from "../compile_flags.ts";
import { ENTRY } from "./compile.ts";
import { type Locked, locked } from "./lock.ts";

export interface Package extends Locked {
  readonly name: string;
  /** An SPDX expression. */
  readonly license: string;
  /** The names of those among the packages that it imports. */
  readonly imports: readonly string[];
  /** Below `node_modules` of the tree. */
  readonly folder: string;
}

/** A package's folder in the path of a file of it, which may itself be in another package's. */
const FOLDER = /(?:^|\/)node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//;

/** The packages of which Bun puts code into our program, by name. */
export async function bundledPackages(tree: string): Promise<Package[]> {
  const folders = await bundledFolders(tree);
  const packages = folders.map((folder) => packageIn(tree, folder));
  const names = packages.map(({ name }) => name);
  return packages.map((found) => ({
    ...found,
    imports: found.imports.filter((name) => names.includes(name)),
  }));
}

/** A package that npm installed in `folder` below `node_modules`. */
export function packageIn(tree: string, folder: string): Package {
  const manifest = JSON.parse(readFileSync(join(tree, "node_modules", folder, "package.json"), "utf8"));
  const { name, license, dependencies = {} } = manifest;
  if (typeof license !== "string") throw new Error(`${folder} does not name its licence`);
  return { name, license, imports: Object.keys(dependencies).sort(), folder, ...locked(tree, folder) };
}

async function bundledFolders(tree: string): Promise<string[]> {
  const temp = mkdtempSync(join(tmpdir(), "agentlb-bundled-"));
  try {
    const flags = COMPILE.filter((flag) => !/compile|bytecode/.test(flag));
    const meta = join(temp, "meta.json");
    const words = ["--target=bun", `--metafile=${meta}`, `--outdir=${join(temp, "out")}`];
    await bun(tree, ["build", ...flags, ...words, ENTRY]);
    const { outputs } = JSON.parse(readFileSync(meta, "utf8")) as Metafile;
    const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
    const folders = inputs.flatMap(([path, { bytesInOutput }]) => {
      const [, folder] = FOLDER.exec(path) ?? [];
      return bytesInOutput > 0 && folder !== undefined ? [folder] : [];
    });
    return [...new Set(folders)].sort();
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Bun's metadata of a bundle. */
interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}
