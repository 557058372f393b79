import { basename, isAbsolute } from "node:path";
import { namesIn } from "../files/folders.ts";
import { realPath } from "../files/links.ts";
import { system } from "../platform/here.ts";
import { openThreads } from "./lock_table.ts";
import { ownIdentity } from "./process.ts";

/** A Codex process of the user that has a home open. */
export interface Opener {
  /** 0 = it runs where we can't see its number, as in another container. */
  readonly pid: number;
  readonly name: string;
}

/**
 * Who has a home open, where processes can be seen: who holds the lock of a thread in the folder `threadLocks`,
 * and every process called `codex…` that was given this home. Left out are we and the process groups in `ours`.
 */
export function openersIn(home: string, threadLocks: string, ours: ReadonlySet<number>): Opener[] {
  const self = ownIdentity().pid;
  const pids = new Set([...threadHolders(threadLocks), ...codexIn(home)]);
  return [...pids]
    .filter((pid) => pid === 0 || !(pid === self || ours.has(pid) || ours.has(system.groupOf(pid))))
    .sort((a, b) => a - b)
    .map((pid) => ({ pid, name: nameOf(pid) }));
}

/** The app-servers, anybody's, that run in a home. */
export function serversIn(home: string): number[] {
  return codexIn(home).filter((pid) => system.commandLineOf(pid).includes("app-server"));
}

/** A lock file that nobody holds was left behind by a Codex that was killed (codex 0.169). */
function threadHolders(folder: string): number[] {
  if (namesIn(folder).length === 0) return [];
  return openThreads(folder, system.lockHolders() ?? new Map()).map(({ pid }) => pid);
}

function codexIn(home: string): number[] {
  const wanted = realPath(home) ?? home;
  return system.processes().filter((pid) => {
    if (!isCodex(system.commandLineOf(pid))) return false;
    const named = system.variableOf(pid, "CODEX_HOME");
    if (named === undefined || !isAbsolute(named)) return false;
    return named === home || (realPath(named) ?? named) === wanted;
  });
}

/** As a program, or as a script after its interpreter and one option. */
function isCodex(words: readonly string[]): boolean {
  return words.slice(0, 3).some((word) => basename(word).startsWith("codex"));
}

function nameOf(pid: number): string {
  const word = system.commandLineOf(pid).slice(0, 3).find((word) => basename(word).startsWith("codex"));
  return word === undefined ? "codex" : basename(word);
}
