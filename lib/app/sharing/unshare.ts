import { difference, merged, plainTable, tableFrom, without } from "../../core/sharing/layers.ts";
import { withSettings } from "../../core/sharing/local_text.ts";
import { isEnding, type ShareRecord } from "../../core/sharing/record.ts";
import { USUAL_SETTINGS } from "../../core/sharing/usual_settings.ts";
import { codexSettingsOf, localSettingsOf, shareRecordOf } from "../../core/system/layout.ts";
import { parseToml, renderToml } from "../../io/formats.ts";
import { place } from "../../io/files/place.ts";
import { exists, isLink } from "../../io/files/read.ts";
import { nameBeside, removeFile, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { removeEntry } from "./entries.ts";
import { removeProfiles } from "./make_profiles.ts";
import { keepChanges } from "./make_settings.ts";
import { readRecord, writeRecord } from "./record_file.ts";
import { madeTextAt } from "./settings_text.ts";
import { underLock } from "./share.ts";

/** What was undone in a home: the links removed, and those left because something else is there now. */
export interface Undone {
  readonly removed: readonly string[];
  readonly left: readonly string[];
}

/**
 * Removes our links from a home and gives it back its own settings, with what was written into them meanwhile; undefined
 * when it shares nothing. After a kill the next call goes on from there.
 */
export async function unshareHome(
  host: Pick<Host, "clock" | "random">,
  home: string,
  isDry = false,
): Promise<Undone | undefined> {
  if (!exists(shareRecordOf(home))) return undefined;
  return await underLock(host, home, isDry, () => {
    const record = readRecord(home);
    if (record === undefined) return undefined;
    const done = { removed: [] as string[], left: [] as string[] };
    if (isDry) return { ...done, removed: [...record.links.keys()] };
    const isMade = record.made.length > 0;
    if (!isEnding(record)) {
      if (isMade) keepChanges(home, record);
      writeRecord(home, { ...record, stage: "undoing" });
    }
    if (isMade && record.stage !== "restored") {
      restoreSettings(home, record);
      // Without the file that goes next, nobody could tell any more what the session's own settings are.
      writeRecord(home, { ...record, stage: "restored" });
    }
    if (isMade && !isLink(codexSettingsOf(home))) removeFile(localSettingsOf(home));
    removeProfiles(home);
    for (const [name, ours] of record.links) {
      (removeEntry(home, name, ours) ? done.removed : done.left).push(name);
    }
    removeFile(shareRecordOf(home));
    return done;
  });
}

/** Puts the session's own settings back; a link that somebody put there stays. */
function restoreSettings(home: string, { before, removed }: ShareRecord): void {
  const [path, local] = [codexSettingsOf(home), localSettingsOf(home)];
  if (isLink(path)) return;
  const own = madeTextAt(local);
  if (own !== undefined) {
    replaceFile(path, before === "usual" ? usualWith(own, removed, local) : own, { durable: true });
  } else if (typeof before === "object") place({ link: before.link }, path, 0o600, nameBeside(path));
  else if (before === "usual") replaceFile(path, USUAL_SETTINGS, { durable: true });
  else removeFile(path);
}

/** The settings that every home has, with what was written into them and without what was removed. */
function usualWith(own: string, removed: ShareRecord["removed"], local: string): string {
  const parse = (text: string) => tableFrom(parseToml(text, local));
  const usual = parse(USUAL_SETTINGS);
  const all = merged(without(usual, removed), parse(own));
  return withSettings(USUAL_SETTINGS, difference(usual, all), all, {
    parse,
    render: (table) => renderToml(plainTable(table)),
  });
}
