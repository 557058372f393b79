import { join } from "node:path";
import { aliasOfKept, kindOfKept } from "../../core/backup/kept_file.ts";
import { type LoginRefusal, loginRefusal } from "../../core/backup/kept_login.ts";
import type { Account } from "../../core/codex/account.ts";
import { homeVariable, variable } from "../../core/shell/surroundings.ts";
import { authFileOf, homeOf, type Layout, trashedHomeOf } from "../../core/system/layout.ts";
import { exists, namesIn } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { accountAt, accountIn } from "../codex/account_file.ts";
import { openersOf } from "../codex/open_by.ts";
import { aliasesOf } from "../session/sessions.ts";
import { type Backup, backupsOf, FILES } from "./load.ts";

/** A login that is not put back, and why. */
export interface RefusedLogin {
  readonly alias: string;
  readonly reason: LoginRefusal | "Codex is running";
}

/** Those of the kept logins of some sessions that are not to be put back. */
export function refusedLogins(
  host: Host,
  layout: Layout,
  backup: Backup,
  paths: readonly string[],
): RefusedLogin[] {
  const elsewhere = loginsElsewhere(host, layout, backup);
  return paths.flatMap((path): RefusedLogin[] => {
    const alias = aliasOfKept(path) ?? "";
    const home = homeOf(layout, alias);
    if (openersOf(host, layout, home).length > 0) return [{ alias, reason: "Codex is running" }];
    const reason = loginRefusal({
      kept: accountAt(join(backup.folder, FILES, path)),
      present: exists(authFileOf(home)) ? accountIn(home) : undefined,
      elsewhere,
    });
    return reason === undefined ? [] : [{ alias, reason }];
  });
}

/** The logins of all sessions, of removed ones, of the user's own home, and of the other backups. */
function loginsElsewhere(host: Host, layout: Layout, backup: Backup): Account[] {
  const user = variable(host.env, homeVariable(host.platform), host.platform);
  const homes = [
    ...aliasesOf(layout).map((alias) => homeOf(layout, alias)),
    ...namesIn(layout.trash).map((name) => trashedHomeOf(layout, name)),
    ...user ? [join(user, ".codex")] : [],
  ];
  const others = backupsOf(layout).filter(({ name }) => name !== backup.name).flatMap(
    ({ folder, manifest }) =>
      (manifest?.files ?? []).filter(({ path }) => kindOfKept(path) === "login")
        .map(({ path }) => accountAt(join(folder, FILES, path))),
  );
  return [...homes.map(accountIn), ...others];
}
