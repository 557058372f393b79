import type { Account } from "../codex/account.ts";
import { isLogin } from "../codex/account.ts";
import { isSameAccount } from "../codex/account_key.ts";

/** A reason against putting a kept login back: the service takes each refresh token once. */
export type LoginRefusal = "renewed since" | "another account" | "not a login" | "not comparable";

/** A kept login, the one in its place now, and those of other homes and backups. */
export interface LoginFacts {
  readonly kept: Account;
  /** Undefined when there is no auth file. */
  readonly present: Account | undefined;
  readonly elsewhere: readonly Account[];
}

/** The reason against putting a kept login back; undefined when none is known. */
export function loginRefusal({ kept, present, elsewhere }: LoginFacts): LoginRefusal | undefined {
  if (!isLogin(kept)) return "not a login";
  if ([...present === undefined ? [] : [present], ...elsewhere].some((other) => isNewer(other, kept))) {
    return "renewed since";
  }
  if (present === undefined || !isLogin(present)) return undefined;
  if (!isSameAccount(present, kept)) return "another account";
  return isNewer(kept, present) ? undefined : "not comparable";
}

/** Tells whether a login is a later one of the same account, by what both say of their time. */
function isNewer(login: Account, than: Account): boolean {
  if (!isSameAccount(login, than)) return false;
  const [one, other] = [login.lastRefresh, than.lastRefresh];
  if (one !== undefined && other !== undefined && one !== other) return one > other;
  return (login.tokenExpiresAt ?? -1) > (than.tokenExpiresAt ?? -1);
}
