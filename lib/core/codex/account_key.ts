import { sha256Hex } from "../text/sha256.ts";
import type { Account } from "./account.ts";

/** What a login says of who its account belongs to. */
export type Owner = Pick<Account, "user" | "workspace"> & Partial<Pick<Account, "email" | "kind">>;

/**
 * The account of a login, in 16 hex digits that tell nothing of it: a hash of its user and its workspace. A login that
 * names no user is known by its e-mail address; of one without either, and of an API key, the account is unknown
 * (undefined), and an unknown account is the same as no other.
 */
export function accountKey(owner: Owner): string | undefined {
  const user = userOf(owner);
  return user === undefined ? undefined : sha256Hex(`${user}\0${owner.workspace ?? ""}`).slice(0, 16);
}

/** Whether two logins are of one account: they share its limits, and renew one token. */
export function isSameAccount(a: Owner, b: Owner): boolean {
  const user = userOf(a);
  return user !== undefined && user === userOf(b) && a.workspace === b.workspace;
}

function userOf({ kind, user, email }: Owner): string | undefined {
  return kind === "apikey" ? undefined : user ?? email?.toLowerCase();
}
