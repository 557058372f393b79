import { isDeadLogin, type ProbeResult, probeText } from "../../core/codex/reasons.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { decide, type Facts, type Phase, type Start } from "../../core/supervisor/monitor.ts";
import type { Renewal } from "../../core/codex/renewal.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import type { AppServer, Purpose } from "../codex/app_server.ts";
import { converseWithin, type LoginView } from "../codex/conversation.ts";
import { AliasRecord } from "./alias_record.ts";
import type { LoginWatch } from "../codex/login_watch.ts";
import type { Shared } from "./monitor_context.ts";
import { CrashRecord } from "./records/crash_record.ts";

/** Keeps the readings of one alias fresh by executing the decisions of `core/supervisor/monitor`. */
export class Monitor {
  readonly record: AliasRecord;
  readonly #shared: Shared<Monitor>;
  readonly #wake: () => void;
  #starting: { readonly purpose: Purpose; readonly mayRenew: boolean } | undefined;
  #server: AppServer | undefined;
  /** App-servers that were asked to end and still run. */
  #leaving: readonly AppServer[] = [];
  readonly #crashes: CrashRecord;
  #triedAt = -Infinity;
  /** The start of the last child that could renew the current login. */
  #renewedAt = -Infinity;
  #isLoginDead = false;
  /** Consecutive refusals of this account's login by the service. */
  #refusals = 0;
  /** The number of logins so far; an answer counts for the login at the time of the question. */
  #logins = 0;
  #waitsForAccount = false;
  isManaged = false;
  isRetired = false;
  /** True while a probe is due but no slot is free. */
  waitsForSlot = false;

  constructor(alias: string, home: string, session: SessionStatus, shared: Shared<Monitor>) {
    this.record = new AliasRecord(alias, home, session, shared);
    this.#shared = shared;
    this.#crashes = new CrashRecord(alias, shared);
    this.#wake = () => shared.wake(this);
  }

  get alias(): string {
    return this.record.alias;
  }

  get login(): LoginWatch {
    return this.record.login;
  }

  /** Does what is due; returns the time until something else is due, in milliseconds. */
  step(hasSlot: boolean): number {
    this.#noticeLogin();
    const mono = this.#shared.host.clock.monotonic();
    const later = Math.min(...this.#leaving.map((server) => server.enforce(mono) - mono), Infinity);
    if (this.isRetired) return later;
    // The version determines if a start can renew a login.
    if (!this.#shared.starter.isVersionKnown(this.#wake)) return later;
    const decision = decide(this.#facts(hasSlot), this.#shared.pace());
    const waited = this.#waitsForAccount;
    this.#waitsForAccount = decision.act === "wait" && decision.isForAccount === true;
    this.waitsForSlot = decision.act === "wait" && decision.isForSlot === true;
    switch (decision.act) {
      case "wait":
        // Other users of the account must make room.
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

  /** The entry for status.json. */
  session(): SessionStatus {
    const pid = this.#server?.purpose === "manage" ? this.#server.identity.pid : 0;
    return this.record.status({ pid, crashes: this.#crashes.all, version: this.#shared.starter.version });
  }

  /** True while a probe of this alias occupies a slot. */
  isProbing(): boolean {
    return (this.#starting ?? this.#server)?.purpose === "probe";
  }

  /** The supervised processes in this home, including those that are ending. */
  servers(): AppServer[] {
    return [...(this.#server ? [this.#server] : []), ...this.#leaving];
  }

  /** True while a process runs or starts. */
  isBusy(): boolean {
    return this.#starting !== undefined || this.servers().length > 0;
  }

  /** True while it needs exclusive use of its account, to renew the login. */
  needsAccount(): boolean {
    return this.#waitsForAccount || this.#starting?.mayRenew === true ||
      this.servers().some((server) => server.mayRenew);
  }

  /** True once this supervisor has any result. */
  hasResult(): boolean {
    return this.record.entry.isTried;
  }

  /** Records a pick and ends a child that may renew the login. */
  picked(atMs: number, selectedAt: string): void {
    this.record.picked(atMs, selectedAt);
    if (this.#server?.mayRenew) this.#leave(this.#server);
  }

  /** Ends all processes and starts no more. */
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
        (isWanted(this) || this.#leaving.some((server) => server.mayRenew)),
      isOutdated: phase === "idle" && starter.isOutdated(this.#server!),
      isOpen,
      sincePick: Math.abs(now - pickedAt),
      readingAge: readAt === undefined || readAt > now + 5000 ? Infinity : now - readAt,
      sinceTry: mono - this.#triedAt,
      sinceRenewal: mono - this.#renewedAt,
      isLoginDead: this.#isLoginDead,
      startsIn: this.#crashes.all.nextStartAt - mono,
      hasSlot,
      now,
    };
  }

  #renewal(version = this.#shared.starter.version): Renewal {
    const { host, renewalMarginMs } = this.#shared;
    return this.login.renewal(host.clock.now(), version, renewalMarginMs);
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
        if (started.fault.kind !== "aboutToRenew") this.#crashes.crashed(purpose, 0);
        return;
      }
      const { server } = started;
      this.#server = server;
      if (mayRenew) this.#renewedAt = host.clock.monotonic();
      void server.exited.then(() => this.#gone(server));
      server.flooded.addEventListener("abort", () => this.#flooded(server));
      if (this.isRetired) this.#leave(server);
      else void this.#converse(server, login);
    } catch (error) {
      journal.note("cannot start an app-server", { alias: this.alias, why: wordsOf(error) });
      this.#result({ kind: "cannotStart" });
      this.#crashes.crashed(purpose, 0);
    } finally {
      this.#starting = undefined;
      this.#wake();
    }
  }

  /** Does the handshake if needed, then takes a reading within the time limit; `login` numbers the login it is for. */
  async #converse(server: AppServer, login: number): Promise<void> {
    const { probeLimitMs, host: { clock } } = this.#shared;
    this.#triedAt = clock.monotonic();
    const outcome = await converseWithin(server, this.#loginView(server), clock, probeLimitMs);
    if (server.phase === "closing") return this.#wake(); // it was asked to end meanwhile
    if (login !== this.#logins) {
      this.#triedAt = -Infinity;
      this.#leave(server);
      return this.#wake();
    }
    const isSilent = outcome.kind === "noAnswer" || outcome.kind === "printsWithoutEnd";
    if (outcome.kind === "ok") this.record.entry.read(outcome.reading.readings);
    else if ("detail" in outcome && outcome.detail !== undefined) {
      this.#shared.journal.note("no reading", { alias: this.alias, why: probeText(outcome) });
    }
    this.#result(outcome);
    if (isSilent && !server.mayRenew) this.#crashes.silent(server);
    const stays = server.purpose === "manage" && !isSilent && outcome.kind !== "notRenewed" &&
      !this.#isLoginDead;
    if (stays) server.phase = "idle";
    else this.#leave(server);
    this.#wake();
  }

  /** Ends a server that prints without end; the conversation with it ends by itself. */
  #flooded(server: AppServer): void {
    this.#shared.journal.note("app-server prints without end", { alias: this.alias });
    if (server.phase !== "idle") return;
    this.#result({ kind: "printsWithoutEnd" });
    this.#crashes.silent(server);
    this.#leave(server);
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
    this.record.tried(result);
  }

  #leave(server: AppServer): void {
    if (server.isGone || server.phase === "closing") return;
    server.close(this.#shared.host.clock.monotonic());
    if (this.#server === server) this.#server = undefined;
    this.#leaving = [...this.#leaving, server];
  }

  #gone(server: AppServer): void {
    const { host, starter, journal } = this.#shared;
    server.isGone = true;
    if (server.dropped > 0) journal.note("dropped lines", { alias: this.alias, lines: server.dropped });
    if (this.#server === server) {
      this.#server = undefined;
      this.#crashes.crashed(server.purpose, host.clock.monotonic() - server.startedAt);
    }
    this.#noticeLogin();
    this.#leaving = this.#leaving.filter((other) => other !== server);
    starter.ended(server);
    // It renewed the login after its time limit, so a reading is possible now.
    if (server.mayRenew && !this.#isLoginDead && this.#renewal().kind === "impossible") {
      this.#triedAt = -Infinity;
    }
    this.#wake();
  }

  /** Discards facts and processes of a previous login; any new auth file may replace a dead login. */
  #noticeLogin(): void {
    const seen = this.login.look();
    if (seen === "same") return;
    this.#shared.moved(this);
    this.#renewedAt = -Infinity;
    // Renewed by a supervised app-server and refused again: further tries are futile.
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
