import { join } from "node:path";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { removeTree } from "../../io/files/folders.ts";
import { exists, namesIn } from "../../io/files/read.ts";
import { randomName, rename } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { forgetLeases, recallLeases } from "./leases.ts";
import { forget, recall } from "./picks_file.ts";
import { forgetPaused, recallPaused } from "./pause.ts";
import { aliasesOf } from "./sessions.ts";

const REMOVING = ".removing-";

/**
 * Moves a session's home away under the lock, with one rename, and forgets the alias; `sweepRemoved` deletes the moved
 * home. Calls `isWanted` under the lock; returns true when the home was moved.
 */
export function takeAway(
  host: Host,
  layout: Layout,
  alias: string,
  isWanted: () => boolean,
): Promise<boolean> {
  return withLock(host, layout.stateLock, () => {
    if (!isWanted()) return false;
    // What cannot be read stops the removal before anything is moved.
    recall(host, layout, aliasesOf(layout));
    recallLeases(host, layout);
    recallPaused(host, layout);
    const aside = join(layout.sessions, `${REMOVING}${alias}-${randomName().slice(0, 8)}`);
    const isGone = rename(homeOf(layout, alias), aside);
    if (isGone) {
      forget(host, layout, alias, aliasesOf(layout));
      forgetLeases(host, layout, alias);
      forgetPaused(host, layout, alias);
    }
    return isGone;
  });
}

/** Deletes the homes that were moved away, now or by a command that was cut short. */
export function sweepRemoved(layout: Layout): void {
  for (const name of namesIn(layout.sessions)) {
    if (name.startsWith(REMOVING)) removeTree(join(layout.sessions, name));
  }
}

/** Removes a home made for a login that failed, unless it holds a login after all. */
export async function discardUnused(host: Host, layout: Layout, alias: string): Promise<void> {
  const auth = authFileOf(homeOf(layout, alias));
  if (await takeAway(host, layout, alias, () => !exists(auth))) sweepRemoved(layout);
}
