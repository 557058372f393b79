import type { Config } from "../../core/config/config.ts";
import { isLogin } from "../../core/codex/account.ts";
import { printable } from "../../core/text/printable.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { accountIn } from "../codex/account_file.ts";
import { removeSession } from "../moving/remove.ts";
import type { LoginWay } from "./login_way.ts";
import { tellAfter, tellBefore, tellTwins } from "./login_words.ts";
import { replaceLogin } from "./replace_login.ts";
import { askAboutTwins, canAsk, Stopped, twinsOf } from "./twins.ts";

/**
 * Says whose login a home has got, and where another session has the same account, notes that, or asks on a terminal: a
 * login in its place comes by way of a temporary home, and a stop removes a session that was made for this login.
 */
export async function settleLogin(
  host: Host,
  layout: Layout,
  config: Config,
  alias: string,
  way: LoginWay,
  isNew: boolean,
): Promise<void> {
  const account = accountIn(homeOf(layout, alias));
  if (!isLogin(account)) return;
  const twins = twinsOf(layout, alias, account);
  if (twins.length === 0 || !canAsk(host)) {
    tellAfter(host, alias, account);
    if (twins.length > 0) tellTwins(host, twins);
    return;
  }
  const answer = await askAboutTwins(host, account, twins);
  if (answer === "keep") return tellAfter(host, alias, account);
  if (answer === undefined) throw new Stopped(`Stopped; "${alias}" keeps this login`, true);
  if (answer === "again") {
    tellBefore(host, alias, way);
    const result = await replaceLogin(host, layout, config, alias, way, { mayDiffer: true });
    if (result === "done") return;
    if (result === "left") throw new Stopped(`Stopped; "${alias}" keeps its first login`, true);
  }
  if (!isNew) throw new Stopped(`Stopped; "${alias}" keeps this login`, false);
  await removeSession(host, layout, alias, true);
  throw new Stopped(`Stopped; session "${printable(alias)}" was not made`, false);
}
