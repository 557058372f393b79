import { basename, dirname, join } from "node:path";
import { makeFolder, removeTree } from "../../io/files/folders.ts";
import { exists, kindOf, namesIn, readText } from "../../io/files/read.ts";
import { flushFolder, randomName, rename, replaceFile, writeNew } from "../../io/files/replace.ts";

/** The state key that records that the user knows of background Codex processes. */
export const NOTED = "daemon_note_given";

/** Keeps the login in a file, out of reach of other sessions, and starts no background processes. */
const HOME_CONFIG = `cli_auth_credentials_store = "file"

[features]
daemon_auto_start = false
`;

/** The beginning of the name of a home that is not finished, which no session has. */
const MAKING = ".making-";

/**
 * Makes a home; returns false if there is something of that name. It is made aside and renamed, so that it is never
 * without its settings: a login could then go where other sessions reach it. Only under the state lock.
 */
export function makeHome(home: string): boolean {
  if (exists(home)) return false;
  const aside = join(dirname(home), `${MAKING}${basename(home)}-${randomName().slice(0, 8)}`);
  makeFolder(aside);
  try {
    writeNew(configOf(aside), HOME_CONFIG);
    flushFolder(aside);
    rename(aside, home);
  } catch (error) {
    removeTree(aside);
    throw error;
  }
  flushFolder(dirname(home));
  return true;
}

/** Removes the homes that were never finished. Only under the state lock. */
export function sweepMaking(sessions: string): void {
  for (const name of namesIn(sessions)) {
    if (name.startsWith(MAKING)) removeTree(join(sessions, name));
  }
}

/**
 * Gives a home its settings that an interrupted command left empty, or with the beginning of them; returns true when it
 * did. A home that has anything else is left as it is: it was made by somebody else.
 */
export function repairHome(home: string): boolean {
  if (kindOf(home) !== "directory") return false;
  const [first, ...more] = namesIn(home);
  const config = configOf(home);
  if (first === undefined) {
    writeNew(config, HOME_CONFIG);
    return true;
  }
  if (more.length > 0 || first !== basename(config) || kindOf(config) !== "file") return false;
  const text = readText(config) ?? "";
  if (text === HOME_CONFIG || !HOME_CONFIG.startsWith(text)) return false;
  replaceFile(config, HOME_CONFIG, { durable: true });
  return true;
}

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
    return !/^\s*(features\.)?daemon_auto_start\s*=\s*false\b/m.test(readText(configOf(home)) ?? "");
  } catch {
    return false; // unknown
  }
}

/** The path of Codex's settings in a home. */
export function configOf(home: string): string {
  return join(home, "config.toml");
}
