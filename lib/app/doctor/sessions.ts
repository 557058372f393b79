import { join } from "node:path";
import { isLogin } from "../../core/codex/account.ts";
import { accountKey } from "../../core/codex/account_key.ts";
import { tellsDeadLogin } from "../../core/codex/reasons.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { type SessionFacts, sessionFindings } from "../../core/doctor/sessions.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { homeVariable, variable } from "../../core/shell/surroundings.ts";
import { authFileOf, homeOf } from "../../core/system/layout.ts";
import { parseTime } from "../../core/text/time.ts";
import { isPlainBelow } from "../../io/files/access.ts";
import { changedAt, exists, isSamePath, realPath } from "../../io/files/read.ts";
import { serversIn } from "../../io/process/codex_processes.ts";
import { ageOf, commandLineOf } from "../../io/process/process.ts";
import { loginAt } from "../codex/auth_file.ts";
import { accountIn } from "../codex/account_file.ts";
import { defaultCommandSettings } from "../codex/codex_program.ts";
import { credentialStore, ownProviderOf } from "../codex/login_watch.ts";
import { configOf, hasBackgroundCodex } from "../codex/homes.ts";
import { strangersIn } from "../codex/open_by.ts";
import { readStatus } from "../pick/survey.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Around } from "./around.ts";

/** Checks each session's login and its open Codex processes. */
export function lookAtSessions(around: Around): Finding[] {
  const { sessions } = readStatus(around.layout).status;
  return sessionFindings(
    aliasesOf(around.layout).map((alias) => factsOf(around, alias, sessions.get(alias))),
  );
}

function factsOf(
  { host, layout, config }: Around,
  alias: string,
  known: SessionStatus | undefined,
): SessionFacts {
  const home = homeOf(layout, alias);
  const auth = authFileOf(home);
  const account = accountIn(home);
  const said = known?.lastProbeResult ?? "";
  const open = strangersIn(host, layout, home).map(({ pid }) => pid);
  const servers = new Set(open.length === 0 ? [] : serversIn(home));
  const since = Math.min(parseTime(known?.accountSince) ?? -Infinity, changedAt(auth) ?? -Infinity);
  return {
    alias,
    login: account.kind,
    provider: ownProviderOf(home, isLogin(account) ? {} : defaultCommandSettings(config, host)),
    problem: exists(auth) ? loginAt(auth).problem : undefined,
    store: credentialStore(home),
    hasAuthFile: exists(auth),
    account: accountKey(account),
    recorded: known?.account,
    refused: tellsDeadLogin(said) ? said : undefined,
    leavesProcesses: hasBackgroundCodex(home),
    ownHome: isPlainBelow(layout.root, home) ? home : undefined,
    settings: configOf(home),
    place: realPath(home) ?? home,
    isUsersOwn: usersOwnHomes(host).some((own) => isSamePath(own, home)),
    open,
    servers: open.filter((pid) => servers.has(pid) && !isCodexOwn(pid)),
    older: open.filter((pid) => {
      const age = ageOf(pid);
      return age !== undefined && host.clock.now() - age < since;
    }),
  };
}

/** The home that Codex uses without sessions. */
function usersOwnHomes({ env, platform }: Around["host"]): string[] {
  const home = variable(env, homeVariable(platform), platform);
  return home ? [join(home, ".codex")] : [];
}

/** Tells an app-server that Codex starts by itself, and lets run on, from one that another program started. */
function isCodexOwn(pid: number): boolean {
  const words = commandLineOf(pid);
  return words.includes("--managed-daemon") || words.includes("daemon");
}
