import { namesIn } from "../files/read.ts";
import { system } from "../platform/here.ts";
import { codexIn, nameOf } from "./codex_processes.ts";
import { lockHolders, openThreads } from "./lock_table.ts";
import { ownIdentity } from "./process.ts";

/** A Codex process of the user that has a home open. */
export interface Opener {
  /** 0 = its number is not visible, as in another container. */
  readonly pid: number;
  readonly name: string;
}

/**
 * The processes that have a home open, where processes are visible: the holders of thread locks in the folder
 * `threadLocks`, and every process called `codex…` with this home. Excludes this process and the process groups in
 * `ours`.
 */
export function openersIn(home: string, threadLocks: string, ours: ReadonlySet<number>): Opener[] {
  const self = ownIdentity().pid;
  const pids = new Set([...threadHolders(threadLocks), ...codexIn(home)]);
  return [...pids]
    .filter((pid) =>
      pid === 0 || !(pid === self || ours.has(pid) || ours.has(system.processes?.groupOf(pid) ?? 0))
    )
    .sort((a, b) => a - b)
    .map((pid) => ({ pid, name: nameOf(pid) }));
}

/** The processes that hold thread locks; a lock file without a holder was left behind by a killed Codex. */
function threadHolders(folder: string): number[] {
  if (namesIn(folder).length === 0) return [];
  return openThreads(folder, lockHolders() ?? new Map()).map(({ pid }) => pid);
}
