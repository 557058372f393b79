import { readFileSync } from "node:fs";
import { processesOf } from "../../../rig/leftover.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";

/** The supervisors that run for a user; neither the shell that is about to become one counts, nor a child of one. */
export function daemonsOf(user: Pick<Sandbox, "home">): number[] {
  const pids = processesOf(user.home)
    .filter(({ command }) => command.endsWith(" supervisor daemon") && !command.startsWith("/bin/sh "))
    .map(({ pid }) => pid);
  // Between fork and exec a child has the command line of its parent.
  return pids.filter((pid) => !pids.includes(parentOf(pid)));
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return 0; // gone
  }
}

/** The app-servers that run for a user, one per process group: a wrapper and its program are one. */
export function appServersOf(user: Pick<Sandbox, "home">): number[] {
  return processesOf(user.home).filter(({ command }) => / app-server$/.test(command.trimEnd()))
    .map(({ pid }) => pid);
}
