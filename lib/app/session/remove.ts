import { join } from "node:path";
import { parseChildren } from "../../core/session/app_server_record.ts";
import { Failure } from "../../core/text/failure.ts";
import { homeOf, type Layout, loginLockOf } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { parseStatus, renderStatus, type Status } from "../../core/session/status.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { exists, isFolder, isLink, readText, replaceFile } from "../../io/files/files.ts";
import { removeTree } from "../../io/files/folders.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { isAlive } from "../../io/process/process.ts";
import { ensureSupervisor } from "../daemon/daemon.ts";
import { livingDaemon } from "../daemon/living_daemon.ts";
import { sweepRemoved, takeAway } from "./discard_home.ts";
import { announceRemoval } from "../daemon/removal_notice.ts";
import { openersOf } from "../codex/open_by.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { aliasFor, checkKnownAlias, missingSession } from "./sessions.ts";

const PATIENCE_MS = 2000;
const LOOK_MS = 25;

/** Removes a session, given by alias or email, and returns its alias. A home that somebody has open is removed only by force. */
export async function removeSession(
  host: Host,
  layout: Layout,
  target: string,
  force: boolean,
): Promise<string> {
  const alias = aliasFor(layout, target);
  checkKnownAlias(host, alias);
  const home = homeOf(layout, alias);
  // Of a link that leads nowhere the link is what there is to remove.
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
  return alias;
}

async function refuseOpen(host: Host, layout: Layout, alias: string, home: string): Promise<void> {
  const openers = openersOf(host, layout, home);
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

/** Takes the alias out of status.json: the supervisor's task while one lives, else ours for the moment. */
async function unpublish(host: Host, layout: Layout, alias: string): Promise<void> {
  const deadline = host.clock.monotonic() + PATIENCE_MS;
  while (publishedStatus(layout)?.sessions.has(alias)) {
    if (livingDaemon(layout) === undefined && await unpublishAlone(layout, alias)) break;
    if (host.clock.monotonic() >= deadline) {
      host.err(`agentlb: warning: the supervisor still lists "${printable(alias)}"; see: agentlb status\n`);
      break;
    }
    await host.clock.sleep(LOOK_MS);
  }
  if (!isSupervisorDisabled(host.env)) await ensureSupervisor(host, layout);
}

/** Only who holds the supervisor's lock writes status.json. */
async function unpublishAlone(layout: Layout, alias: string): Promise<boolean> {
  const lock = await tryLock(layout.supervisorLock);
  if (lock === undefined) return false;
  try {
    const status = publishedStatus(layout);
    if (status === undefined) return true;
    const sessions = new Map(status.sessions);
    sessions.delete(alias);
    replaceFile(layout.status, renderStatus({ ...status, sessions }));
    return true;
  } finally {
    lock.release();
  }
}

function publishedStatus(layout: Layout): Status | undefined {
  try {
    const text = readText(layout.status);
    return text === undefined ? undefined : parseStatus(text);
  } catch {
    return undefined; // broken: the next supervisor writes it anew
  }
}

/** The databases of its app-server, once that is gone; else the next of that name finds them. */
function removeDatabases(layout: Layout, alias: string): void {
  const isUsed = parseChildren(readText(layout.children)).some((child) =>
    child.alias === alias && isAlive(child)
  );
  if (!isUsed) removeTree(join(layout.sqlite, alias));
}
