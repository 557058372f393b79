import type { ChildProcess } from "node:child_process";
import { patience } from "./patience.ts";

/** The end of a program and its output. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

/** The end of a child with piped output; past `timeoutMs` of a machine of its own its process group is killed and the promise rejects. */
export function finished(child: ChildProcess, timeoutMs: number): Promise<Result> {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  child.stdout?.on("data", (part: Uint8Array) => stdout.push(part));
  child.stderr?.on("data", (part: Uint8Array) => stderr.push(part));
  child.stdin?.on("error", () => {}); // it may end without reading
  const said = () => ({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
  const limitMs = patience(timeoutMs);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      killGroup(child.pid);
      reject(
        new Error(`${child.spawnargs.join(" ")} took more than ${limitMs} ms: ${JSON.stringify(said())}`),
      );
    }, limitMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ ...said(), code, signal });
    });
  });
}

/** Kills the process group of a child of ours, or the child alone when it leads none. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, "SIGKILL");
      return;
    } catch {
      continue; // no such group
    }
  }
}
