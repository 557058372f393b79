import { copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { bun } from "../bun.ts";
import { writeChunks } from "../chunks.ts";
import { COMPILE } from "../compile_flags.ts";
import { deafRuntime } from "./deaf.ts";
import { signFile } from "./macho.ts";
import { RUNTIME_CACHE, runtimeOf } from "./runtimes.ts";
import type { Target } from "./targets.ts";

/** The entry point of the program. */
export const ENTRY = "cli.ts";
const CHUNKS = "dist/chunks";

/** Compiles the program of this machine to `path`. */
export async function compile(tree: string, path: string): Promise<void> {
  const words = [...only(process.platform), inside(tree, process.execPath)];
  await bun(tree, ["build", ...COMPILE, ...words, await chunksOf(tree), `--outfile=${path}`]);
  if (process.platform === "darwin" && process.arch === "x64") signFile(path);
}

/** Compiles the program of a target into `folder`, with its other names beside it; returns its path. */
export async function compileFor(tree: string, target: Target, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, target.exe);
  await compileUnsigned(tree, target, path);
  if (target.name === "darwin-x64") signFile(path);
  for (const name of OTHER_NAMES) {
    if (target.exe === "agentlb") alsoCalled(path, join(folder, name));
    else writeFileSync(join(folder, `${name}.cmd`), `@"%~dp0${target.exe}" ${name} %*\r\n`);
  }
  return path;
}

/** Compiles the program of a target as Bun does it, to `path`. */
export async function compileUnsigned(tree: string, target: Target, path: string): Promise<void> {
  const runtime = await runtimeOf(tree, target);
  const words = [`--target=${target.bunTarget}`, ...only(target.platform), inside(tree, runtime)];
  await bun(tree, ["build", ...COMPILE, ...words, await chunksOf(tree), `--outfile=${path}`]);
}

/** Writes the sources as few files; returns the path of the first, below the tree. */
async function chunksOf(tree: string): Promise<string> {
  rmSync(join(tree, CHUNKS), { recursive: true, force: true });
  return relative(tree, await writeChunks(tree, ENTRY, join(tree, CHUNKS)));
}

/** The options that leave out what other systems need. */
function only(platform: string): string[] {
  return ["--define", `process.platform=${JSON.stringify(platform)}`];
}

/** The options that select the runtime of the program. */
function inside(tree: string, runtime: string): string {
  return `--compile-executable-path=${deafRuntime(runtime, join(tree, RUNTIME_CACHE))}`;
}

/** The other names of the program. */
export const OTHER_NAMES: readonly string[] = ["cap", "clb"];

/** Gives a program a second name: a hard link where possible, which needs no space. */
export function alsoCalled(path: string, other: string): void {
  mkdirSync(dirname(other), { recursive: true });
  rmSync(other, { force: true });
  try {
    linkSync(path, other);
  } catch {
    copyFileSync(path, other);
  }
}
