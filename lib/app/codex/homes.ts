import { join } from "node:path";
import { makeFolder, removeTree } from "../../io/files/folders.ts";
import { readText } from "../../io/files/read.ts";
import { writeNew } from "../../io/files/replace.ts";

/** The key in a session's state that says that its user knows of the processes its Codex leaves behind. */
export const NOTED = "daemon_note_given";

/** A login in a file, where other sessions can't reach it, and no Codex processes that outlive the session. */
const HOME_CONFIG = `cli_auth_credentials_store = "file"

[features]
daemon_auto_start = false
`;

/** Makes a home; false when there is one. */
export function makeHome(home: string): boolean {
  if (!makeFolder(home)) return false;
  try {
    writeNew(configOf(home), HOME_CONFIG);
  } catch (error) {
    removeTree(home); // without its settings a login could go where other sessions reach it
    throw error;
  }
  return true;
}

/** Whether Codex starts its background processes in this home: about 400 MB on disk each, alive after the session. */
export function hasBackgroundCodex(home: string): boolean {
  try {
    return !/^\s*(features\.)?daemon_auto_start\s*=\s*false\b/m.test(readText(configOf(home)) ?? "");
  } catch {
    return false; // nobody can say
  }
}

/** The settings that Codex reads in a home. */
export function configOf(home: string): string {
  return join(home, "config.toml");
}
