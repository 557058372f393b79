import { join } from "node:path";
import { parseChildren } from "../../core/session/app_server_record.ts";
import { Failure } from "../../core/text/failure.ts";
import { homeOf, type Layout, loginLockOf } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { removeTree } from "../../io/files/folders.ts";
import { exists, isFolder, isLink, kindOf, readOwn } from "../../io/files/read.ts";
import { removeFile } from "../../io/files/replace.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { isAlive } from "../../io/process/process.ts";
import { ensureSupervisor } from "../daemon/ensure.ts";
import { sweepRemoved, takeAway } from "./discard_home.ts";
import { announceRemoval } from "../daemon/removal_notice.ts";
import { strangersIn } from "../codex/open_by.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { awaitPublished } from "./published_status.ts";
import { aliasFor, checkKnownAlias, missingSession } from "./sessions.ts";

/** Removes a session, given by alias or email, and returns its alias. A home in use is removed only with force. */
export async function removeSession(
  host: Host,
  layout: Layout,
  target: string,
  force: boolean,
): Promise<string> {
  const alias = aliasFor(layout, target);
  checkKnownAlias(host, alias);
  const home = homeOf(layout, alias);
  // A dangling link is removed as well.
  const isThere = () => isFolder(home) || (exists(home) && isLink(home));
  if (!isThere()) throw missingSession(alias);
  if (!force) await refuseOpen(host, layout, alias, home);
  await awaitRenewal(host, layout, alias);
  const takeBack = await announceRemoval(host, layout, alias);
  try {
    if (!await takeAway(host, layout, alias, isThere)) throw missingSession(alias);
  } finally {
    takeBack();
  }
  sweepRemoved(layout);
  await unpublish(host, layout, alias);
  removeDatabases(layout, alias);
  // It has the first words of the removed threads; the next list makes it anew.
  if (["file", "link"].includes(kindOf(layout.threads) ?? "")) removeFile(layout.threads);
  return alias;
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
  const isGone = await awaitPublished(host, layout, ({ sessions }) => !sessions.has(alias), (status) => {
    const sessions = new Map(status.sessions);
    sessions.delete(alias);
    return { ...status, sessions };
  });
  if (!isGone) {
    host.err(`agentlb: warning: the supervisor still lists "${printable(alias)}"; see: agentlb status\n`);
  }
  if (!isSupervisorDisabled(host.env)) await ensureSupervisor(host, layout);
}

/** Removes the databases of its app-server, once that has ended; a new session of that name would find them. */
function removeDatabases(layout: Layout, alias: string): void {
  const isUsed = parseChildren(readOwn(layout.children, MOST_BYTES.table)).some((child) =>
    child.alias === alias && isAlive(child)
  );
  if (!isUsed) removeTree(join(layout.sqlite, alias));
}
