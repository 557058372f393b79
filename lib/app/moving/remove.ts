import { join } from "node:path";
import { Failure } from "../../core/text/failure.ts";
import { homeOf, type Layout, loginLockOf } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { exists, isFolder, isLink } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { ensureSupervisor } from "../daemon/ensure.ts";
import { announceRemoval } from "../daemon/removal_notice.ts";
import { strangersIn } from "../codex/open_by.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { awaitPublished } from "../session/published_status.ts";
import { aliasFor, checkKnownAlias, missingSession } from "../session/sessions.ts";
import { sweepRemoved, takeAway } from "./discard_home.ts";
import { removeDatabases, withoutAlias } from "./follow.ts";
import { settle } from "./move.ts";
import { sweepTrashQuietly } from "./trash.ts";

/** A removed session, and where its home is kept. */
export interface Removed {
  readonly alias: string;
  /** Its folder in the trash. */
  readonly folder: string;
}

/**
 * Moves a session, given by alias or email, to the trash. A home in use is removed only with force. Finishes a removal
 * of the same session that was cut short.
 */
export async function removeSession(
  host: Host,
  layout: Layout,
  target: string,
  force: boolean,
): Promise<Removed> {
  const settled = await settle(host, layout);
  const alias = aliasFor(layout, target);
  checkKnownAlias(host, alias);
  const home = homeOf(layout, alias);
  // A dangling link is removed as well.
  const isThere = () => isFolder(home) || (exists(home) && isLink(home));
  if (!isThere()) {
    const trashed = settled?.isFinished && settled.move.kind === "remove" && settled.move.alias === alias
      ? settled.move.trashed
      : undefined;
    if (trashed === undefined) throw missingSession(layout, alias);
    await leave(host, layout, alias);
    return { alias, folder: join(layout.trash, trashed) };
  }
  if (!force) await refuseOpen(host, layout, alias, home);
  await awaitRenewal(host, layout, alias);
  const takeBack = await announceRemoval(host, layout, alias);
  let trashed: string | undefined;
  try {
    trashed = await takeAway(host, layout, alias, isThere);
  } finally {
    takeBack();
  }
  if (trashed === undefined) throw missingSession(layout, alias);
  await leave(host, layout, alias);
  return { alias, folder: join(layout.trash, trashed) };
}

/** What is done without the lock, after a session has gone. */
async function leave(host: Host, layout: Layout, alias: string): Promise<void> {
  sweepRemoved(layout);
  await unpublish(host, layout, alias);
  removeDatabases(layout, alias);
  await sweepTrashQuietly(host, layout);
}

async function refuseOpen(host: Host, layout: Layout, alias: string, home: string): Promise<void> {
  const openers = strangersIn(host, layout, home);
  if (openers.length > 0) {
    const names = openers.map(({ pid, name }) => pid === 0 ? name : `${name} (pid ${pid})`).join(", ");
    throw new Failure("failed", `Cannot remove "${alias}": in use by ${names}`, {
      hint: `end it first, or remove the home under it: agentlb rm ${alias} --force`,
    });
  }
  const login = exists(loginLockOf(layout, alias)) ? await tryLock(loginLockOf(layout, alias)) : "nobody";
  if (login === undefined) {
    throw new Failure("failed", `Cannot remove "${alias}": another agentlb is logging in to it`, {
      hint: `finish or end that login first, or remove the home under it: agentlb rm ${alias} --force`,
    });
  }
  if (login !== "nobody") login.release();
}

/** Takes the alias out of status.json. */
async function unpublish(host: Host, layout: Layout, alias: string): Promise<void> {
  const isGone = await awaitPublished(
    host,
    layout,
    ({ sessions }) => !sessions.has(alias),
    (status) => withoutAlias(status, alias),
  );
  if (!isGone) {
    host.err(`agentlb: warning: the supervisor still lists "${printable(alias)}"; see: agentlb status\n`);
  }
  if (!isSupervisorDisabled(host.env)) await ensureSupervisor(host, layout);
}
