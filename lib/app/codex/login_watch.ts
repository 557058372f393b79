import { type Account, parseAccount } from "../../core/codex/account.ts";
import { accountKey } from "../../core/codex/account_key.ts";
import { accountAt } from "./account_file.ts";
import { authFileOf } from "../../core/system/layout.ts";
import { fingerprintOf, readText, realPath } from "../../io/files/read.ts";
import { parseToml } from "../../io/formats.ts";
import { configOf } from "./homes.ts";

/** The account of a home's login, read again when the auth file is replaced. */
export class LoginWatch {
  readonly #home: string;
  #print: string | undefined;
  #account: Account | undefined;
  #path: string | undefined;

  constructor(home: string) {
    this.#home = home;
  }

  get account(): Account {
    return this.#account ?? parseAccount(undefined);
  }

  /** The real path of the auth file at the last look. A look also notices a changed link. */
  get path(): string {
    return this.#path ??= realPath(authFileOf(this.#home)) ?? authFileOf(this.#home);
  }

  /** Looks at the file: "replaced" by the same login (renewed, or logged in again), or by "another" login. */
  look(): "same" | "replaced" | "another" {
    const file = authFileOf(this.#home);
    const print = `${printOf(file)} ${printOf(configOf(this.#home))}`; // the settings name the credential store
    const old = this.#account;
    if (old !== undefined && this.#print === print) return "same";
    const account = this.#read(file);
    this.#print = print;
    this.#account = account;
    this.#path = undefined;
    if (old === undefined) return "same";
    // Two logins without a known account can be compared by workspace only.
    const isSame = old.kind === account.kind && old.workspace === account.workspace &&
      accountKey(old) === accountKey(account);
    return isSame ? "replaced" : "another";
  }

  /** Reads the account; without a file, a login in a keyring counts as unreadable. */
  #read(file: string): Account {
    const account = accountAt(file);
    const isElsewhere = account.kind === "none" &&
      !["file", "ephemeral"].includes(credentialStore(this.#home));
    return isElsewhere ? { ...account, kind: "elsewhere" } : account;
  }
}

function printOf(file: string): string | undefined {
  try {
    return fingerprintOf(file);
  } catch {
    return "unreadable";
  }
}

/**
 * The credential store of a home's Codex: "file", "keyring", "auto" or "ephemeral". A broken config.toml gives the
 * default, as in Codex.
 */
export function credentialStore(home: string): string {
  try {
    const file = configOf(home);
    const config = parseToml(readText(file) ?? "", file) as { cli_auth_credentials_store?: unknown };
    const store = config.cli_auth_credentials_store;
    return typeof store === "string" ? store : "file";
  } catch {
    return "file";
  }
}
