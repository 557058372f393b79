import { join } from "node:path";
import { makeFolder, removeTree } from "../../io/files/folders.ts";
import { readText } from "../../io/files/read.ts";
import { writeNew } from "../../io/files/replace.ts";

/** The state key that records that the user knows of background Codex processes. */
export const NOTED = "daemon_note_given";

/** Keeps the login in a file, out of reach of other sessions, and starts no background processes. */
export const HOME_CONFIG = `cli_auth_credentials_store = "file"

[features]
daemon_auto_start = false
`;

/** Creates a home; returns false if it exists. */
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
  return join(home, "config.toml");
}
