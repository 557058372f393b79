import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { toolPath } from "../../../scripts/tool_path.ts";
import { TREE } from "../../../rig/codex.ts";
import { commandOf } from "../../../rig/program.ts";
import { finished, type Result } from "../../../rig/result.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { login } from "./login.ts";

export type Pool = "cap" | "clb";

/** A skill as users have it: a folder with `scripts/cap`, `scripts/clb` and what these find beside them. */
export interface Skill {
  readonly dir: string;
  readonly scripts: string;
  readonly stateFile: string;
  /** A folder with the few programs that the shim needs, and with the runtimes asked for. */
  bin(...runtimes: readonly ("deno" | "bun" | "node")[]): string;
  /** Puts a program beside the shims. */
  put(name: string, from: "compiled" | "script"): string;
}

export function makeSkill(user: Sandbox, name = "skill"): Skill {
  const dir = join(user.home, name);
  const scripts = join(dir, "scripts");
  mkdirSync(scripts, { recursive: true, mode: 0o700 });
  for (const pool of ["cap", "clb"]) {
    copyFileSync(join(TREE, "scripts", pool), join(scripts, pool));
    chmodSync(join(scripts, pool), 0o700);
  }
  return {
    dir,
    scripts,
    stateFile: join(dir, "share", "state.json"),
    bin(...runtimes) {
      const folder = join(user.dir, `bin-${["only", ...runtimes].join("-")}`);
      if (existsSync(folder)) return folder;
      mkdirSync(folder);
      for (const tool of ["env", "bash", "sh", "readlink", "uname", "ls"]) {
        const path = toolPath(tool);
        if (path !== undefined) symlinkSync(path, join(folder, tool));
      }
      for (const runtime of runtimes) symlinkSync(runtimePath(runtime), join(folder, runtime));
      return folder;
    },
    put(beside, from) {
      const path = join(scripts, beside);
      const built = from === "compiled" ? commandOf("compiled")[0] : join(TREE, "dist/js/agentlb.js");
      try {
        linkSync(built, path);
      } catch {
        copyFileSync(built, path);
      }
      return path;
    },
  };
}

/** Runs any words as a user, without a shell in between. */
export function runWords(
  user: Sandbox,
  [file = "", ...args]: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Result> {
  const child = spawn(file, args, {
    env: { ...user.env, ...options.env },
    cwd: options.cwd ?? user.cwd,
    detached: true,
    stdio: "pipe",
  });
  child.stdin.end();
  return finished(child, 30_000);
}

/** Fills a folder with made-up logins. */
export function fillTeam(folder: string, names: readonly string[]): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return names.map((name) => {
    const path = join(folder, name);
    writeFileSync(path, login(name), { mode: 0o600 });
    return path;
  });
}

/** A system shell by its path, whatever PATH a test has. */
export function shellPath(name: "bash" | "sh"): string {
  return toolPath(name) ?? `/bin/${name}`;
}

function runtimePath(runtime: "deno" | "bun" | "node"): string {
  return commandOf(runtime)[0];
}
