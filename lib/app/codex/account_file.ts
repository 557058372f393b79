import {
  type Account,
  type Holder,
  isLogin,
  issuedAt,
  parseAccount,
  parseHolder,
} from "../../core/codex/account.ts";
import { authFileOf } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";

/** The account of a home's login. An unreadable file gives an unreadable login. */
export function accountIn(home: string): Account {
  return accountAt(authFileOf(home));
}

/** The account of an auth file. An unreadable file gives an unreadable login. */
export function accountAt(path: string): Account {
  try {
    return parseAccount(readText(path, MOST_BYTES.login));
  } catch {
    return parseAccount("");
  }
}

/** The holder of a home's login, without its times. A file that can't be read is an unreadable login. */
export function holderIn(home: string): Holder {
  return holderAt(authFileOf(home));
}

/** The holder of an auth file, without its times. A file that can't be read is an unreadable login. */
export function holderAt(path: string): Holder {
  try {
    return parseHolder(readText(path, MOST_BYTES.login));
  } catch {
    return parseHolder("");
  }
}

/** The time at which a home's login was issued, epoch milliseconds; undefined when it is not stated, or not readable. */
export function issuedIn(home: string): number | undefined {
  try {
    return issuedAt(readText(authFileOf(home), MOST_BYTES.login));
  } catch {
    return undefined;
  }
}

/** The text and the account of a home's auth file; undefined without a login that Codex accepts. */
export function readLogin(home: string): { readonly text: string; readonly account: Account } | undefined {
  const text = readText(authFileOf(home), MOST_BYTES.login);
  const account = parseAccount(text);
  return text === undefined || !isLogin(account) ? undefined : { text, account };
}
