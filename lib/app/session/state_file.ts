import { wordsOf } from "../../core/text/failure.ts";
import { readText } from "../../io/files/read.ts";
import { putAside } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";

/** Who is told what became of a file. */
export type Told = Pick<Host, "clock" | "err">;

/** What a file says; one that makes no sense is put aside, that is said, and it counts as missing. Only under the state lock. */
export function recallFile<T>(
  host: Told,
  path: string,
  parse: (text: string) => T,
  how: string,
): T | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    setAside(host, path, error, how);
    return undefined;
  }
}

/** What a file says, if it says anything that makes sense; nothing is changed. */
export function glanceAt<T>(path: string, parse: (text: string) => T): T | undefined {
  try {
    const text = readText(path);
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined; // the next command that holds the lock puts it aside
  }
}

/** Gives a file that makes no sense another name, and says so and how things go on. */
export function setAside(host: Told, path: string, problem: unknown, how: string): void {
  const aside = putAside(path, host.clock.now());
  host.err(`agentlb: warning: ${path}: ${wordsOf(problem)}; kept as ${aside}, ${how}\n`);
}
