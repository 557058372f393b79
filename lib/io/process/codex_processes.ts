import { basename, isAbsolute } from "node:path";
import { realPath } from "../files/read.ts";
import { system } from "../platform/here.ts";
import { commandLineOf, variableOf } from "./process.ts";

/** The app-servers, anybody's, that run in a home. */
export function serversIn(home: string): number[] {
  return codexIn(home).filter((pid) => commandLineOf(pid).includes("app-server"));
}

/** The processes, anybody's, called `codex…` that were given a home. */
export function codexIn(home: string): number[] {
  const wanted = realPath(home) ?? home;
  return (system.processes?.numbers() ?? []).filter((pid) => {
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

/** What the Codex of a process is called. */
export function nameOf(pid: number): string {
  const word = commandLineOf(pid).slice(0, 3).find((word) => basename(word).startsWith("codex"));
  return word === undefined ? "codex" : basename(word);
}
