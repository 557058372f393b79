import { type ChildProcess, spawn } from "node:child_process";
import { commandOf, type Way } from "../../../rig/program.ts";
import { finished, type Result } from "../../../rig/result.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";

export interface ShellOptions {
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** Runs a shell script in which `"$@"` is the program, started in one way, with `args`. */
export function inShell(
  user: Sandbox,
  script: string,
  way: Way,
  args: readonly string[],
  options: ShellOptions = {},
): Promise<Result> {
  const child = startShell(user, script, [...commandOf(way), ...args], options);
  child.stdin?.end(options.input ?? "");
  return finished(child, 30_000);
}

/** Starts a shell script with words, in a process group of its own. */
export function startShell(
  user: Sandbox,
  script: string,
  words: readonly string[] = [],
  { shell = "sh", env = {}, cwd = user.cwd }: ShellOptions = {},
): ChildProcess {
  return spawn(shell, ["-c", script, shell, ...words], {
    env: { ...user.env, ...env },
    cwd,
    detached: true,
    stdio: "pipe",
  });
}

/** Runs any program of the machine as this user. */
export function tool(user: Sandbox, file: string, args: readonly string[]): Promise<Result> {
  const child = spawn(file, args, { env: user.env, cwd: user.cwd, stdio: "pipe" });
  child.stdin.end();
  return finished(child, 30_000);
}
