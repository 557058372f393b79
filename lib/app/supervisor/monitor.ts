import { isDeadLogin, type ProbeResult, probeText } from "../../core/codex/reasons.ts";
import { afterCrash, afterSilence, type Crashes, NO_CRASHES } from "../../core/supervisor/crashes.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { decide, type Facts, type Phase, type Start } from "../../core/supervisor/monitor.ts";
import { type Renewal, renewalOf } from "../../core/codex/renewal.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import type { AppServer, Purpose } from "../codex/app_server.ts";
import { converseWithin, type LoginView } from "../codex/conversation.ts";
import { AliasRecord } from "./alias_record.ts";
import type { LoginWatch } from "../codex/login_watch.ts";
import type { Shared } from "./monitor_context.ts";

/** Keeps the readings of one alias fresh: carries out what `core/supervisor/monitor` decides. */
export class Monitor {
  readonly record: AliasRecord;
  readonly #shared: Shared<Monitor>;
  readonly #wake: () => void;
  #starting: { readonly purpose: Purpose; readonly mayRenew: boolean } | undefined;
  #server: AppServer | undefined;
  /** Asked to end, not gone yet. */
  readonly #leaving = new Set<AppServer>();
  #crashes: Crashes = NO_CRASHES;
  #triedAt = -Infinity;
  /** When a child that could renew this very login was started. */
  #renewedAt = -Infinity;
  #isLoginDead = false;
  /** How often in a row the service refused a login of this account. */
  #refusals = 0;
  /** How many logins this home has had; an answer counts for the one it was asked under. */
  #logins = 0;
  #waitsForAccount = false;
  isManaged = false;
  isRetired = false;
  /** It would probe now, if as many others did not. */
  waitsForSlot = false;

  constructor(alias: string, home: string, session: SessionStatus, shared: Shared<Monitor>) {
    this.record = new AliasRecord(alias, home, session, shared);
    this.#shared = shared;
    this.#wake = () => shared.wake(this);
  }

  get alias(): string {
    return this.record.alias;
  }

  get login(): LoginWatch {
    return this.record.login;
  }

  /** Does what is due; returns how long nothing else will be, in milliseconds. */
  step(hasSlot: boolean): number {
    this.#noticeLogin();
    const mono = this.#shared.host.clock.monotonic();
    const later = Math.min(...[...this.#leaving].map((server) => server.enforce(mono) - mono), Infinity);
    if (this.isRetired) return later;
    // What a start does to a login depends on the version.
    if (!this.#shared.starter.isVersionKnown(this.#wake)) return later;
    const decision = decide(this.#facts(hasSlot), this.#shared.pace());
    const waited = this.#waitsForAccount;
    this.#waitsForAccount = decision.act === "wait" && decision.isForAccount === true;
    this.waitsForSlot = decision.act === "wait" && decision.isForSlot === true;
    switch (decision.act) {
      case "wait":
        // Those who have the account must learn that they are in the way.
        if (this.#waitsForAccount && !waited) this.#wake();
        return Math.min(later, decision.forMs);
      case "close":
        this.#leave(this.#server!);
        break;
      case "report":
        this.#result(decision.fault);
        break;
      case "read":
        void this.#converse(this.#server!, this.#logins);
        break;
      case "start":
        void this.#start(decision);
    }
    this.#wake();
    return later;
  }

  /** What status.json says of this alias. */
  session(): SessionStatus {
    const pid = this.#server?.purpose === "manage" ? this.#server.identity.pid : 0;
    return this.record.status({ pid, crashes: this.#crashes, version: this.#shared.starter.version });
  }

  /** Whether a probe of this alias takes one of the slots. */
  isProbing(): boolean {
    return (this.#starting ?? this.#server)?.purpose === "probe";
  }

  /** The processes of ours in this home, those that are ending included. */
  servers(): AppServer[] {
    return [...(this.#server ? [this.#server] : []), ...this.#leaving];
  }

  /** Whether it has a process, or is about to. */
  isBusy(): boolean {
    return this.#starting !== undefined || this.servers().length > 0;
  }

  /** Whether no other process may use its account: it renews the login, or waits to. */
  needsAccount(): boolean {
    return this.#waitsForAccount || this.#starting?.mayRenew === true ||
      this.servers().some((server) => server.mayRenew);
  }

  /** Whether there is an answer, good or bad, of this supervisor's time. */
  hasResult(): boolean {
    return this.record.entry.isTried;
  }

  /** Somebody picked this alias: a child that may renew its login makes room. */
  picked(atMs: number, selectedAt: string): void {
    this.record.picked(atMs, selectedAt);
    if (this.#server?.mayRenew) this.#leave(this.#server);
  }

  /** Ends what runs, for good. */
  retire(): void {
    this.isRetired = true;
    this.#waitsForAccount = false;
    this.waitsForSlot = false;
    if (this.#server) this.#leave(this.#server);
  }

  #facts(hasSlot: boolean): Facts {
    const { host, starter, isTaken, isWanted } = this.#shared;
    const [now, mono] = [host.clock.now(), host.clock.monotonic()];
    const { entry: { readAt }, isOpen, pickedAt } = this.record;
    const renewal = this.#renewal();
    const phase: Phase = this.#starting ? "starting" : this.#server?.phase ?? "none";
    return {
      phase,
      isManaged: this.isManaged,
      renewal,
      isAccountTaken: renewal.kind === "possible" && isTaken(this),
      isAccountWanted: renewal.kind === "impossible" &&
        (isWanted(this) || [...this.#leaving].some((server) => server.mayRenew)),
      isOutdated: phase === "idle" && starter.isOutdated(this.#server!),
      isOpen,
      sincePick: Math.abs(now - pickedAt),
      readingAge: readAt === undefined || readAt > now + 5000 ? Infinity : now - readAt,
      sinceTry: mono - this.#triedAt,
      sinceRenewal: mono - this.#renewedAt,
      isLoginDead: this.#isLoginDead,
      startsIn: this.#crashes.nextStartAt - mono,
      hasSlot,
      now,
    };
  }

  #renewal(version = this.#shared.starter.version): Renewal {
    const { host, renewalMarginMs } = this.#shared;
    return renewalOf(this.login.account, host.clock.now(), version, renewalMarginMs);
  }

  async #start(how: Start): Promise<void> {
    const { purpose, mayRenew } = how;
    const { starter, journal, host } = this.#shared;
    const login = this.#logins;
    this.#starting = { purpose, mayRenew };
    this.#triedAt = host.clock.monotonic();
    try {
      const role = { ...how, updated: (params: unknown) => this.#updated(login, params) };
      const started = await starter.start(this.alias, this.record.home, this.login.path, role);
      if ("fault" in started) {
        this.#result(started.fault);
        if (started.fault.kind !== "aboutToRenew") this.#crashed(purpose, 0);
        return;
      }
      const { server } = started;
      this.#server = server;
      if (mayRenew) this.#renewedAt = host.clock.monotonic();
      void server.exited.then(() => this.#gone(server));
      if (this.isRetired) this.#leave(server);
      else void this.#converse(server, login);
    } catch (error) {
      journal.note("cannot start an app-server", { alias: this.alias, why: wordsOf(error) });
      this.#result({ kind: "cannotStart" });
      this.#crashed(purpose, 0);
    } finally {
      this.#starting = undefined;
      this.#wake();
    }
  }

  /** Handshake if there was none, then a reading, within the time limit, of the login that `login` counts. */
  async #converse(server: AppServer, login: number): Promise<void> {
    const { probeLimitMs, host: { clock } } = this.#shared;
    this.#triedAt = clock.monotonic();
    const outcome = await converseWithin(server, this.#loginView(server), clock, probeLimitMs);
    if (server.phase === "closing") return this.#wake(); // it was asked to make room meanwhile
    if (login !== this.#logins) {
      this.#triedAt = -Infinity;
      this.#leave(server);
      return this.#wake();
    }
    const isSilent = outcome.kind === "noAnswer";
    if (outcome.kind === "ok") this.record.entry.read(outcome.reading.readings);
    else if ("detail" in outcome && outcome.detail !== undefined) {
      this.#shared.journal.note("no reading", { alias: this.alias, why: probeText(outcome) });
    }
    this.#result(outcome);
    if (isSilent && !server.mayRenew && server.purpose === "manage") {
      const now = clock.monotonic();
      this.#crashes = afterSilence(this.#crashes, now, now - server.startedAt, this.#shared.host.random());
    }
    const stays = server.purpose === "manage" && !isSilent && outcome.kind !== "notRenewed" &&
      !this.#isLoginDead;
    if (stays) server.phase = "idle";
    else this.#leave(server);
    this.#wake();
  }

  #loginView(server: AppServer): LoginView {
    return {
      renewal: (version) => {
        this.#noticeLogin();
        if (version !== undefined) this.#shared.starter.heard(server, version);
        return this.#renewal(version);
      },
      workspace: () => this.login.account.workspace,
      settled: () => this.#shared.starter.renewed(server),
      unsettled: () => this.#shared.starter.renewing(server),
    };
  }

  #updated(login: number, params: unknown): void {
    if (login !== this.#logins) return;
    this.record.entry.update(params);
    this.#wake();
  }

  #result(result: ProbeResult): void {
    this.#triedAt = this.#shared.host.clock.monotonic();
    this.#refusals = result.kind === "tokenRefused" ? this.#refusals + 1 : 0;
    this.#isLoginDead = isDeadLogin(result);
    this.record.entry.tried(result);
  }

  #leave(server: AppServer): void {
    if (server.isGone || server.phase === "closing") return;
    server.close(this.#shared.host.clock.monotonic());
    if (this.#server === server) this.#server = undefined;
    this.#leaving.add(server);
  }

  #gone(server: AppServer): void {
    const { host, starter, journal } = this.#shared;
    server.isGone = true;
    if (server.dropped > 0) journal.note("dropped lines", { alias: this.alias, lines: server.dropped });
    if (this.#server === server) {
      this.#server = undefined;
      this.#crashed(server.purpose, host.clock.monotonic() - server.startedAt);
    }
    this.#noticeLogin();
    this.#leaving.delete(server);
    starter.ended(server);
    // It outlived its time limit, and renewed the login: now a reading is possible.
    if (server.mayRenew && !this.#isLoginDead && this.#renewal().kind === "impossible") {
      this.#triedAt = -Infinity;
    }
    this.#wake();
  }

  /** Counts an end that nobody asked for; a probe's is only a result. */
  #crashed(purpose: Purpose, ranMs: number): void {
    if (purpose === "probe") return;
    const { host, journal, mostCrashesIn5m } = this.#shared;
    const now = host.clock.monotonic();
    this.#crashes = afterCrash(this.#crashes, now, ranMs, mostCrashesIn5m, host.random());
    const { inARow, nextStartAt } = this.#crashes;
    journal.note("app-server crashed", {
      alias: this.alias,
      inARow,
      nextTryInMs: Math.round(nextStartAt - now),
    });
  }

  /** Another login makes what we know, and who runs, worthless; any new file may cure a dead one. */
  #noticeLogin(): void {
    const seen = this.login.look();
    if (seen === "same") return;
    this.#shared.moved(this);
    this.#renewedAt = -Infinity;
    // Renewed by ours, and refused again: nobody is helped by trying that all day.
    const isFutile = this.#refusals > 1 && this.servers().some((server) => server.mayRenew);
    if (seen === "replaced" && (!this.#isLoginDead || isFutile)) return;
    this.#isLoginDead = false;
    this.#triedAt = -Infinity;
    if (seen === "replaced") return this.record.entry.forgetResult();
    this.#logins++;
    this.record.replaced();
    if (this.#server?.phase === "idle") this.#leave(this.#server);
  }
}
