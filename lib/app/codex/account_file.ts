import { basename } from "node:path";
import { type Account, type Holder, parseAccount, parseHolder } from "../../core/codex/account.ts";
import { type Login, loginIn } from "../../core/codex/auth_file.ts";
import { errnoOf } from "../../core/text/failure.ts";
import { authFileOf } from "../../core/system/layout.ts";
import { readBytes, readText } from "../../io/files/read.ts";

/** The account whose login a home holds. A file that can't be read is an unreadable login. */
export function accountIn(home: string): Account {
  return accountAt(authFileOf(home));
}

/** The account whose login is in an auth file. A file that can't be read is an unreadable login. */
export function accountAt(path: string): Account {
  try {
    return parseAccount(readText(path));
  } catch {
    return parseAccount("");
  }
}

/** Whose login a home holds, without its times. A file that can't be read is an unreadable login. */
export function holderIn(home: string): Holder {
  try {
    return parseHolder(readText(authFileOf(home)));
  } catch {
    return parseHolder("");
  }
}

/** What an auth file is worth; one that is gone, or can't be read, has a problem. */
export function loginAt(path: string): Login {
  const unfit = (problem: string): Login => ({ account: parseAccount(""), problem });
  try {
    const bytes = readBytes(path);
    return bytes === undefined ? unfit("it is gone") : loginIn(bytes, basename(path));
  } catch (error) {
    return unfit(`it can't be read (${errnoOf(error) ?? "error"})`);
  }
}

/** The text of a home's auth file with the account in it; undefined when there is none that Codex takes for a login. */
export function readLogin(home: string): { readonly text: string; readonly account: Account } | undefined {
  const text = readText(authFileOf(home));
  const account = parseAccount(text);
  const isLogin = account.kind === "chatgpt" || account.kind === "apikey";
  return text === undefined || !isLogin ? undefined : { text, account };
}
