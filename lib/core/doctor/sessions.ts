import { typed } from "../shell/quote.ts";
import type { Account } from "../codex/account.ts";
import { type Finding, finding } from "./finding.ts";

/** Facts about one session. */
export interface SessionFacts {
  readonly alias: string;
  readonly login: Account["kind"];
  /** The model provider that its turns use in place of a login; undefined when they use the login. */
  readonly provider: string | undefined;
  /** The reason why Codex cannot use its auth file; undefined when it can, and without a file. */
  readonly problem: string | undefined;
  /** Codex stores the login of this home elsewhere than in a file. */
  readonly isKeptElsewhere: boolean;
  /** The account, whatever the alias; undefined when unknown. */
  readonly account: string | undefined;
  /** The service's message for a login that it refused. */
  readonly refused: string | undefined;
  readonly leavesProcesses: boolean;
  /** The settings of its Codex. */
  readonly settings: string;
  /** The Codex processes that have it open. */
  readonly open: readonly number[];
}

/** The findings about the sessions. */
export function sessionFindings(sessions: readonly SessionFacts[]): Finding[] {
  if (sessions.length === 0) return [finding("session-none", "there are no sessions")];
  return [...sessions.flatMap(findingsOf), ...sharedFindings(sessions)];
}

function findingsOf(session: SessionFacts): Finding[] {
  const { alias, leavesProcesses, settings, open } = session;
  const found = loginFinding(session);
  if (leavesProcesses) {
    found.push(finding("codex-background", `${alias}: Codex leaves background processes behind`, settings));
  }
  if (open.length > 0) {
    found.push(finding("codex-running", `${alias}: Codex is running (pid ${open.join(", ")})`));
  }
  return found;
}

function loginFinding(
  { alias, login, provider, problem, settings, isKeptElsewhere, refused }: SessionFacts,
): Finding[] {
  if (provider !== undefined) {
    return [finding("login-unneeded", `${alias}: it uses the model provider ${provider}`, settings)];
  }
  if (problem !== undefined) {
    return [finding("login-unreadable", `${alias}: auth.json can't be used: ${problem}`, typed(alias))];
  }
  if (login === "none" && !isKeptElsewhere) {
    return [finding("login-missing", `${alias}: nobody is logged in`, typed(alias))];
  }
  if (login === "unreadable") {
    return [finding("login-unreadable", `${alias}: auth.json is not understood`, typed(alias))];
  }
  if (refused !== undefined && login !== "none") {
    return [finding("login-dead", `${alias}: ${refused}`, typed(alias))];
  }
  return login === "apikey" ? [finding("login-key", `${alias}: it uses an API key`, typed(alias))] : [];
}

function sharedFindings(sessions: readonly SessionFacts[]): Finding[] {
  const byAccount = new Map<string, string[]>();
  for (const { alias, account } of sessions) {
    if (account !== undefined) byAccount.set(account, [...byAccount.get(account) ?? [], alias]);
  }
  return [...byAccount.values()].filter((aliases) => aliases.length > 1).map((aliases) =>
    finding("account-shared", `${aliases.join(", ")}: one account`, typed(aliases.at(-1) ?? ""))
  );
}
