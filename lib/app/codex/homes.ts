import { codexSettingsOf } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";

/** The state key that records that the user knows of background Codex processes. */
export const NOTED = "daemon_note_given";

/** True if Codex starts background processes here; they use about 400 MB of disk each and outlive the session. */
export function hasBackgroundCodex(home: string): boolean {
  try {
    return !/^\s*(features\.)?daemon_auto_start\s*=\s*false\b/m.test(readText(configOf(home)) ?? "");
  } catch {
    return false; // unknown
  }
}

/** The path of Codex's settings in a home. */
export function configOf(home: string): string {
  return codexSettingsOf(home);
}
