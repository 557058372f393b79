import { ORDINARY } from "../../../rig/backend/account.ts";
import { authFileText, mintTokens } from "../../../rig/backend/token.ts";

const TEN_DAYS = 864_000;

const minted = new Map<string, string>();

/**
 * The text of an auth file of a made-up login that nobody needs to renew for days; its email is `<account>@example.test`.
 * The same account always has the same one, so that homes can be compared.
 */
export function login(account: string): string {
  const text = minted.get(account) ??
    authFileText(mintTokens(account, ORDINARY, TEN_DAYS, "rig"), account, "http://127.0.0.1:9");
  minted.set(account, text);
  return text;
}
