import type { Account } from "../../core/codex/account.ts";
import { accountKey } from "../../core/codex/account_key.ts";
import { isBegunAs, type ThreadActivity } from "../../core/codex/activity.ts";
import type { Crashes } from "../../core/supervisor/crashes.ts";
import { told } from "../../core/text/json.ts";
import { type Activity, emptySession, type SessionStatus } from "../../core/session/status.ts";
import { lacksOf } from "../../core/codex/versions.ts";
import { formatTimeMs, parseTime } from "../../core/text/time.ts";
import type { Host } from "../../io/host.ts";
import { Bulletin } from "./session_status.ts";
import { HomeThreads } from "./threads/home_threads.ts";
import { LoginWatch } from "../codex/login_watch.ts";

interface Surroundings {
  readonly host: Pick<Host, "clock" | "system">;
  unknownLeft(): number;
  /** All that have this account, the asking one too. */
  sharing(asking: { readonly login: LoginWatch }): readonly { readonly dossier: Dossier }[];
}

/** What of a session its app-server tells. */
interface Running {
  readonly pid: number;
  readonly crashes: Crashes;
  readonly version: string | undefined;
}

/** All that is known of one alias: its login, its limits, and what goes on in it. */
export class Dossier {
  readonly alias: string;
  readonly home: string;
  readonly login: LoginWatch;
  readonly bulletin: Bulletin;
  readonly threads: HomeThreads;
  readonly #around: Surroundings;
  #keyed: { readonly account: Account; readonly key: string | undefined } | undefined;

  /** Since when it surely has this login, epoch milliseconds. */
  #since: number;
  isOpen = false;
  activity: Activity = { activeTurns: 0 };
  /** Epoch milliseconds; 0 = never. */
  pickedAt = 0;

  /** `session` = what was known before. */
  constructor(alias: string, home: string, session: SessionStatus, around: Surroundings) {
    this.alias = alias;
    this.home = home;
    this.login = new LoginWatch(home);
    this.login.look();
    const { clock } = around.host;
    const [key, before] = [this.account, session.account];
    this.#since = key !== undefined && before === key
      ? parseTime(session.accountSince) ?? clock.now()
      : clock.now();
    const isAnother = key !== undefined && before !== undefined && key !== before;
    const known = isAnother ? { ...emptySession(), lastSelectedAt: session.lastSelectedAt } : session;
    this.bulletin = new Bulletin(known, clock, around.unknownLeft);
    this.threads = new HomeThreads(home, clock, parseTime(known.activity.lastActivityAt));
    this.#around = around;
  }

  /** Whose login it is, as a hash; undefined when nobody can tell. */
  get account(): string | undefined {
    const { account } = this.login;
    if (this.#keyed?.account !== account) {
      this.#keyed = { account, key: accountKey(account) };
    }
    return this.#keyed.key;
  }

  /** How urgent the next probe is, smallest first: those that hang wait for the others. */
  get urgency(): number {
    const hangs = this.bulletin.result?.kind === "noAnswer" ? 1e15 : 0;
    return hangs + (this.bulletin.readAt ?? 0);
  }

  /** Another login is in this home from now on. */
  replaced(): void {
    this.#since = this.#around.host.clock.now();
    this.bulletin.forgetAll();
  }

  /** Somebody picked this alias; `selectedAt` as the pick was remembered. */
  picked(atMs: number, selectedAt: string): void {
    this.pickedAt = Math.max(this.pickedAt, atMs);
    this.bulletin.picked(selectedAt);
  }

  /** Takes note of what a session file tells of the account, in all aliases of that account. */
  heard(activity: ThreadActivity): void {
    if (!isBegunAs(activity, this.login.account, this.#since)) return;
    for (const { dossier } of this.#around.sharing(this)) dossier.#note(activity);
  }

  /** What status.json says of this alias; `pid` = its app-server that stays, 0 = none; `version` = of Codex. */
  status({ pid, crashes, version }: Running): SessionStatus {
    const { activity, account } = this;
    const lacks = lacksOf(version, this.#around.host.system.processes !== undefined);
    return this.bulletin.session({
      pid,
      crashes,
      activity,
      ...told({
        account,
        accountSince: account === undefined ? undefined : formatTimeMs(this.#since),
        codexVersion: version,
        lacks: lacks.length === 0 ? undefined : lacks,
      }),
    });
  }

  #note({ limits, refusal, succeededSince }: ThreadActivity): void {
    for (const each of limits.values()) this.bulletin.noted(each);
    if (refusal) this.bulletin.refused(refusal);
    if (succeededSince !== undefined) this.bulletin.lift(succeededSince);
  }
}
