import { readFileSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { namesIn, realPath } from "../files/files.ts";
import { lockHolders, openThreads } from "./lock_table.ts";
import { commandLineOf, isLinux, ownIdentity, variableOf } from "./process.ts";

/** A Codex process of the user that has a home open. */
export interface Opener {
  /** 0 = it runs where we can't see its number, as in another container. */
  readonly pid: number;
  readonly name: string;
}

/**
 * Who has a home open (Linux; elsewhere nobody can be seen): who holds the lock of a thread in the folder `threadLocks`,
 * and every process called `codex…` that was given this home. Left out are we and the process groups in `ours`.
 */
export function openersIn(home: string, threadLocks: string, ours: ReadonlySet<number>): Opener[] {
  const self = ownIdentity().pid;
  const pids = new Set([...threadHolders(threadLocks), ...codexIn(home)]);
  return [...pids]
    .filter((pid) => pid === 0 || !(pid === self || ours.has(pid) || ours.has(groupOf(pid))))
    .sort((a, b) => a - b)
    .map((pid) => ({ pid, name: nameOf(pid) }));
}

/** The app-servers, anybody's, that run in a home. */
export function serversIn(home: string): number[] {
  return codexIn(home).filter((pid) => commandLineOf(pid).includes("app-server"));
}

/** A lock file that nobody holds was left behind by a Codex that was killed. */
function threadHolders(folder: string): number[] {
  if (namesIn(folder).length === 0) return [];
  return openThreads(folder, lockHolders() ?? new Map()).map(({ pid }) => pid);
}

function codexIn(home: string): number[] {
  if (!isLinux()) return [];
  const wanted = realPath(home) ?? home;
  return namesIn("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    if (!isCodex(commandLineOf(pid))) return false;
    const named = variableOf(pid, "CODEX_HOME");
    if (named === undefined || !isAbsolute(named)) return false;
    return named === home || (realPath(named) ?? named) === wanted;
  });
}

/** As a program, or as a script after its interpreter and one option. */
function isCodex(words: readonly string[]): boolean {
  return words.slice(0, 3).some((word) => basename(word).startsWith("codex"));
}

function nameOf(pid: number): string {
  const word = commandLineOf(pid).slice(0, 3).find((word) => basename(word).startsWith("codex"));
  return word === undefined ? "codex" : basename(word);
}

/** The process group: after the name in parentheses the third field (proc(5)). */
function groupOf(pid: number): number {
  const text = procText(`${pid}/stat`);
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[2] ?? 0);
}

function procText(name: string): string {
  if (!isLinux()) return "";
  try {
    return readFileSync(`/proc/${name}`, "utf8");
  } catch {
    return "";
  }
}
