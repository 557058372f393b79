import type { Config } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { discardUnused } from "../moving/discard_home.ts";
import { settleLocked } from "../moving/move.ts";
import { sweepTrashQuietly } from "../moving/trash.ts";
import { makeHome, repairHome, sweepMaking } from "../codex/homes.ts";
import { isReady, needsLogin, runLogin, underLoginLock } from "./login_command.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";

/** Makes sure that a session exists and is logged in. Removes a home that it made when the login fails. */
export async function prepareSession(
  host: Host,
  layout: Layout,
  config: Config,
  alias: string,
  command: string,
): Promise<void> {
  const home = homeOf(layout, alias);
  if (isFolder(home) && !repairHome(home) && isReady(host, config, home)) return;
  await underLoginLock(host, layout, alias, async () => {
    const isNew = await makeSession(host, layout, alias);
    if (!isNew) {
      await awaitRenewal(host, layout, alias);
      if (!await needsLogin(host, config, home)) return;
    }
    try {
      await runLogin(host, config, command, home);
    } catch (error) {
      if (isNew) await discardUnused(host, layout, alias);
      throw error;
    }
  });
}

/**
 * Makes a session without a login, first finishing what was cut short; returns false when it exists already. A home that
 * an interrupted command left without its settings gets them.
 */
export async function makeSession(host: Host, layout: Layout, alias: string): Promise<boolean> {
  const home = homeOf(layout, alias);
  const isNew = await withLock(host, layout.stateLock, async () => {
    await settleLocked(host, layout);
    sweepMaking(layout.sessions);
    if (makeHome(home)) return true;
    if (!isFolder(home)) throw new Failure("failed", `Cannot use ${home}: it is not a folder`);
    repairHome(home);
    return false;
  });
  if (isNew) await sweepTrashQuietly(host, layout);
  return isNew;
}
