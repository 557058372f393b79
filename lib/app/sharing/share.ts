import { wasMade } from "../../core/sharing/made_text.ts";
import { type Before, NEW_RECORD, type ShareRecord } from "../../core/sharing/record.ts";
import { USUAL_SETTINGS } from "../../core/sharing/usual_settings.ts";
import { codexSettingsOf, localSettingsOf, shareLockOf } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { exists, isSamePath, readText } from "../../io/files/read.ts";
import { sweepTemporaries } from "../../io/files/replace.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { linkTarget } from "../../io/files/tree.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { entriesOf, type Entry, makeEntry } from "./entries.ts";
import { type Made, makeSettings } from "./make_settings.ts";
import { recoverRecord, writeRecord } from "./record_file.ts";
import { checkSource, type ShareSource } from "./source.ts";

/** What a session shares, or would with `isDry`. */
export interface Sharing {
  /** The reason why nothing is shared here. */
  readonly skipped?: string;
  readonly entries: readonly Entry[];
  readonly settings: Pick<Made, "is" | "leftOut" | "notes">;
}

export interface ShareOptions {
  readonly isDry?: boolean;
  readonly replacesLink?: boolean;
}

/** Makes the links and the settings of a home; what the session has of its own stays. */
export async function shareHome(
  host: Pick<Host, "clock" | "random">,
  home: string,
  source: ShareSource,
  { isDry = false, replacesLink = false }: ShareOptions = {},
): Promise<Sharing> {
  checkSource(source);
  const users = [source.folder, source.users].find((folder) => isSamePath(home, folder));
  if (users !== undefined) {
    return { skipped: `its home is ${users} itself`, entries: [], settings: UNTOUCHED };
  }
  return await underLock(host, home, isDry, () => {
    const known = recoverRecord(home, host.clock.now(), isDry);
    const isMade = wasMade(settingsIn(home) ?? "");
    const isOurs = known === undefined && isMade;
    let record = recordFor(home, source, known, isMade);
    if (known === undefined && !isOurs && exists(localSettingsOf(home))) {
      throw new Failure("failed", `Cannot share with ${home}: ${localSettingsOf(home)} is there already`, {
        hint: "put its settings into config.toml beside it, and remove it",
      });
    }
    const entries = entriesOf(home, source, record.links);
    if (isOurs) record = { ...record, links: new Map(linksTo(entries)) };
    if (!isDry) {
      // What is about to be made is written down first, so that a kill leaves nothing that nobody knows of.
      const planned = entries.filter(({ is }) => is === "toLink").map(({ name, source }) =>
        [name, source] as const
      );
      writeRecord(home, record = { ...record, links: new Map([...record.links, ...planned]) });
      const links = new Map(record.links);
      for (const entry of entries) if (entry.is === "toLink") links.set(entry.name, makeEntry(entry));
      record = { ...record, links };
    }
    const { is, leftOut, notes } = makeSettings(home, record, { isDry, replacesLink });
    return { entries, settings: { is, leftOut, notes } };
  });
}

/** The record to begin with: the known one, unless the session has its own settings back already. */
function recordFor(
  home: string,
  { folder }: ShareSource,
  known: ShareRecord | undefined,
  isMade: boolean,
): ShareRecord {
  if (known === undefined || known.stage === "restored" || (known.stage === "undoing" && !isMade)) {
    const links = known?.links ?? new Map<string, string>();
    return { ...NEW_RECORD, from: folder, before: beforeIn(home), links };
  }
  return { ...known, from: folder, stage: known.stage === "undoing" ? "done" : known.stage };
}

const UNTOUCHED = { is: "same", leftOut: [], notes: [] } as const;

/** The links that stand as we make them, for a home whose record is lost. */
function linksTo(entries: readonly Entry[]): (readonly [string, string])[] {
  return entries.filter(({ source, target }) => linkTarget(target) === source)
    .map(({ name, source }) => [name, source] as const);
}

function beforeIn(home: string): Before {
  const link = linkTarget(codexSettingsOf(home));
  if (link !== undefined) return { link };
  const text = settingsIn(home);
  if (text === undefined) return "none";
  // Where the record is lost, the session's own settings tell what it had.
  return text === USUAL_SETTINGS || (wasMade(text) && !exists(localSettingsOf(home))) ? "usual" : "own";
}

/** The text of a home's own settings file; undefined without one. */
function settingsIn(home: string): string | undefined {
  const path = codexSettingsOf(home);
  return linkTarget(path) === undefined ? readText(path, MOST_BYTES.table) : undefined;
}

/** Runs an action under the lock of a home; a dry run needs none and leaves no lock file. */
export function underLock<T>(
  host: Pick<Host, "clock" | "random">,
  home: string,
  isDry: boolean,
  action: () => T,
): Promise<T> {
  if (isDry) return Promise.resolve().then(action);
  return withLock(host, shareLockOf(home), () => {
    sweepTemporaries(home, host.clock.now());
    return action();
  });
}
