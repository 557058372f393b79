import type { Config } from "../../core/config/config.ts";
import { parseChildren } from "../../core/session/app_server_record.ts";
import { homeOf, type Layout, loginLockOf } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { exists, isFolder, readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import type { Host } from "../../io/host.ts";
import { tryLock, withLock } from "../../io/lock/lock.ts";
import { mayBeAlive, ownIdentity } from "../../io/process/process.ts";
import { renewing } from "../codex/await_renewal.ts";
import { strangersIn } from "../codex/open_by.ts";
import { announceRemoval } from "../daemon/removal_notice.ts";
import { glanceLeases } from "../session/leases.ts";
import { awaitPublished } from "../session/published_status.ts";
import { aliasFor, checkKnownAlias, checkNewAlias, missingSession } from "../session/sessions.ts";
import { forgetAlias, withNewName } from "./follow.ts";
import { carryOut, settle, settleLocked } from "./move.ts";
import { isHeld, promisesOf } from "./promises.ts";
import { sweepTrashQuietly } from "./trash.ts";

/** The names of a renamed session. */
export interface Renamed {
  readonly alias: string;
  readonly to: string;
}

/**
 * Gives a session, named by alias or email, another alias: its home and all that is remembered of it. Finishes the same
 * renaming that was cut short. Throws Failure while anything uses the session.
 */
export async function renameSession(
  host: Host,
  layout: Layout,
  config: Config,
  target: string,
  to: string,
): Promise<Renamed> {
  const move = await settledRename(host, layout);
  const alias = aliasFor(layout, target);
  checkKnownAlias(host, alias);
  await checkNewAlias(host, to, config.sessions.aliasPattern);
  if (!isFolder(homeOf(layout, alias))) {
    if (move?.alias === alias && move.to === to) return move;
    throw missingSession(layout, alias);
  }
  const login = await loginLock(layout, alias);
  try {
    refuseUsed(host, layout, alias, to);
    const takeBack = await announceRemoval(host, layout, alias);
    try {
      await withLock(host, layout.stateLock, async () => {
        await settleLocked(host, layout);
        refuseUsed(host, layout, alias, to);
        if (hasAppServer(layout, alias)) {
          throw busy(alias, "its app-server does not end", "try again in a minute");
        }
        forgetAlias(host, layout, to);
        if (!await carryOut(host, layout, { kind: "rename", alias, to })) throw missingSession(layout, alias);
      });
    } finally {
      takeBack();
    }
  } finally {
    login?.release();
  }
  const isGone = await awaitPublished(
    host,
    layout,
    ({ sessions }) => !sessions.has(alias),
    (status) => withNewName(status, alias, to),
  );
  if (!isGone) {
    host.err(`agentlb: warning: the supervisor still lists "${printable(alias)}"; see: agentlb status\n`);
  }
  await sweepTrashQuietly(host, layout);
  return { alias, to };
}

async function settledRename(host: Host, layout: Layout): Promise<Renamed | undefined> {
  const settled = await settle(host, layout);
  if (!settled?.isFinished || settled.move.kind !== "rename") return undefined;
  const { alias, to } = settled.move;
  return { alias, to };
}

/** Throws Failure unless the new name is free and nothing uses the session. */
function refuseUsed(host: Host, layout: Layout, alias: string, to: string): void {
  if (exists(homeOf(layout, to))) {
    throw new Failure("failed", `Cannot rename "${alias}" to "${to}": there is a session of that name`);
  }
  const openers = strangersIn(host, layout, homeOf(layout, alias));
  if (openers.length > 0) {
    const names = openers.map(({ pid, name }) => pid === 0 ? name : `${name} (pid ${pid})`).join(", ");
    throw busy(alias, `in use by ${names}`, "end it first");
  }
  // A shell keeps the old home in its environment.
  const { leases = [] } = glanceLeases(layout, host.clock.now()).get(alias) ?? {};
  const lease = leases.find(({ pid }) => pid !== ownIdentity().pid);
  if (lease !== undefined) throw busy(alias, `in use by a run (pid ${lease.pid})`, "end it first");
  const promise = promisesOf(layout, alias).find(isHeld);
  if (promise !== undefined) {
    throw busy(alias, `agentlb (pid ${promise.by.pid}) waits to go on with a thread of it`, "end that first");
  }
  if (renewing(layout, alias)) throw busy(alias, "its login is being renewed", "try again in a minute");
}

async function loginLock(layout: Layout, alias: string) {
  if (!exists(loginLockOf(layout, alias))) return undefined;
  const lock = await tryLock(loginLockOf(layout, alias));
  if (lock !== undefined) return lock;
  throw busy(alias, "another agentlb is logging in to it", "finish or end that login first");
}

function hasAppServer(layout: Layout, alias: string): boolean {
  return parseChildren(readOwn(layout.children, MOST_BYTES.table)).some((child) =>
    child.alias === alias && child.pid !== 0 && mayBeAlive(child)
  );
}

function busy(alias: string, why: string, hint: string): Failure {
  return new Failure("failed", `Cannot rename "${alias}": ${why}`, { hint });
}
