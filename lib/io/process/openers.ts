import { readFileSync, readlinkSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
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

/** Whether the files that processes of this user have open can be seen here. */
export function canSeeOpenFiles(): boolean {
  return isLinux();
}

/** The files below a folder of each home that a Codex process has open: its number and their paths, by home. */
export function openFilesIn(
  homes: readonly { readonly home: string; readonly folder: string }[],
  ours: ReadonlySet<number>,
): Map<string, { readonly pid: number; readonly path: string }[]> {
  const places = new Map(homes.map(({ home, folder }) => [home, `${realPath(folder) ?? folder}/`]));
  const byRealPath = new Map(homes.map(({ home }) => [realPath(home) ?? home, home]));
  const found = new Map<string, { readonly pid: number; readonly path: string }[]>();
  for (const { pid, home: named } of codexHomes()) {
    const home = byRealPath.get(realPath(named) ?? named);
    if (home === undefined || ours.has(pid) || ours.has(groupOf(pid))) continue;
    const place = places.get(home)!;
    const paths = new Set(linksIn(`/proc/${pid}/fd`).filter((path) => path.startsWith(place)));
    const files = [...paths].map((path) => ({ pid, path }));
    found.set(home, [...found.get(home) ?? [], ...files]);
  }
  return found;
}

/** A lock file that nobody holds was left behind by a Codex that was killed. */
function threadHolders(folder: string): number[] {
  if (namesIn(folder).length === 0) return [];
  return openThreads(folder, lockHolders() ?? new Map()).map(({ pid }) => pid);
}

function codexIn(home: string): number[] {
  const wanted = realPath(home) ?? home;
  return codexHomes()
    .filter(({ home: named }) => named === home || (realPath(named) ?? named) === wanted)
    .map(({ pid }) => pid);
}

/** The processes called `codex…`, each with the home that it was given. */
function codexHomes(): { readonly pid: number; readonly home: string }[] {
  if (!isLinux()) return [];
  return namesIn("/proc").filter((name) => /^\d+$/.test(name)).map(Number).flatMap((pid) => {
    if (!isCodex(commandLineOf(pid))) return [];
    const home = variableOf(pid, "CODEX_HOME");
    return home === undefined || !isAbsolute(home) ? [] : [{ pid, home }];
  });
}

/** Where the links in a folder lead, as far as we may see. */
function linksIn(folder: string): string[] {
  let names: string[];
  try {
    names = namesIn(folder);
  } catch {
    return []; // another user's, or gone
  }
  return names.flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      return []; // closed meanwhile
    }
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
