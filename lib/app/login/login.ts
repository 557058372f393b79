import { join } from "node:path";
import type { Account } from "../../core/codex/account.ts";
import { isSameAccount } from "../../core/codex/account_key.ts";
import type { Config } from "../../core/config/config.ts";
import { Failure, isForbidden, wordsOf } from "../../core/text/failure.ts";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { printedCommand, usualShell } from "../../core/shell/quote.ts";
import { ensureFolder, makeTemporaryFolder, removeTree } from "../../io/files/folders.ts";
import { exists, isFolder, readText } from "../../io/files/read.ts";
import { writeNew } from "../../io/files/replace.ts";
import { sweepFolders } from "../../io/files/tree.ts";
import { parseToml, renderToml } from "../../io/formats.ts";
import type { Host } from "../../io/host.ts";
import { credentialStore } from "../codex/login_watch.ts";
import { configOf } from "../codex/homes.ts";
import { installLogin } from "./replace_auth_file.ts";
import { loginStatus, needsLogin, providerIn, runLogin, underLoginLock } from "./login_command.ts";
import { openersOf } from "../codex/open_by.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { accountIn, readLogin } from "../codex/account_file.ts";
import { aliasFor, checkKnownAlias, missingSession } from "../session/sessions.ts";

interface LoginRequest {
  /** Accepts a login of another account without asking, and logs in where no login is needed. */
  readonly force: boolean;
  /** Empty = as configured. */
  readonly loginCmd: string;
}

const HOUR_MS = 3_600_000;

/**
 * Logs in to a session that exists. `codex login` revokes the login in its home before it has a new one, so a session
 * that has a login gets the new one by way of an empty temporary home. Returns the model provider that needs no login,
 * where nothing was done for that reason.
 */
export async function logInAgain(
  host: Host,
  layout: Layout,
  config: Config,
  target: string,
  request: LoginRequest,
): Promise<string | undefined> {
  const alias = aliasFor(layout, target);
  checkKnownAlias(host, alias);
  const home = homeOf(layout, alias);
  if (!isFolder(home)) throw missingSession(alias);
  const provider = request.force ? undefined : providerIn(host, config, home);
  if (provider !== undefined) {
    const uses = `its Codex uses the model provider "${printable(provider)}"`;
    host.err(`agentlb: "${printable(alias)}" needs no login: ${uses}; to log in all the same: --force\n`);
    return provider;
  }
  await underLoginLock(host, layout, alias, async () => {
    await awaitRenewal(host, layout, alias);
    await refuseHidden(host, config, alias, home);
    if (exists(authFileOf(home))) return await replaceLogin(host, layout, config, alias, request);
    await runLogin(host, config, request.loginCmd, home);
    if (await needsLogin(host, config, home)) throw noLogin();
  });
  host.err(`agentlb: logged in to "${printable(alias)}"${printable(named(accountIn(home)))}\n`);
  return undefined;
}

/** Throws Failure for a login outside auth.json, which could not be kept safe. */
async function refuseHidden(host: Host, config: Config, alias: string, home: string): Promise<void> {
  const store = credentialStore(home);
  const isHidden = store === "keyring" ||
    (!exists(authFileOf(home)) && await loginStatus(host, config, home) === "some");
  if (!isHidden) return;
  const bare = await printedCommand(usualShell(host.platform), home, ["codex", "login"]);
  throw new Failure(
    "failed",
    `Cannot log in to "${alias}" again: its login is not in a file (cli_auth_credentials_store = "${store}"), ` +
      "so it could not be kept until the new one is there",
    { hint: `to replace it all the same: ${bare}` },
  );
}

async function replaceLogin(
  host: Host,
  layout: Layout,
  config: Config,
  alias: string,
  { force, loginCmd }: LoginRequest,
): Promise<void> {
  const home = homeOf(layout, alias);
  ensureFolder(layout.logins);
  sweepFolders(layout.logins, "", "auth.json", host.clock.now() - HOUR_MS);
  const temporary = makeTemporaryFolder(layout.logins, `${alias}-`);
  let isKept = false;
  try {
    writeNew(configOf(temporary), fileStoreConfig(home));
    await runLogin(host, config, loginCmd, temporary);
    const login = readLogin(temporary);
    if (login === undefined) throw noLogin();
    const { text, account } = login;
    const old = accountIn(home);
    if (!isSameAccount(old, account) && !force) await askWhetherToReplace(host, alias, old, account);
    isKept = true;
    await install(host, layout, alias, text, temporary);
    isKept = false;
  } finally {
    if (!isKept) removeTree(temporary);
  }
  const openers = openersSeen(host, layout, home).filter(({ pid }) => pid !== 0);
  if (openers.length > 0) {
    const pids = openers.map(({ pid }) => pid).join(", ");
    host.err(`agentlb: note: running Codex processes keep the old login until restarted (pid ${pids})\n`);
  }
}

/** The processes that have the home open; none when that may not be looked up, as the login is in place already. */
function openersSeen(host: Host, layout: Layout, home: string): ReturnType<typeof openersOf> {
  try {
    return openersOf(host, layout, home);
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

/** Puts the new login in place; on failure it stays in the temporary home, so that it is not lost. */
async function install(
  host: Host,
  layout: Layout,
  alias: string,
  text: string,
  temporary: string,
): Promise<void> {
  try {
    await installLogin(host, layout, alias, text);
  } catch (error) {
    const hint = error instanceof Failure && error.hint !== undefined ? `${error.hint}; then ` : "";
    throw new Failure("failed", `Cannot put the new login of "${alias}" in place: ${wordsOf(error)}`, {
      cause: error,
      hint: `${hint}move ${join(temporary, "auth.json")} to ${authFileOf(homeOf(layout, alias))}`,
    });
  }
}

async function askWhetherToReplace(host: Host, alias: string, old: Account, account: Account): Promise<void> {
  const what = `The new login${named(account)} is not the account that "${alias}" has${named(old)}`;
  if (host.isTerminal.input && host.isTerminal.error) {
    const answer = await host.ask(`agentlb: ${printable(what)}. Replace it? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new Failure("failed", `${what}; the old login stays`, {
    hint: `to replace it: agentlb login ${alias} --force`,
  });
}

function named({ email, kind }: Account): string {
  if (email !== undefined) return ` (${email})`;
  if (kind === "unreadable") return " (it can't be read)";
  if (kind === "token") return " (an access token)";
  return kind === "apikey" ? " (an API key)" : "";
}

function noLogin(): Failure {
  return new Failure(
    "loginFailed",
    "The login command ended well, but there is no login in the home it was given",
  );
}

/** The settings of a home, with its login in a file; an unreadable config.toml is ignored, as Codex does. */
function fileStoreConfig(home: string): string {
  const forced = { cli_auth_credentials_store: "file" };
  try {
    const path = configOf(home);
    return renderToml({ ...parseToml(readText(path) ?? "", path) as Record<string, unknown>, ...forced });
  } catch {
    return renderToml(forced);
  }
}
