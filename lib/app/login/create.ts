import { typed } from "../../core/shell/quote.ts";
import type { Account } from "../../core/codex/account.ts";
import type { Config } from "../../core/config/config.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { discardUnused } from "../moving/discard_home.ts";
import { settleLocked } from "../moving/move.ts";
import { sweepTrashQuietly } from "../moving/trash.ts";
import { makeHome, repairHome, sweepMaking } from "./make_home.ts";
import { isReady, needsLogin, runLogin, underLoginLock } from "./login_command.ts";
import { type LoginWay, loginWay, type LoginWish } from "./login_way.ts";
import { tellBefore } from "./login_words.ts";
import { settleLogin } from "./settle.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { accountIn } from "../codex/account_file.ts";
import { shareHome } from "../sharing/share.ts";
import { newSessionSource } from "../sharing/source.ts";

/** How a session is prepared. */
export interface PrepareWish extends LoginWish {
  /** True when the user was told already for which session the login is. */
  readonly isTold?: boolean;
}

/**
 * Makes sure that a session exists and is logged in; returns its account. Removes a home that it made when the login
 * fails, or when it is a second one of an account and the user stops.
 */
export async function prepareSession(
  host: Host,
  layout: Layout,
  config: Config,
  alias: string,
  wish: PrepareWish,
): Promise<Account> {
  const home = homeOf(layout, alias);
  if (isFolder(home) && !repairHome(home) && isReady(host, config, home)) return accountIn(home);
  await underLoginLock(host, layout, alias, async () => {
    const isNew = await makeSession(host, layout, alias);
    if (isNew) await shareWithNew(host, layout, config, alias);
    else {
      await awaitRenewal(host, layout, alias);
      if (!await needsLogin(host, config, home)) return;
    }
    let way: LoginWay;
    try {
      way = await loginWay(host, layout, config, wish);
      if (!wish.isTold) tellBefore(host, alias, way);
      await runLogin(host, config, way, home);
    } catch (error) {
      if (isNew) await discardUnused(host, layout, alias);
      throw error;
    }
    await settleLogin(host, layout, config, alias, way, isNew);
  });
  return accountIn(home);
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

/** Gives a new session what new sessions share. It can do without, so a failure is only told. */
export async function shareWithNew(
  host: Host,
  layout: Layout,
  config: Config,
  alias: string,
): Promise<void> {
  try {
    const source = newSessionSource(host, layout, config);
    if (source === undefined) return;
    const { settings } = await shareHome(host, homeOf(layout, alias), source);
    for (const note of settings.notes) host.err(`agentlb: note: ${printable(note)}\n`);
  } catch (error) {
    host.err(
      `agentlb: warning: "${printable(alias)}" shares nothing: ${printable(wordsOf(error))}; ` +
        `try again with: agentlb share ${typed(alias)}\n`,
    );
  }
}
