import { isElsewhere, sharedSettings } from "../../core/sharing/allowed_settings.ts";
import {
  difference,
  isSameValue,
  type KeyPath,
  merged,
  plainTable,
  type Table,
  tableFrom,
  without,
} from "../../core/sharing/layers.ts";
import { baseOf, isUnchanged, madeText, wasMade } from "../../core/sharing/made_text.ts";
import { withSettings } from "../../core/sharing/local_text.ts";
import type { ShareRecord } from "../../core/sharing/record.ts";
import { USUAL_SETTINGS } from "../../core/sharing/usual_settings.ts";
import { codexSettingsOf, localSettingsOf } from "../../core/system/layout.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { isFolder, isLink, isSamePath } from "../../io/files/read.ts";
import { nameBeside, replaceFile } from "../../io/files/replace.ts";
import { place } from "../../io/files/place.ts";
import { parseToml, renderToml } from "../../io/formats.ts";
import { makeProfiles } from "./make_profiles.ts";
import { printsOf, writeRecord } from "./record_file.ts";
import { madeTextAt, settingsTextAt } from "./settings_text.ts";

/** So many names are told at once. */
const MOST_NAMED = 20;

/** What was done about the settings of a home: whether they were made, and what the user should know. */
export interface Made {
  readonly record: ShareRecord;
  /** "link" = the file is a link, "kept" = those made last stay. */
  readonly is: "made" | "same" | "kept" | "link";
  /** The settings of the user that are not used here. */
  readonly leftOut: readonly string[];
  /** What changed or went wrong since the last time, in words. */
  readonly notes: readonly string[];
}

interface MakeOptions {
  /** Replaces a link that is there as config.toml; never what it leads to. */
  readonly replacesLink?: boolean;
  readonly isDry?: boolean;
}

/**
 * Makes the settings of a home from the user's, our two, and its own; what somebody wrote into those made last becomes
 * its own first. Only under the lock of the home. After a kill the file is the old or the new one, and the next call
 * goes on from there.
 */
export function makeSettings(home: string, record: ShareRecord, options: MakeOptions = {}): Made {
  const path = codexSettingsOf(home);
  const kept = (note: string, is: Made["is"] = "kept"): Made => {
    const now: ShareRecord = { ...record, prints: printsOf(home, record.from) };
    if (!options.isDry) writeRecord(home, now);
    return { record: now, is, leftOut: record.leftOut, notes: [note] };
  };
  if (isLink(path) && !options.replacesLink) {
    const how = "to replace it by settings made for this session: agentlb share <alias> --replace-link";
    return kept(`${path} is a link and stays; ${how}`, "link");
  }
  if (!isFolder(record.from)) return kept(`${record.from} is gone; the settings of ${home} stay as they are`);
  let users: Table;
  try {
    users = tableAt(codexSettingsOf(record.from));
  } catch (error) {
    return kept(`${wordsOf(error)}; the settings made last stay`);
  }
  const { settings, leftOut: ofSettings } = sharedSettings(users);
  const profiles = makeProfiles(home, record.from, {
    isElsewhere: isElsewhere(users),
    isDry: options.isDry ?? false,
  });
  const leftOut = [...ofSettings, ...profiles.leftOut];
  const local = localSettingsOf(home);
  const own = madeTextAt(local) ?? "";
  const ownTable = tableFrom(parseToml(own, local));
  const found = isLink(path) && isSamePath(path, codexSettingsOf(record.from)) ? undefined : madeTextAt(path);
  const make = (of: Table, removed: readonly KeyPath[]) => {
    const usual = tableFrom(parseToml(USUAL_SETTINGS, path));
    const all = merged(without(merged(settings, usual), removed), of);
    return madeText(renderToml(plainTable(all)), record.from);
  };
  const taken = takeOver(record, found, { own, ownTable, path, local }, make);
  const text = make(taken.table, taken.removed);
  const isSame = text === found && taken.own === own && !isLink(path);
  const now: ShareRecord = {
    ...record,
    made: [...record.made.slice(-1).filter((each) => each !== text), text],
    removed: taken.removed,
    leftOut,
    prints: "",
  };
  if (!options.isDry) {
    if (!isSame) writeRecord(home, now);
    if (taken.own !== own) replaceFile(local, taken.own, { durable: true });
    // A link itself is replaced, never what it leads to.
    if (text !== found || isLink(path)) place({ text }, path, 0o600, nameBeside(path));
    writeRecord(home, { ...now, stage: "done", prints: printsOf(home, record.from) });
  }
  const isNews = leftOut.length > 0 && leftOut.join() !== record.leftOut.join();
  return {
    record: now,
    is: isSame && profiles.isSame ? "same" : "made",
    leftOut,
    notes: [
      ...isNews ? [`not taken over from ${codexSettingsOf(record.from)}: ${listed(leftOut)}`] : [],
      ...profiles.notes,
    ],
  };
}

/** Puts what somebody wrote into the settings made last into the session's own. Only under the lock of the home. */
export function keepChanges(home: string, record: ShareRecord): void {
  const [path, local] = [codexSettingsOf(home), localSettingsOf(home)];
  const own = madeTextAt(local) ?? "";
  const ownTable = tableFrom(parseToml(own, local));
  const found = isLink(path) ? undefined : madeTextAt(path);
  const taken = takeOver(record, found, { own, ownTable, path, local }, () => "");
  if (taken.own !== own) replaceFile(local, taken.own, { durable: true });
}

interface Own {
  readonly own: string;
  readonly ownTable: Table;
  readonly path: string;
  readonly local: string;
}

/** The session's own settings with what others wrote into the file that was made last. */
function takeOver(
  record: ShareRecord,
  found: string | undefined,
  { own, ownTable, path, local }: Own,
  make: (own: Table, removed: readonly KeyPath[]) => string,
): { readonly own: string; readonly table: Table; readonly removed: readonly KeyPath[] } {
  const { removed } = record;
  if (found === undefined || isUnchanged(found)) return { own, table: ownTable, removed };
  const now = tableFrom(parseToml(found, path));
  if (record.stage === "begun" && !wasMade(found)) {
    return found === USUAL_SETTINGS
      ? { own: "", table: new Map(), removed }
      : { own: found, table: now, removed };
  }
  const base = baseOf(found, record.made);
  const { set, removed: gone } = difference(tableFrom(parseToml(base ?? make(ownTable, removed), path)), now);
  // Without what was made last, nobody can tell what was removed.
  const changes = { set, removed: base === undefined ? [] : gone };
  const kept = without(ownTable, changes.removed);
  const table = merged(kept, changes.set);
  if (changes.set.size === 0 && changes.removed.length === 0) return { own, table: ownTable, removed };
  // After a kill they may be there already.
  const isThere = isSameValue(table, ownTable);
  return {
    own: isThere ? own : withSettings(own, changes, table, {
      parse: (text) => tableFrom(parseToml(text, local)),
      render: (table) => renderToml(plainTable(table)),
    }),
    table,
    removed: [...new Map([...removed, ...changes.removed].map((path) => [path.join("\0"), path])).values()],
  };
}

/** The first names of a list that may be long. */
function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(", ")} and ${more} more` : names.join(", ");
}

/** The settings in a file; none when it is missing. Throws Failure unless it is TOML. */
function tableAt(path: string): Table {
  try {
    const text = settingsTextAt(path);
    // Its folder may be on a disk that is away.
    if (text === undefined && isLink(path)) {
      throw new Failure("failed", `Cannot read ${path}: it leads nowhere`);
    }
    return tableFrom(parseToml(text ?? "", path));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("failed", `Cannot read ${path}: ${wordsOf(error)}`, { cause: error });
  }
}
