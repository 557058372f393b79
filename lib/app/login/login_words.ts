import type { Account } from "../../core/codex/account.ts";
import { accountTail, quotedNames } from "../../core/login/account_words.ts";
import { printable } from "../../core/text/printable.ts";
import type { Host } from "../../io/host.ts";
import type { LoginWay } from "./login_way.ts";

type Err = Pick<Host, "err">;

const BROWSER = "a private browser window helps to choose another account";

/** Says what helps at a login in a browser. */
export function tellBrowser({ err }: Err): void {
  err(`agentlb: ${BROWSER}\n`);
}

/** Says for which session the login is that follows. */
export function tellBefore({ err }: Err, alias: string, { usesBrowser }: LoginWay): void {
  const advice = usesBrowser ? `; ${BROWSER}` : "";
  err(`agentlb: log in to "${printable(alias)}" now${advice}\n`);
}

/** Says which account a session is logged in to. */
export function tellAfter({ err }: Err, alias: string, account: Account): void {
  err(`agentlb: logged in to "${printable(alias)}"${printable(accountTail(account))}\n`);
}

/** Says that other sessions have the same account. */
export function tellTwins({ err }: Err, twins: readonly string[]): void {
  err(`agentlb: note: this is the same account as ${printable(quotedNames(twins))}: they share its limits\n`);
}
