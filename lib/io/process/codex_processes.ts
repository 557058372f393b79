import { basename, isAbsolute } from "node:path";
import { realPath } from "../files/read.ts";
import { system } from "../platform/here.ts";
import { commandLineOf, variableOf } from "./process.ts";

/** The app-servers that run in a home, of all users. */
export function serversIn(home: string): number[] {
  return codexIn(home).filter((pid) => commandLineOf(pid).includes("app-server"));
}

/** The processes called `codex…` with this home in their environment, of all users. */
export function codexIn(home: string): number[] {
  const wanted = realPath(home) ?? home;
  return codexHomes()
    .filter(({ home: named }) => named === home || (realPath(named) ?? named) === wanted)
    .map(({ pid }) => pid);
}

/** The open files of Codex processes below a folder of each home: process ids and paths, by home. */
export function openFilesIn(
  homes: readonly { readonly home: string; readonly folder: string }[],
  ours: ReadonlySet<number>,
): Map<string, { readonly pid: number; readonly path: string }[]> {
  const places = new Map(homes.map(({ home, folder }) => [home, `${realPath(folder) ?? folder}/`]));
  const byRealPath = new Map(homes.map(({ home }) => [realPath(home) ?? home, home]));
  const found = new Map<string, { readonly pid: number; readonly path: string }[]>();
  for (const { pid, home: named } of codexHomes()) {
    const home = byRealPath.get(realPath(named) ?? named);
    if (home === undefined || ours.has(pid) || ours.has(system.processes?.groupOf(pid) ?? 0)) continue;
    const paths = system.processes?.openFilesOf(pid).filter((path) => path.startsWith(places.get(home)!));
    const files = [...new Set(paths)].map((path) => ({ pid, path }));
    found.set(home, [...found.get(home) ?? [], ...files]);
  }
  return found;
}

/** The processes called `codex…`, each with the home in its environment. */
function codexHomes(): { readonly pid: number; readonly home: string }[] {
  return (system.processes?.numbers() ?? []).flatMap((pid) => {
    if (!isCodex(commandLineOf(pid))) return [];
    const home = variableOf(pid, "CODEX_HOME");
    return home === undefined || !isAbsolute(home) ? [] : [{ pid, home }];
  });
}

/** As a program, or as a script after its interpreter and one option. Our own program may have it as an argument. */
function isCodex(words: readonly string[]): boolean {
  if (/^agentlb(\.exe)?$/.test(basename(words[0] ?? ""))) return false;
  return words.slice(0, 3).some((word) => basename(word).startsWith("codex"));
}

/** The program name of a Codex process. */
export function nameOf(pid: number): string {
  const word = commandLineOf(pid).slice(0, 3).find((word) => basename(word).startsWith("codex"));
  return word === undefined ? "codex" : basename(word);
}
