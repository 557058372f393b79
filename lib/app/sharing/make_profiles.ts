import { join } from "node:path";
import { sharedSettings } from "../../core/sharing/allowed_settings.ts";
import { plainTable, tableFrom } from "../../core/sharing/layers.ts";
import { isUnchanged, madeText } from "../../core/sharing/made_text.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { kindOf, leadsToFile, namesIn, readText } from "../../io/files/read.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { parseToml, renderToml } from "../../io/formats.ts";
import { settingsTextAt } from "./settings_text.ts";

/** The names of the files with a profile in a folder: `work.config.toml` for `codex -p work`. */
export function profilesIn(folder: string): string[] {
  return namesIn(folder).filter((name) => /^[^.].*\.config\.toml$/.test(name)).sort();
}

/** What was made of the profiles, as of the settings. */
interface MadeProfiles {
  readonly isSame: boolean;
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
}

interface ProfileOptions {
  /** The user's settings name another provider, which holds for a profile that names none. */
  readonly isElsewhere: boolean;
  readonly isDry: boolean;
}

/** Makes the profiles of a home from the user's; one that the session has, or that somebody changed, is its own and stays. */
export function makeProfiles(
  home: string,
  from: string,
  { isElsewhere, isDry }: ProfileOptions,
): MadeProfiles {
  const [leftOut, notes]: [string[], string[]] = [[], []];
  let isSame = true;
  const names = profilesIn(from).filter((name) => leadsToFile(join(from, name)));
  for (const name of names) {
    const [source, target] = [join(from, name), join(home, name)];
    try {
      const found = mayWrite(target);
      if (found === false) continue;
      const shared = sharedSettings(tableFrom(parseToml(settingsTextAt(source) ?? "", source)), {
        name,
        isElsewhere,
      });
      leftOut.push(...shared.leftOut);
      const text = madeText(renderToml(plainTable(shared.settings)), source, "profile");
      if (text === found) continue;
      isSame = false;
      if (!isDry) replaceFile(target, text, { durable: true });
    } catch (error) {
      notes.push(`${wordsOf(error)}; the profile stays as it is`);
    }
  }
  for (const name of profilesIn(home).filter((name) => !names.includes(name))) {
    if (!mayWrite(join(home, name))) continue;
    isSame = false;
    if (!isDry) removeFile(join(home, name));
  }
  return { isSame, leftOut, notes };
}

/** Removes the profiles that were made in a home and are unchanged. */
export function removeProfiles(home: string): void {
  for (const name of profilesIn(home)) if (mayWrite(join(home, name))) removeFile(join(home, name));
}

/** The text of a profile that was made here, undefined without one; false for one of the session's own. */
function mayWrite(path: string): string | undefined | false {
  const kind = kindOf(path);
  if (kind !== "file") return kind === undefined ? undefined : false;
  const text = readText(path, MOST_BYTES.table) ?? "";
  return isUnchanged(text) ? text : false;
}
