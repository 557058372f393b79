import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TREE } from "../../../rig/codex.ts";
import { commandOf } from "../../../rig/program.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";

/** What a run loaded: our files as "lib/…", libraries by name, and modules of the runtime as "node:…". */
export interface Loads {
  readonly stdout: string;
  readonly files: readonly string[];
  readonly libraries: readonly string[];
  readonly builtins: readonly string[];
}

const TRACER = fileURLToPath(new URL("./tracer.ts", import.meta.url));

/** Runs the sources with Bun and notes every module that is really loaded, at the start or later. */
export function loadsOf(user: Sandbox, args: readonly string[], entry = join(TREE, "cli.ts")): Loads {
  const [bun] = commandOf("bun");
  const out = join(user.dir, "loads");
  rmSync(out, { force: true });
  const { status, stdout, stderr } = spawnSync(bun, [`--preload=${TRACER}`, entry, ...args], {
    env: { ...user.env, TRACER_OUT: out },
    cwd: user.cwd,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  const names = [...new Set(readFileSync(out, "utf8").trim().split("\n"))].sort();
  const inTree = names.filter((name) => name.startsWith(`${TREE}/`)).map((name) =>
    name.slice(TREE.length + 1)
  );
  const libraries = inTree.flatMap((name) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? []);
  return {
    stdout,
    files: inTree.filter((name) => !name.startsWith("node_modules/")),
    libraries: [...new Set(libraries)],
    builtins: names.filter((name) => name.startsWith("node:")),
  };
}
