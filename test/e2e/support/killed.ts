import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf } from "../../../rig/program.ts";
import type { Result } from "../../../rig/result.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { inShell, tool } from "./shell.ts";

/** The system calls that change files: between two of them a kill leaves the same as before the second. */
const CHANGES =
  "mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,write,pwrite64,ftruncate,fsync," +
  "chmod,fchmod,fchmodat,link,linkat,symlink,symlinkat";

/** A change of a file: the n-th call of that name. */
export interface Change {
  readonly call: string;
  readonly n: number;
}

/** Runs the compiled program to its end and returns all its changes of files, in their order. */
export async function changesOf(user: Sandbox, args: readonly string[]): Promise<Change[]> {
  const out = join(user.dir, "calls.txt");
  const { code } = await tool(user, "strace", [
    ...["-f", "-qq", "-o", out, "-e", `trace=${CHANGES}`],
    ...commandOf("compiled"),
    ...args,
  ]);
  if (code !== 0) throw new Error(`agentlb ${args.join(" ")} ended with ${code}`);
  const counts = new Map<string, number>();
  return readFileSync(out, "utf8").split("\n").flatMap((line): Change[] => {
    const call = /^\d+ +(\w+)\(/.exec(line)?.[1];
    if (call === undefined) return [];
    const n = (counts.get(call) ?? 0) + 1;
    counts.set(call, n);
    return [{ call, n }];
  });
}

/** Runs the compiled program, which is killed just before that change. */
export function killedAt(user: Sandbox, change: Change, args: readonly string[]): Promise<Result> {
  return injected(user, change, "signal=SIGKILL", args);
}

/** Runs the compiled program, to which the system says at that change that the disk is full. */
export function refusedAt(user: Sandbox, change: Change, args: readonly string[]): Promise<Result> {
  return injected(user, change, "error=ENOSPC", args);
}

function injected(
  user: Sandbox,
  { call, n }: Change,
  what: string,
  args: readonly string[],
): Promise<Result> {
  const trace = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`];
  const inject = ["-e", `inject=${call}:${what}:when=${n}`];
  return tool(user, "strace", [...trace, ...inject, ...commandOf("compiled"), ...args]);
}

/** Runs the compiled program where no byte can be written to any file. */
export function withFullDisk(user: Sandbox, args: readonly string[]): Promise<Result> {
  return inShell(user, 'ulimit -f 0; exec "$@"', "compiled", args);
}
