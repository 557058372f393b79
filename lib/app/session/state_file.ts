import { isOfLaterVersion } from "../../core/session/later_version.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { putAside } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";

/** The parts of the host that state files need: the clock, and stderr for warnings. */
export type StateHost = Pick<Host, "clock" | "err">;

/** Reads and parses a file; a broken one is put aside with a warning and counts as missing. Only under the state lock. */
export function recallFile<T>(
  host: StateHost,
  path: string,
  parse: (text: string) => T,
  how: string,
): T | undefined {
  const text = readOwn(path, MOST_BYTES.table);
  if (text === undefined) return undefined;
  refuseLater(path, text);
  try {
    return parse(text);
  } catch (error) {
    setAside(host, path, error, how);
    return undefined;
  }
}

/** Throws Failure for the text of a file that a later version wrote: what it means by it is not ours to change. */
export function refuseLater(path: string, text: string): void {
  if (!isOfLaterVersion(text)) return;
  throw new Failure("failed", `Cannot change ${path}: a later version of agentlb has written it`, {
    hint: "use that version",
  });
}

/** Reads and parses a file; undefined when missing or broken. Changes nothing. */
export function glanceAt<T>(path: string, parse: (text: string) => T): T | undefined {
  try {
    const text = readOwn(path, MOST_BYTES.table);
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined; // the next command under the lock puts it aside
  }
}

/** Renames a broken file, and prints a warning with the way things go on. */
export function setAside(host: StateHost, path: string, problem: unknown, how: string): void {
  const aside = putAside(path, host.clock.now());
  host.err(`agentlb: warning: ${path}: ${wordsOf(problem)}; kept as ${aside}, ${how}\n`);
}
