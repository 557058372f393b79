import { join } from "node:path";
import { deletedAt, renderTrashRecord, type TrashRecord } from "../../core/session/trash_record.ts";
import { homeOf, type Layout, trashedHomeOf, trashRecordOf } from "../../core/system/layout.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { makeFolder, ownFolder, removeTree } from "../../io/files/folders.ts";
import { changedAt, exists, kindOf, namesIn } from "../../io/files/read.ts";
import { randomName, rename, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { accountIn } from "../codex/account_file.ts";
import { foldersBoundTo } from "../session/bindings.ts";
import { recallPaused } from "../session/pause.ts";
import { picksText } from "../session/picks_file.ts";
import { settleLocked } from "./move.ts";
import { isHeld, promisesOf } from "./promises.ts";
import { recordIn } from "./record_file.ts";
import { renderPromise } from "../../core/thread/promise.ts";

/** A removed session that is still there. */
export interface Trashed {
  /** The name of its folder in the trash. */
  readonly name: string;
  /** Its former alias; the name of its folder where nothing else tells. */
  readonly alias: string;
  readonly email: string | undefined;
  /** Epoch milliseconds. */
  readonly removedAt: number;
  /** The time at which it is deleted for good. */
  readonly deletedAt: number;
}

const PURGING = ".purging-";

/** Makes the folder of a session that is about to be removed, with what is remembered of it; returns its name. */
export function prepareTrash(host: Host, layout: Layout, alias: string): string {
  const record: TrashRecord = {
    alias,
    removedAt: host.clock.now(),
    email: accountIn(homeOf(layout, alias)).email,
    picks: picksText(layout, alias),
    isPaused: recallPaused(host, layout).has(alias),
    bindings: foldersBoundTo(layout, alias),
    promises: promisesOf(layout, alias).filter((promise) => !isHeld(promise)).map(renderPromise),
  };
  ownFolder(layout.trash, host.uid);
  const name = `${alias}-${randomName().slice(0, 8)}`;
  const folder = join(layout.trash, name);
  makeFolder(folder);
  try {
    replaceFile(trashRecordOf(layout, name), renderTrashRecord(record), { durable: true });
  } catch (error) {
    removeTree(folder);
    throw error;
  }
  return name;
}

/** The removed sessions, the one that was removed last first. */
export function trashOf(layout: Layout): Trashed[] {
  return foldersOf(layout).flatMap((name): Trashed[] => {
    if (!exists(trashedHomeOf(layout, name))) return [];
    const record = recordIn(layout, name);
    const removedAt = record?.removedAt ?? changedAt(join(layout.trash, name)) ?? 0;
    const { alias = name, email } = record ?? {};
    return [{ name, alias, email, removedAt, deletedAt: deletedAt(removedAt) }];
  }).sort((a, b) => b.removedAt - a.removedAt || (a.name < b.name ? -1 : 1));
}

/** Those of the removed sessions that a target names: by alias, email, or the name of their folder. */
export function trashedAs(all: readonly Trashed[], target: string): Trashed[] {
  return all.filter(({ name, alias, email }) =>
    name === target || alias === target ||
    (target.includes("@") && email?.toLowerCase() === target.toLowerCase())
  );
}

/** Deletes removed sessions for good, as far as they are still there. */
export async function purge(host: Host, layout: Layout, names: readonly string[]): Promise<void> {
  await withLock(host, layout.stateLock, async () => {
    await settleLocked(host, layout);
    for (const name of names) putDown(layout, name);
  });
  sweepPurged(layout);
}

/**
 * Deletes what was removed too long ago, and what an interrupted command left in the trash. What is not ours stays, such
 * as other files in a folder that the trash is a link to.
 */
export async function sweepTrash(host: Host, layout: Layout): Promise<void> {
  if (namesIn(layout.trash).length === 0) return;
  await withLock(host, layout.stateLock, async () => {
    await settleLocked(host, layout);
    const nowMs = host.clock.now();
    const old = trashOf(layout).filter((each) => each.deletedAt <= nowMs).map(({ name }) => name);
    for (const name of foldersOf(layout)) {
      const isRecorded = exists(trashRecordOf(layout, name));
      if (isRecorded && old.includes(name) || isUnfinished(layout, name)) putDown(layout, name);
    }
  });
  sweepPurged(layout);
}

/** The same after a command has done its work, which may not fail any more. */
export async function sweepTrashQuietly(host: Host, layout: Layout): Promise<void> {
  try {
    await sweepTrash(host, layout);
  } catch (error) {
    host.err(`agentlb: warning: Cannot empty ${layout.trash}: ${printable(wordsOf(error))}\n`);
  }
}

/** The names of the folders in the trash. */
function foldersOf(layout: Layout): string[] {
  return namesIn(layout.trash)
    .filter((name) => !name.startsWith(".") && kindOf(join(layout.trash, name)) === "directory");
}

/** Tells whether a folder holds nothing but what is written before a home moves into it. */
function isUnfinished(layout: Layout, name: string): boolean {
  return namesIn(join(layout.trash, name)).every((each) =>
    /^(record\.json|\.record\.json\..+\.tmp)$/.test(each)
  );
}

/** Takes a folder out of the list at once; to delete it takes longer than the lock may be held. */
function putDown(layout: Layout, name: string): void {
  rename(join(layout.trash, name), join(layout.trash, `${PURGING}${name}`));
}

function sweepPurged(layout: Layout): void {
  for (const name of namesIn(layout.trash)) {
    if (name.startsWith(PURGING)) removeTree(join(layout.trash, name));
  }
}
