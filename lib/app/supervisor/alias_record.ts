import type { Account } from "../../core/codex/account.ts";
import { accountKey } from "../../core/codex/account_key.ts";
import { isBegunAs, type ThreadActivity } from "../../core/codex/activity.ts";
import type { CommandSettings } from "../../core/codex/provider.ts";
import type { ProbeResult } from "../../core/codex/reasons.ts";
import type { Crashes } from "../../core/supervisor/crashes.ts";
import { definedFields } from "../../core/text/json.ts";
import { type Activity, emptySession, type SessionStatus } from "../../core/session/status.ts";
import { lacksOf } from "../../core/codex/versions.ts";
import { formatTimeMs, parseTime } from "../../core/text/time.ts";
import type { Host } from "../../io/host.ts";
import { StatusEntry } from "./status_entry.ts";
import { HomeThreads } from "./threads/home_threads.ts";
import { LoginWatch } from "../codex/login_watch.ts";

interface Context {
  readonly host: Pick<Host, "clock" | "system">;
  unknownLeft(): number;
  /** The default command's choice of a provider. */
  command(): CommandSettings;
  /** All records of this account, including the given one. */
  sharing(asking: { readonly login: LoginWatch }): readonly { readonly record: AliasRecord }[];
}

/** The facts of a session that come from its app-server. */
interface Running {
  readonly pid: number;
  readonly crashes: Crashes;
  readonly version: string | undefined;
}

/** The record of one alias: login, limits and activity. */
export class AliasRecord {
  readonly alias: string;
  readonly home: string;
  readonly login: LoginWatch;
  readonly entry: StatusEntry;
  readonly threads: HomeThreads;
  readonly #context: Context;
  #keyed: { readonly account: Account; readonly key: string | undefined } | undefined;

  /** The time from which this login is known to be in the home, epoch milliseconds. */
  #since: number;
  isOpen = false;
  activity: Activity = { activeTurns: 0 };
  /** Epoch milliseconds; 0 = never. */
  pickedAt = 0;

  /** `session` = the status of an earlier supervisor. */
  constructor(alias: string, home: string, session: SessionStatus, context: Context) {
    this.alias = alias;
    this.home = home;
    this.login = new LoginWatch(home, context.command);
    this.login.look();
    const { clock } = context.host;
    const [key, before] = [this.account, session.account];
    this.#since = key !== undefined && before === key
      ? parseTime(session.accountSince) ?? clock.now()
      : clock.now();
    const isAnother = key !== undefined && before !== undefined && key !== before;
    const known = isAnother ? { ...emptySession(), lastSelectedAt: session.lastSelectedAt } : session;
    this.entry = new StatusEntry(known, clock, context.unknownLeft);
    this.threads = new HomeThreads(home, clock, parseTime(known.activity.lastActivityAt));
    this.#context = context;
  }

  /** A hash of the login's account; undefined when the account is unknown, or not the one that turns here use. */
  get account(): string | undefined {
    const { account, provider } = this.login;
    if (provider !== undefined) return undefined;
    if (this.#keyed?.account !== account) {
      this.#keyed = { account, key: accountKey(account) };
    }
    return this.#keyed.key;
  }

  /** The order of the next probe, smallest first; a session without an answer comes last. */
  get urgency(): number {
    const hangs = this.entry.result?.kind === "noAnswer" ? 1e15 : 0;
    return hangs + (this.entry.readAt ?? 0);
  }

  /** Resets the record for another login. */
  replaced(): void {
    this.#since = this.#context.host.clock.now();
    this.entry.forgetAll();
  }

  /** Records the result of a probe; that of a login which is not accepted names the fault of its file. */
  tried(result: ProbeResult): void {
    const { problem } = this.login;
    const isFaulty = result.kind === "loginRequired" && problem !== undefined;
    this.entry.tried(isFaulty ? { ...result, detail: problem } : result);
  }

  /** Records a pick; `selectedAt` is the time as stored in the state. */
  picked(atMs: number, selectedAt: string): void {
    this.pickedAt = Math.max(this.pickedAt, atMs);
    this.entry.picked(selectedAt);
  }

  /** Records account facts from a rollout in all aliases of that account. */
  heard(activity: ThreadActivity): void {
    if (this.login.provider !== undefined || !isBegunAs(activity, this.login.account, this.#since)) return;
    for (const { record } of this.#context.sharing(this)) record.#note(activity);
  }

  /** The entry for status.json; `pid` = the permanent app-server, 0 = none; `version` = of Codex. */
  status({ pid, crashes, version }: Running): SessionStatus {
    const { activity, account } = this;
    const lacks = lacksOf(version, this.#context.host.system.processes !== undefined);
    return this.entry.session({
      pid,
      crashes,
      activity,
      ...definedFields({
        account,
        accountSince: account === undefined ? undefined : formatTimeMs(this.#since),
        codexVersion: version,
        lacks: lacks.length === 0 ? undefined : lacks,
      }),
    });
  }

  #note({ limits, refusal, succeededSince }: ThreadActivity): void {
    for (const each of limits.values()) this.entry.noted(each);
    if (refusal) this.entry.refused(refusal);
    if (succeededSince !== undefined) this.entry.lift(succeededSince);
  }
}
