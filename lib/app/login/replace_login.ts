import { typed } from "../../core/shell/quote.ts";
import { join } from "node:path";
import type { Account } from "../../core/codex/account.ts";
import { isSameAccount } from "../../core/codex/account_key.ts";
import type { Config } from "../../core/config/config.ts";
import { accountName } from "../../core/login/account_words.ts";
import { Failure, isForbidden, wordsOf } from "../../core/text/failure.ts";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { readText } from "../../io/files/read.ts";
import { parseToml, renderToml } from "../../io/formats.ts";
import type { Host } from "../../io/host.ts";
import { accountIn } from "../codex/account_file.ts";
import { configOf } from "../codex/homes.ts";
import { openersOf } from "../codex/open_by.ts";
import { runLogin } from "./login_command.ts";
import type { LoginWay } from "./login_way.ts";
import { tellAfter, tellBefore, tellTwins } from "./login_words.ts";
import { installLogin } from "./replace_auth_file.ts";
import { type FreshLogin, logInAside } from "./temporary_home.ts";
import { askAboutTwins, canAsk, twinsOf } from "./twins.ts";

interface ReplaceWish {
  /** Takes any account without a question. */
  readonly force?: boolean;
  /** Takes another account than that of the session without a question. */
  readonly mayDiffer?: boolean;
}

/** The end of a replacement: the user may stop it, or leave it with Ctrl-C; then the old login stays. */
type Replaced = "done" | "stopped" | "left";

/** Replaces the login of a session by a new one, made in an empty temporary home, and says whose it is. */
export async function replaceLogin(
  host: Host,
  layout: Layout,
  config: Config,
  alias: string,
  way: LoginWay,
  wish: ReplaceWish,
): Promise<Replaced> {
  const home = homeOf(layout, alias);
  ensureFolder(layout.logins);
  for (;;) {
    const place = { parent: layout.logins, prefix: `${alias}-`, settings: fileStoreConfig(home) };
    const logIn = (temporary: string) => runLogin(host, config, way, temporary);
    const result = await logInAside(host, place, logIn, async (login) => {
      const answer = await judge(host, layout, alias, login.account, wish);
      if (answer !== "done") return answer;
      await login.keptUntil(() => install(host, layout, alias, login));
      return "done";
    });
    if (result === "stopped" || result === "left") return result;
    if (result === "done") break;
    tellBefore(host, alias, way);
  }
  const openers = openersSeen(host, layout, home).filter(({ pid }) => pid !== 0);
  if (openers.length > 0) {
    const pids = openers.map(({ pid }) => pid).join(", ");
    host.err(`agentlb: note: running Codex processes keep the old login until restarted (pid ${pids})\n`);
  }
  const account = accountIn(home);
  tellAfter(host, alias, account);
  const twins = twinsOf(layout, alias, account);
  if (twins.length > 0 && !canAsk(host)) tellTwins(host, twins);
  return "done";
}

/** Asks what has to be asked of a new login before it is put in place; an account that the session had is no news. */
async function judge(
  host: Host,
  layout: Layout,
  alias: string,
  account: Account,
  { force = false, mayDiffer = false }: ReplaceWish,
): Promise<Replaced | "again"> {
  const old = accountIn(homeOf(layout, alias));
  const isSame = isSameAccount(old, account);
  const twins = force || (isSame && !mayDiffer) || !canAsk(host) ? [] : twinsOf(layout, alias, account);
  if (twins.length > 0) {
    const answer = await askAboutTwins(host, account, twins);
    if (answer === undefined) return "left";
    if (answer === "stop") return "stopped";
    if (answer === "again") return "again";
  }
  if (!isSame && !force && !mayDiffer) await askWhetherToReplace(host, alias, old, account);
  return "done";
}

/** The processes that have the home open; none when that may not be looked up, as the login is in place already. */
function openersSeen(host: Host, layout: Layout, home: string): ReturnType<typeof openersOf> {
  try {
    return openersOf(host, layout, home);
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

/** Puts the new login in place; on failure it stays in the temporary home, so that it is not lost. */
async function install(host: Host, layout: Layout, alias: string, { text, home }: FreshLogin): Promise<void> {
  try {
    await installLogin(host, layout, alias, text);
  } catch (error) {
    const hint = error instanceof Failure && error.hint !== undefined ? `${error.hint}; then ` : "";
    throw new Failure("failed", `Cannot put the new login of "${alias}" in place: ${wordsOf(error)}`, {
      cause: error,
      hint: `${hint}move ${join(home, "auth.json")} to ${authFileOf(homeOf(layout, alias))}`,
    });
  }
}

async function askWhetherToReplace(host: Host, alias: string, old: Account, account: Account): Promise<void> {
  const what = `The new login${named(account)} is not the account that "${alias}" has${named(old)}`;
  if (canAsk(host)) {
    const answer = await host.ask(`agentlb: ${printable(what)}. Replace it? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new Failure("failed", `${what}; the old login stays`, {
    hint: `to replace it: agentlb login ${typed(alias)} --force`,
  });
}

function named(account: Account): string {
  const name = accountName(account);
  return name === undefined ? "" : ` (${name})`;
}

/** The settings of a home, with its login in a file; an unreadable config.toml is ignored, as Codex does. */
function fileStoreConfig(home: string): string {
  const forced = { cli_auth_credentials_store: "file" };
  try {
    const path = configOf(home);
    return renderToml({ ...parseToml(readText(path) ?? "", path) as Record<string, unknown>, ...forced });
  } catch {
    return renderToml(forced);
  }
}
