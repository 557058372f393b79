import { isLogin } from "../../core/codex/account.ts";
import type { Config } from "../../core/config/config.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { accountPhrase, accountTail } from "../../core/login/account_words.ts";
import type { FoundSession } from "../../core/login/plan.ts";
import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { homeVariable, pathsOn, variable } from "../../core/shell/surroundings.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { accountIn, holderIn } from "../codex/account_file.ts";
import { lookAtCodex } from "../doctor/codex.ts";
import { isReady, needsLogin, providerIn } from "../login/login_command.ts";
import { aliasesOf } from "../session/sessions.ts";

const LONGEST = 4096;

/** Says which Codex is found, and what is amiss with it. Throws Failure when there is none. */
export async function tellCodex(host: Host, layout: Layout, config: Config): Promise<void> {
  const findings: readonly Finding[] = await lookAtCodex({ host, layout, config });
  const missing = findings.find(({ check }) => check === "codex-missing");
  if (missing !== undefined) {
    throw new Failure("failed", `Cannot set up: ${missing.what}`, { hint: missing.cure });
  }
  for (const { severity, what, cure } of findings) {
    const advice = cure === "nothing to do" ? "" : `; ${printable(cure, LONGEST)}`;
    const kind = severity === "fault" ? "warning: " : "";
    host.err(`agentlb: ${kind}${printable(what, LONGEST)}${advice}\n`);
  }
}

/** Says what is logged in in the user's own home of Codex, which stays as it is. */
export function tellOwnHome(host: Pick<Host, "env" | "platform" | "err">): void {
  const { env, platform } = host;
  const named = variable(env, "CODEX_HOME", platform);
  const userHome = variable(env, homeVariable(platform), platform);
  if (!named && !userHome) return;
  const home = named || pathsOn(platform).join(userHome!, ".codex");
  const shown = named ? printable(named, LONGEST) : "~/.codex";
  if (!isFolder(home)) return;
  const account = holderIn(home);
  const login = isLogin(account) ? `logged in${printable(accountPhrase(account))}` : "no login in a file";
  host.err(`agentlb: ${shown}: ${login}; it stays as it is\n`);
}

/** Says which sessions are there, and finds out which of them lack a login. */
export async function tellSessions(host: Host, layout: Layout, config: Config): Promise<FoundSession[]> {
  const found: FoundSession[] = [];
  for (const alias of aliasesOf(layout)) {
    const home = homeOf(layout, alias);
    const isThere = isReady(host, config, home) || !await needsLogin(host, config, home);
    found.push({ alias, isReady: isThere });
    host.err(
      `agentlb: session "${printable(alias)}": ${
        isThere ? readyWords(host, config, home) : "not logged in"
      }\n`,
    );
  }
  return found;
}

function readyWords(host: Host, config: Config, home: string): string {
  const account = accountIn(home);
  if (isLogin(account)) return `logged in${printable(accountTail(account))}`;
  const provider = providerIn(host, config, home);
  return provider === undefined
    ? "logged in, not in a file"
    : `needs no login: its Codex uses the model provider "${printable(provider)}"`;
}
