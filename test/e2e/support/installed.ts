import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TREE } from "../../../rig/codex.ts";
import { commandOf } from "../../../rig/program.ts";
import type { Result } from "../../../rig/result.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { toolPath } from "../../../rig/tools.ts";
import { type Pool, runWords } from "./skill.ts";

export type Runtime = "deno" | "bun" | "node";

export const SKILL: Readonly<Record<Pool, string>> = {
  cap: "codex-account-pool",
  clb: "codex-load-balancer",
};

/** The programs that a caller and the shim need themselves: a shell, and what every system has. */
const TOOLS = "bash cat chmod cp dirname echo env head ls mkdir mv readlink rm sh sleep tail tr uname xargs"
  .split(" ");

/** A folder for PATH with those, and with the runtimes that are named; nothing else. */
export function binWith(user: Sandbox, ...runtimes: readonly Runtime[]): string {
  const folder = join(user.dir, ["path", ...runtimes].join("-"));
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  for (const tool of TOOLS) {
    const path = toolPath(tool);
    if (path === undefined) throw new Error(`${tool} is not on PATH`);
    symlinkSync(path, join(folder, tool));
  }
  for (const runtime of runtimes) symlinkSync(runtimePath(runtime), join(folder, runtime));
  return folder;
}

/** Where a runtime is. */
export function runtimePath(runtime: Runtime): string {
  return runtime === "node" ? toolPath("node") ?? commandOf("node")[0] : commandOf(runtime)[0];
}

/** The words that start the one-file `agentlb`, compiled or by a runtime. */
export function agentlbBy(way: "compiled" | Runtime, script = join(TREE, "dist/js/agentlb.js")): string[] {
  if (way === "compiled") return [commandOf("compiled")[0]];
  return way === "deno"
    ? [runtimePath("deno"), "run", "-A", "--no-prompt", script]
    : [runtimePath(way), script];
}

/** `agentlb skill <line>`. */
export function skillBy(
  user: Sandbox,
  way: "compiled" | Runtime,
  line: string,
  options: { readonly script?: string; readonly cwd?: string } = {},
): Promise<Result> {
  const { script, ...rest } = options;
  const words = [...agentlbBy(way, script), "skill", ...line.split(" ")];
  return runWords(user, words, rest);
}

/** A project with skills, of which the first is the stand-in for a caller. Its own scripts are of the older kind. */
export function makeProject(
  user: Sandbox,
): { readonly dir: string; readonly skills: string; readonly caller: string } {
  const dir = join(user.home, "project");
  const skills = join(dir, ".codex", "skills");
  const caller = join(skills, "tmux-workflow", "scripts", "caller.sh");
  mkdirSync(join(caller, ".."), { recursive: true });
  cpSync(join(TREE, "rig/twf/caller.sh"), caller);
  writeFileSync(join(dir, "package.json"), '{ "type": "commonjs" }\n');
  return { dir, skills, caller };
}

/** Copies a built skill as a user would. */
export function copySkill(skills: string, pool: Pool): string {
  const to = join(skills, SKILL[pool]);
  cpSync(join(TREE, "dist/skills", SKILL[pool]), to, { recursive: true });
  return to;
}
