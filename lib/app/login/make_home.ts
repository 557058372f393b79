import { USUAL_SETTINGS } from "../../core/sharing/usual_settings.ts";
import { codexSettingsOf } from "../../core/system/layout.ts";
import { makeFolder, removeTree } from "../../io/files/folders.ts";
import { writeNew } from "../../io/files/replace.ts";

/** Creates a home; returns false if it exists. */
export function makeHome(home: string): boolean {
  if (!makeFolder(home)) return false;
  try {
    writeNew(codexSettingsOf(home), USUAL_SETTINGS);
  } catch (error) {
    removeTree(home); // without its settings a login could go where other sessions reach it
    throw error;
  }
  return true;
}
