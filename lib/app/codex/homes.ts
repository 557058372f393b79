import { join } from "node:path";
import { codexSettingsOf } from "../../core/system/layout.ts";
import { kindOf, namesIn, readText } from "../../io/files/read.ts";
import { rename } from "../../io/files/replace.ts";

/** The state key that records that the user knows of background Codex processes. */
export const NOTED = "daemon_note_given";

/**
 * Puts the databases aside in which Codex keeps the paths of a home's threads, which are wrong once the home has another
 * path: it then finds no thread. Codex makes them anew from the threads' own files.
 */
export function putThreadPathsAside(home: string): void {
  if (kindOf(home) !== "directory") return; // behind a link the paths stay
  for (const name of namesIn(home)) {
    if (/^state_\d+\.sqlite(-wal|-shm)?$/.test(name)) rename(join(home, name), join(home, `moved-${name}`));
  }
}

/** True if Codex starts background processes here; they use about 400 MB of disk each and outlive the session. */
export function hasBackgroundCodex(home: string): boolean {
  try {
    return !/^[ \t]*(features\.)?daemon_auto_start[ \t]*=[ \t]*false\b/m.test(readText(configOf(home)) ?? "");
  } catch {
    return false; // unknown
  }
}

/** The path of Codex's settings in a home. */
export function configOf(home: string): string {
  return codexSettingsOf(home);
}
