import { basename, dirname, join } from "node:path";
import { USUAL_SETTINGS } from "../../core/sharing/usual_settings.ts";
import { codexSettingsOf } from "../../core/system/layout.ts";
import { makeFolder, removeTree } from "../../io/files/folders.ts";
import { exists, kindOf, namesIn, readText } from "../../io/files/read.ts";
import { flushFolder, randomName, rename, replaceFile, writeNew } from "../../io/files/replace.ts";

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
    writeNew(codexSettingsOf(aside), USUAL_SETTINGS);
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
  const config = codexSettingsOf(home);
  if (first === undefined) {
    writeNew(config, USUAL_SETTINGS);
    return true;
  }
  if (more.length > 0 || first !== basename(config) || kindOf(config) !== "file") return false;
  const text = readText(config) ?? "";
  if (text === USUAL_SETTINGS || !USUAL_SETTINGS.startsWith(text)) return false;
  replaceFile(config, USUAL_SETTINGS, { durable: true });
  return true;
}
