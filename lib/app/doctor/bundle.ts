import { basename } from "node:path";
import { CONFIG_KEYS } from "../../core/config/config_keys.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import type { Names } from "../../core/doctor/redact.ts";
import { reportText } from "../../core/doctor/report.ts";
import { homeVariable, variable } from "../../core/shell/surroundings.ts";
import { authFileOf, homeOf, type Layout, trashedHomeOf } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { VERSION } from "../../core/text/version.ts";
import { namesIn, readEnds } from "../../io/files/read.ts";
import { placeNew } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { accountAt } from "../codex/account_file.ts";
import { allSettings } from "../config/settings.ts";
import { readStatus } from "../pick/survey.ts";
import { aliasesOf } from "../session/sessions.ts";

const LOG_BYTES = 64 * 1024;
const LOG_LINES = 200;
const INTRODUCTION = `Report of agentlb doctor for a bug report.
Read it before you share it. Sessions are numbered; e-mail addresses, account ids, tokens, names, paths and the
texts of settings are cut.
`;

/** Writes a report for others to a new file (0600). Throws Failure when there is something of that name. */
export function writeBundle(host: Host, layout: Layout, findings: readonly Finding[], path: string): void {
  const { platform, arch, system, env } = host;
  const { status } = readStatus(layout);
  const text = reportText({
    names: namesHere(host, layout),
    versions: [
      ["agentlb", VERSION],
      ["system", `${platform} ${arch}`],
      ["processes visible", system.processes === undefined ? "no" : "yes"],
      ["locks", system.lockCall],
      ["shell", basename(env.SHELL ?? "")],
    ],
    settings: settingsHere(host, layout),
    fixedWords: new Set(CONFIG_KEYS.flatMap(({ oneOf }) => oneOf ?? [])),
    findings,
    status,
    log: logLines(layout),
  });
  if (placeNew(path, `${INTRODUCTION}\n${text}`)) return;
  throw new Failure("failed", `Cannot write ${path}: it exists`, { hint: "name a new file" });
}

function settingsHere(host: Host, layout: Layout) {
  try {
    return allSettings(host, layout).settings;
  } catch {
    return []; // a finding tells
  }
}

function logLines(layout: Layout): string[] {
  try {
    const lines = readEnds(layout.log, 0, LOG_BYTES)?.tail.split("\n") ?? [];
    return lines.slice(-LOG_LINES);
  } catch {
    return []; // a finding tells
  }
}

/** All names here that a report must not have. */
function namesHere({ env, platform }: Host, layout: Layout): Names {
  const userHome = variable(env, homeVariable(platform), platform) ?? "";
  const trashed = namesIn(layout.trash);
  const auth = [
    ...aliasesOf(layout).map((alias) => homeOf(layout, alias)),
    ...trashed.map((name) => trashedHomeOf(layout, name)),
  ].map(authFileOf);
  return {
    aliases: [
      ...aliasesOf(layout),
      ...readStatus(layout).status.sessions.keys(),
      ...trashed.map((name) => name.replace(/-[0-9a-f]+$/, "")),
    ],
    accounts: auth.map(accountAt).flatMap(({ user, workspace, email }) =>
      [user, workspace, email].filter((name) => name !== undefined)
    ),
    users: [...new Set([basename(userHome), env.USER ?? "", env.LOGNAME ?? ""])]
      .filter((name) => name !== "" && name !== "root"),
    root: layout.root,
    userHome,
  };
}
