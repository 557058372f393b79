import { copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bun } from "../bun.ts";
import { COMPILE } from "../compile_flags.ts";
import { deafRuntime } from "./deaf.ts";
import { signFile } from "./macho.ts";
import { RUNTIME_CACHE, runtimeOf } from "./runtimes.ts";
import type { Target } from "./targets.ts";

/** The entry point of the program. */
export const ENTRY = "cli.ts";

/** Compiles the program of this machine to `path`. */
export async function compile(tree: string, path: string): Promise<void> {
  await bun(tree, ["build", ...COMPILE, inside(tree, process.execPath), ENTRY, `--outfile=${path}`]);
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
  const words = [`--target=${target.bunTarget}`, inside(tree, runtime)];
  await bun(tree, ["build", ...COMPILE, ...words, ENTRY, `--outfile=${path}`]);
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
