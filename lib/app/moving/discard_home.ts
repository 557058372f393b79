import { join } from "node:path";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { removeTree } from "../../io/files/folders.ts";
import { exists, namesIn } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { carryOut, settleLocked } from "./move.ts";
import { prepareTrash, purge } from "./trash.ts";

/** Earlier versions moved homes to such names to delete them there. */
const REMOVING = ".removing-";

/**
 * Moves a session to the trash and forgets the alias. Calls `isWanted` under the lock; returns the name of its folder in
 * the trash, undefined when nothing was moved.
 */
export function takeAway(
  host: Host,
  layout: Layout,
  alias: string,
  isWanted: () => boolean,
): Promise<string | undefined> {
  return withLock(host, layout.stateLock, async () => {
    await settleLocked(host, layout);
    if (!isWanted()) return undefined;
    const trashed = prepareTrash(host, layout, alias);
    try {
      if (await carryOut(host, layout, { kind: "remove", alias, trashed })) return trashed;
    } catch (error) {
      if (exists(homeOf(layout, alias))) removeTree(join(layout.trash, trashed));
      throw error;
    }
    removeTree(join(layout.trash, trashed));
    return undefined;
  });
}

/** Deletes the homes that an earlier version moved away and did not delete. */
export function sweepRemoved(layout: Layout): void {
  for (const name of namesIn(layout.sessions)) {
    if (name.startsWith(REMOVING)) removeTree(join(layout.sessions, name));
  }
}

/** Removes a home made for a login that failed, unless it holds a login after all. */
export async function discardUnused(host: Host, layout: Layout, alias: string): Promise<void> {
  const auth = authFileOf(homeOf(layout, alias));
  const trashed = await takeAway(host, layout, alias, () => !exists(auth));
  if (trashed !== undefined) await purge(host, layout, [trashed]);
}
