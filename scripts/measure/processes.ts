/** Facts about processes from `/proc` (proc(5)). */
import { readdirSync, readFileSync } from "node:fs";
import { commandOf, processes } from "../../rig/backend/peer.ts";

/** Clock ticks per second in `/proc/<pid>/stat`: 100 on every machine that Linux shows to programs. */
const TICKS_PER_SEC = 100;

/** User and system time so far, in seconds; that of its children is not counted. */
export function cpuSecOf(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC;
}

/** Memory in RAM, in megabytes of 2^20 bytes. */
export function rssMbOf(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}

export function openFilesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The processes whose parent is `pid`, zombies too. */
export function childrenOf(pid: number): number[] {
  return processes().filter((child) => {
    try {
      return Number(statOf(child)[1]) === pid;
    } catch {
      return false; // gone
    }
  });
}

/** Its children that are app-servers. */
export function appServersOf(pid: number): number[] {
  return childrenOf(pid).filter((child) => commandOf(child).includes("app-server"));
}

/** The fields after the name in parentheses, which may hold anything. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
