import { join } from "node:path";
import { type Account, isLogin, parseAccount } from "../../core/codex/account.ts";
import { type Renewal, renewalOf } from "../../core/codex/renewal.ts";
import { accountKey } from "../../core/codex/account_key.ts";
import { accountAt } from "./account_file.ts";
import { loginAt } from "./auth_file.ts";
import { authFileOf } from "../../core/system/layout.ts";
import { fingerprintOf, readText, realPath } from "../../io/files/read.ts";
import { parseToml } from "../../io/formats.ts";
import { configOf } from "./homes.ts";
import { type CommandSettings, ownProvider } from "../../core/codex/provider.ts";

/** The account of a home's login, read again when the auth file is replaced. */
export class LoginWatch {
  readonly #home: string;
  #print: string | undefined;
  #account: Account | undefined;
  #path: string | undefined;
  readonly #command: () => CommandSettings;
  #provider: string | undefined;
  #problem: string | undefined;

  /** `command` = the default command's choice of a provider. */
  constructor(home: string, command: () => CommandSettings = () => ({})) {
    this.#home = home;
    this.#command = command;
  }

  get account(): Account {
    return this.#account ?? parseAccount(undefined);
  }

  /** The model provider that turns here use in place of a login; undefined when they use the login. */
  get provider(): string | undefined {
    return this.#provider;
  }

  /** The reason why Codex cannot use the auth file; undefined when it can, and without a file. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The effect of starting an app-server here; nothing is started where it could not use the login. */
  renewal(nowMs: number, version: string | undefined, marginMs: number): Renewal {
    if (this.#provider !== undefined) return { kind: "none", why: "no login needed" };
    if (this.account.kind === "unreadable" && this.#problem !== undefined) {
      return { kind: "none", why: "no login" };
    }
    return renewalOf(this.account, nowMs, version, marginMs);
  }

  /** The real path of the auth file at the last look. A look also notices a changed link. */
  get path(): string {
    return this.#path ??= realPath(authFileOf(this.#home)) ?? authFileOf(this.#home);
  }

  /** Looks at the file: "replaced" by the same login (renewed, or logged in again), or by "another" login. */
  look(): "same" | "replaced" | "another" {
    const file = authFileOf(this.#home);
    const { profile, provider: named } = this.#command();
    // The settings name the credential store and the provider.
    const settings = [configOf(this.#home), ...profile === undefined ? [] : [profileOf(this.#home, profile)]];
    const print = [file, ...settings].map(printOf).concat(named).join(" ");
    const old = this.#account;
    if (old !== undefined && this.#print === print) return "same";
    const account = this.#read(file);
    const provider = ownProviderOf(this.#home, isLogin(account) ? {} : this.#command());
    const hadProvider = this.#provider;
    this.#provider = provider;
    this.#problem = printOf(file) === undefined ? undefined : loginAt(file).problem;
    this.#print = print;
    this.#account = account;
    this.#path = undefined;
    if (old === undefined) return "same";
    // Two logins without a known account can be compared by workspace only.
    const isSame = hadProvider === provider && old.kind === account.kind &&
      old.workspace === account.workspace &&
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

/**
 * The model provider of a home's Codex, if that needs no OpenAI login; undefined otherwise. Turns there use no login, even
 * if there is one. `command` = of the default command, whose choice counts only in homes without a login.
 */
export function ownProviderOf(home: string, command: CommandSettings = {}): string | undefined {
  const { profile, provider } = command;
  try {
    return ownProvider([
      settingsAt(configOf(home)),
      ...profile === undefined ? [] : [settingsAt(profileOf(home, profile))],
      ...provider === undefined ? [] : [{ model_provider: provider }],
    ]);
  } catch {
    return undefined; // Codex runs with its defaults, or not at all
  }
}

/** The settings of a profile in a home. */
function profileOf(home: string, profile: string): string {
  return join(home, `${profile}.config.toml`);
}

function settingsAt(file: string): unknown {
  const text = readText(file) ?? "";
  return text.includes("model_provider") ? parseToml(text, file) : {};
}
