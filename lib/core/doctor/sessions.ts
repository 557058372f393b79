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
  /** Where Codex stores the login of this home: "file", "keyring", "auto" or "ephemeral". */
  readonly store: string;
  /** There is an auth file, whether or not Codex reads it. */
  readonly hasAuthFile: boolean;
  /** The account, whatever the alias; undefined when unknown. */
  readonly account: string | undefined;
  /** The account whose limits are known; undefined when unknown. */
  readonly recorded: string | undefined;
  /** The service's message for a login that it refused. */
  readonly refused: string | undefined;
  readonly leavesProcesses: boolean;
  /** The home, when its settings may be changed here: not behind a link. */
  readonly ownHome: string | undefined;
  /** The settings of its Codex. */
  readonly settings: string;
  /** The real path of its home. */
  readonly place: string;
  /** The real home is also the user's own one. */
  readonly isUsersOwn: boolean;
  /** The Codex processes that have it open. */
  readonly open: readonly number[];
  /** Those of them that are app-servers of other programs. */
  readonly servers: readonly number[];
  /** Those of them that started before the session got its login. */
  readonly older: readonly number[];
}

/** The findings about the sessions. */
export function sessionFindings(sessions: readonly SessionFacts[]): Finding[] {
  if (sessions.length === 0) return [finding("session-none", "there are no sessions")];
  return [...sessions.flatMap(findingsOf), ...sharedFindings(sessions), ...placeFindings(sessions)];
}

function findingsOf(session: SessionFacts): Finding[] {
  const { alias, leavesProcesses, ownHome, settings, open, servers, older } = session;
  const found = [...storeFindings(session), ...loginFinding(session), ...recordFindings(session)];
  if (leavesProcesses) {
    const repair = ownHome === undefined ? undefined : { kind: "quiet", home: ownHome } as const;
    found.push(
      finding("codex-background", `${alias}: Codex leaves background processes behind`, settings, repair),
    );
  }
  if (open.length > 0) {
    found.push(finding("codex-running", `${alias}: Codex is running (pid ${open.join(", ")})`));
  }
  if (older.length > 0) {
    found.push(
      finding("login-held", `${alias}: Codex was started before this login (pid ${older.join(", ")})`),
    );
  }
  if (servers.length > 0) {
    const what = `${alias}: another program keeps an app-server here (pid ${servers.join(", ")})`;
    found.push(finding("home-managed", what, alias));
  }
  return found;
}

function storeFindings({ alias, store, hasAuthFile, settings }: SessionFacts): Finding[] {
  if (hasAuthFile && (store === "keyring" || store === "ephemeral")) {
    const what = `${alias}: its Codex does not read auth.json (cli_auth_credentials_store = "${store}")`;
    return [finding("login-ignored", what, settings)];
  }
  if (store !== "keyring" && store !== "auto") return [];
  return [finding("login-keyring", `${alias}: its login is in a keyring, or goes there`, settings)];
}

function loginFinding(
  { alias, login, provider, problem, settings, store, refused }: SessionFacts,
): Finding[] {
  if (provider !== undefined) {
    return [finding("login-unneeded", `${alias}: it uses the model provider ${provider}`, settings)];
  }
  if (problem !== undefined) {
    return [finding("login-unreadable", `${alias}: auth.json can't be used: ${problem}`, alias)];
  }
  if (login === "none" && store === "file") {
    return [finding("login-missing", `${alias}: nobody is logged in`, alias)];
  }
  if (login === "unreadable") {
    return [finding("login-unreadable", `${alias}: auth.json is not understood`, alias)];
  }
  if (refused !== undefined && login !== "none") {
    return [finding("login-dead", `${alias}: ${refused}`, alias)];
  }
  return login === "apikey" ? [finding("login-key", `${alias}: it uses an API key`, alias)] : [];
}

function recordFindings({ alias, account, recorded }: SessionFacts): Finding[] {
  if (account === undefined || recorded === undefined || account === recorded) return [];
  return [finding("account-changed", `${alias}: the known limits are those of another account`, alias)];
}

function sharedFindings(sessions: readonly SessionFacts[]): Finding[] {
  return groupsOf(sessions, ({ account }) => account).map((aliases) =>
    finding("account-shared", `${aliases.join(", ")}: one account`, aliases.at(-1))
  );
}

function placeFindings(sessions: readonly SessionFacts[]): Finding[] {
  const twins = groupsOf(sessions, ({ place }) => place).map((aliases) =>
    finding("home-shared", `${aliases.join(", ")}: one folder is the home of all of them`, aliases.at(-1))
  );
  const own = sessions.filter(({ isUsersOwn }) => isUsersOwn).map(({ alias, place }) =>
    finding("home-shared", `${alias}: its home is also your own one, ${place}`, alias)
  );
  return [...twins, ...own];
}

/** The aliases of sessions with one key, where several have it. */
function groupsOf(
  sessions: readonly SessionFacts[],
  keyOf: (session: SessionFacts) => string | undefined,
): string[][] {
  const groups = new Map<string, string[]>();
  for (const session of sessions) {
    const key = keyOf(session);
    if (key !== undefined) groups.set(key, [...groups.get(key) ?? [], session.alias]);
  }
  return [...groups.values()].filter((aliases) => aliases.length > 1);
}
