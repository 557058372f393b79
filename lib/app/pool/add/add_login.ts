import { join } from "node:path";
import type { Holder } from "../../../core/codex/account.ts";
import { isSameAccount } from "../../../core/codex/account_key.ts";
import { defaultConfig } from "../../../core/config/config.ts";
import { accountPhrase, accountTail } from "../../../core/login/account_words.ts";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { refusal } from "../../../core/session/alias.ts";
import { Failure, wordsOf } from "../../../core/text/failure.ts";
import { printable } from "../../../core/text/printable.ts";
import { authFileOf } from "../../../core/system/layout.ts";
import { ensureFolder, makeFolder } from "../../../io/files/folders.ts";
import { removeIfEmpty } from "../../../io/files/place.ts";
import { exists, isFolder, kindOf, resolvedPath } from "../../../io/files/read.ts";
import { placeNew } from "../../../io/files/replace.ts";
import type { Host } from "../../../io/host.ts";
import { holderAt } from "../../codex/account_file.ts";
import { USUAL_SETTINGS } from "../../../core/sharing/usual_settings.ts";
import { runLogin } from "../../login/login_command.ts";
import { loginWay, type LoginWish } from "../../login/login_way.ts";
import { logInAside } from "../../login/temporary_home.ts";
import { pathsOf } from "../../session/sessions.ts";
import { type PoolSettings, typedPath } from "../load.ts";
import { listAuthFiles, withoutBackups } from "../pick/auth_files.ts";

/** The wish for a new auth file of a team folder. */
export interface AddWish extends LoginWish {
  /** The name of the file, with or without ".json". */
  readonly name: string;
  /** The team folder as typed; undefined = the configured one. */
  readonly teamDir: string | undefined;
  /** Adds an account that the team folder has already. */
  readonly force: boolean;
}

/** A new auth file of a team folder. */
export interface Added {
  readonly file: string;
  readonly teamDir: string;
  readonly account: Holder;
  /** The names of the other files with the same account. */
  readonly twins: readonly string[];
}

/** Logs in in an empty temporary home and puts the login into the team folder under a new name. */
export async function addLogin(
  host: Host,
  flavour: Flavour,
  settings: PoolSettings,
  wish: AddWish,
): Promise<Added> {
  const name = fileNameOf(host, wish.name);
  const dir = teamDirOf(host, flavour, settings, wish.teamDir);
  const way = await loginWay(host, undefined, defaultConfig(), wish);
  const isNew = makeTeamDir(host, dir);
  try {
    if (exists(join(dir, name))) throw taken(dir, name);
    const advice = way.usesBrowser ? "; a private browser window helps to choose another account" : "";
    host.err(`ℹ️ log in to ${printable(name)} now${advice}\n`);
    const { logins } = pathsOf(host);
    ensureFolder(logins);
    const place = { parent: logins, prefix: `${flavour.name}-`, settings: USUAL_SETTINGS };
    const logIn = (home: string) => runLogin(host, defaultConfig(), way, home);
    return await logInAside(host, place, logIn, async ({ account, home, text, keptUntil }) => {
      const twins = twinsIn(dir, settings, account);
      if (twins.length > 0 && !wish.force) throw doubled(flavour, wish.name, account, twins);
      await keptUntil(() => put(dir, name, text, home));
      host.err(`ℹ️ added ${printable(name)}${printable(accountPhrase(account))}\n`);
      if (twins.length > 0) {
        host.err(`ℹ️ this is the same account as ${printable(twins.join(", "))}: they share its limits\n`);
      }
      tellUnpicked(host, flavour, settings, dir, name);
      return { file: join(dir, name), teamDir: dir, account, twins };
    });
  } finally {
    if (isNew) removeIfEmpty(dir);
  }
}

/** The name of the file of a login. Throws Failure for one that would never be picked, or is no name of a file. */
function fileNameOf({ platform }: Pick<Host, "platform">, typed: string): string {
  const name = typed.replace(/\.json$/i, "");
  const file = `${name}.json`;
  const isBackup = withoutBackups([file, "a"]).backups.length > 0;
  const why = refusal(name, platform) ??
    (isBackup ? "such files count as backups, which are picked last" : undefined);
  if (why === undefined) return file;
  throw failure(`❌ '${typed}' can't be the name of an auth file: ${why}`, undefined, "usage");
}

function teamDirOf(host: Host, flavour: Flavour, settings: PoolSettings, typed: string | undefined): string {
  const dir = typed ? typedPath(host, settings, typed) : settings.authTeamDir;
  if (dir !== undefined) return resolvedPath(dir);
  throw failure(`❌ auth_team_dir is required (pass --team-dir or set it in ${flavour.configName})`);
}

/** Makes a team folder that is not there; only its last part, so that a mistyped path makes none. */
function makeTeamDir({ err }: Pick<Host, "err">, dir: string): boolean {
  if (isFolder(dir)) return false;
  if (kindOf(dir) !== undefined) throw failure(`❌ auth_team_dir is no folder: ${dir}`);
  try {
    makeFolder(dir);
  } catch (error) {
    throw failure(`❌ cannot make auth_team_dir ${dir}: ${wordsOf(error)}`);
  }
  err(`ℹ️ made the team folder ${printable(dir, 4096)}\n`);
  return true;
}

function twinsIn(dir: string, settings: PoolSettings, account: Holder): string[] {
  return listAuthFiles(dir, settings.authTeamGlob, settings.stateFile)
    .filter((path) => isSameAccount(account, holderAt(path)))
    .map((path) => path.startsWith(dir) ? path.slice(dir.length + 1) : path);
}

/** Puts the file in place; on failure the login stays in the temporary home, so that it is not lost. */
function put(dir: string, name: string, text: string, home: string): void {
  const hint = `the login is kept: move ${authFileOf(home)} to another name in ${dir}`;
  try {
    if (placeNew(join(dir, name), text)) return;
  } catch (error) {
    throw failure(`❌ cannot write ${join(dir, name)}: ${wordsOf(error)}`, hint);
  }
  throw taken(dir, name, hint);
}

/** Warns of a file that the glob leaves out. */
function tellUnpicked(
  { err }: Pick<Host, "err">,
  flavour: Flavour,
  { authTeamGlob, stateFile }: PoolSettings,
  dir: string,
  name: string,
): void {
  if (listAuthFiles(dir, authTeamGlob, stateFile).includes(join(dir, name))) return;
  err(
    `⚠️ ${printable(name)} is not picked: auth_team_glob '${
      printable(authTeamGlob)
    }' in ${flavour.configName} ` +
      "does not match it\n",
  );
}

function taken(dir: string, name: string, hint = "choose another name; nothing is overwritten"): Failure {
  return failure(`❌ ${name} is there already: ${join(dir, name)}`, hint);
}

function doubled(flavour: Flavour, name: string, account: Holder, twins: readonly string[]): Failure {
  return failure(
    `❌ not added: this is the same account as ${twins.join(", ")}${accountTail(account)}`,
    `to add it all the same: ${flavour.name} add ${name} --force`,
  );
}

function failure(message: string, hint?: string, code: "failed" | "usage" = "failed"): Failure {
  return new Failure(code, message, { verbatim: true, ...(hint === undefined ? {} : { hint }) });
}
