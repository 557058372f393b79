import { isLogin } from "../../core/codex/account.ts";
import { accountKey } from "../../core/codex/account_key.ts";
import { tellsDeadLogin } from "../../core/codex/reasons.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { sessionFindings } from "../../core/doctor/sessions.ts";
import { authFileOf, homeOf } from "../../core/system/layout.ts";
import { exists } from "../../io/files/read.ts";
import { loginAt } from "../codex/auth_file.ts";
import { accountIn } from "../codex/account_file.ts";
import { defaultCommandSettings } from "../codex/codex_program.ts";
import { credentialStore, ownProviderOf } from "../codex/login_watch.ts";
import { configOf, hasBackgroundCodex } from "../codex/homes.ts";
import { openersOf } from "../codex/open_by.ts";
import { readStatus } from "../pick/survey.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Around } from "./around.ts";

/** Checks each session's login and its open Codex processes. */
export function lookAtSessions({ host, layout, config }: Around): Finding[] {
  const { sessions } = readStatus(layout).status;
  return sessionFindings(
    aliasesOf(layout).map((alias) => {
      const home = homeOf(layout, alias);
      const account = accountIn(home);
      const said = sessions.get(alias)?.lastProbeResult ?? "";
      return {
        alias,
        login: account.kind,
        provider: ownProviderOf(home, isLogin(account) ? {} : defaultCommandSettings(config, host)),
        problem: exists(authFileOf(home)) ? loginAt(authFileOf(home)).problem : undefined,
        isKeptElsewhere: credentialStore(home) !== "file",
        account: accountKey(account),
        refused: tellsDeadLogin(said) ? said : undefined,
        leavesProcesses: hasBackgroundCodex(home),
        settings: configOf(home),
        open: openersOf(host, layout, home).map(({ pid }) => pid),
      };
    }),
  );
}
