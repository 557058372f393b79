import type { Config } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { printedCommand, usualShell } from "../../core/shell/quote.ts";
import { exists, isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { isLogin } from "../../core/codex/account.ts";
import { accountIn } from "../codex/account_file.ts";
import { credentialStore } from "../codex/login_watch.ts";
import { loginStatus, needsLogin, providerIn, runLogin, underLoginLock } from "./login_command.ts";
import { loginWay, type LoginWish } from "./login_way.ts";
import { tellAfter, tellBefore } from "./login_words.ts";
import { replaceLogin } from "./replace_login.ts";
import { settleLogin } from "./settle.ts";
import { noLogin } from "./temporary_home.ts";
import { Stopped } from "./twins.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { aliasFor, checkKnownAlias, missingSession } from "../session/sessions.ts";

interface LoginRequest extends LoginWish {
  /** Accepts a login of another account without asking, and logs in where no login is needed. */
  readonly force: boolean;
}

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
  if (!isFolder(home)) throw missingSession(layout, alias);
  const provider = request.force ? undefined : providerIn(host, config, home);
  if (provider !== undefined) {
    const uses = `its Codex uses the model provider "${printable(provider)}"`;
    host.err(`agentlb: "${printable(alias)}" needs no login: ${uses}; to log in all the same: --force\n`);
    return provider;
  }
  const way = await loginWay(host, layout, config, request);
  await underLoginLock(host, layout, alias, async () => {
    await awaitRenewal(host, layout, alias);
    await refuseHidden(host, config, alias, home);
    tellBefore(host, alias, way);
    if (exists(authFileOf(home))) {
      const result = await replaceLogin(host, layout, config, alias, way, { force: request.force });
      if (result !== "done") throw new Stopped(`Stopped; "${alias}" keeps its old login`, result === "left");
      return;
    }
    await runLogin(host, config, way, home);
    if (await needsLogin(host, config, home)) throw noLogin();
    const account = accountIn(home);
    if (isLogin(account)) await settleLogin(host, layout, config, alias, way, false);
    else tellAfter(host, alias, account);
  });
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
