import type { Account } from "../../core/codex/account.ts";
import { accountKey } from "../../core/codex/account_key.ts";

/** An object that has a login. */
export interface Holder {
  readonly login: { readonly path: string; readonly account: Account };
}

/** Groups holders by login: the same file behind links, or files that name the same user and workspace. */
export class Accounts<T extends Holder> {
  readonly #byKey = new Map<string, readonly T[]>();
  readonly #noted = new Map<T, { readonly path: string; readonly account: Account }>();

  /** Adds a holder or updates its login; returns the holders of its previous login. */
  note(holder: T): T[] {
    const { path, account } = holder.login;
    const noted = this.#noted.get(holder);
    const before = noted === undefined ? [] : this.sharing({ login: noted });
    this.drop(holder);
    this.#noted.set(holder, { path, account });
    for (const key of keysOf(path, account)) {
      this.#byKey.set(key, [...this.#byKey.get(key) ?? [], holder]);
    }
    return before;
  }

  drop(holder: T): void {
    const noted = this.#noted.get(holder);
    if (noted === undefined) return;
    this.#noted.delete(holder);
    for (const key of keysOf(noted.path, noted.account)) {
      const others = (this.#byKey.get(key) ?? []).filter((other) => other !== holder);
      if (others.length === 0) this.#byKey.delete(key);
      else this.#byKey.set(key, others);
    }
  }

  /** All holders of this login, including the given one. */
  sharing({ login: { path, account } }: Holder): T[] {
    return [...new Set(keysOf(path, account).flatMap((key) => this.#byKey.get(key) ?? []))];
  }
}

function keysOf(path: string, account: Account): string[] {
  const key = accountKey(account);
  return [`file ${path}`, ...key === undefined ? [] : [`account ${key}`]];
}
