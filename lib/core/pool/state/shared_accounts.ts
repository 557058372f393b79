import type { Account } from "../../codex/account.ts";
import { accountKey } from "../../codex/account_key.ts";

/** Groups of files with the same account, by name, in their order: they share its limits. Single files are left out. */
export function twinsIn(files: readonly { readonly name: string; readonly account: Account }[]): string[][] {
  const byAccount = new Map<string, string[]>();
  for (const { name, account } of files) {
    const key = accountKey(account);
    if (key === undefined) continue;
    byAccount.set(key, [...byAccount.get(key) ?? [], name]);
  }
  return [...byAccount.values()].filter(({ length }) => length > 1);
}
