import { sha256Hex } from "../text/sha256.ts";
import type { Account } from "./account.ts";

/** The parts of a login that identify its account. */
export type Owner = Pick<Account, "user" | "workspace"> & Partial<Pick<Account, "email" | "kind">>;

/**
 * The key of a login's account: 16 hex digits of a hash of user and workspace. Without a user the e-mail address is
 * used. The account is unknown (undefined) for a login without either, and for an API key; an unknown account equals no
 * other.
 */
export function accountKey(owner: Owner): string | undefined {
  const user = userOf(owner);
  return user === undefined ? undefined : sha256Hex(`${user}\0${owner.workspace ?? ""}`).slice(0, 16);
}

/** Tells whether two logins belong to one account: they share its limits and its refresh token. */
export function isSameAccount(a: Owner, b: Owner): boolean {
  const user = userOf(a);
  return user !== undefined && user === userOf(b) && a.workspace === b.workspace;
}

function userOf({ kind, user, email }: Owner): string | undefined {
  return kind === "apikey" ? undefined : user ?? email?.toLowerCase();
}
