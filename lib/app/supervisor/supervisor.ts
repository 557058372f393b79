import { basename } from "node:path";
import { type Config, readConfig } from "../../core/config/config.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { paceOf } from "../../core/supervisor/monitor.ts";
import { has } from "../../core/codex/versions.ts";
import { RENEWAL_MARGIN_MS } from "../../core/codex/renewal.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { fingerprintOf } from "../../io/files/read.ts";
import { awaitExits } from "../codex/app_server.ts";
import { Children } from "./records/app_server_record.ts";
import { type CodexProgram, codexProgram, defaultCommandSettings } from "../codex/codex_program.ts";
import { CodexVersions } from "../codex/codex_version.ts";
import { Entries } from "./entries.ts";
import { HistoryWriter } from "../session/history.ts";
import type { Monitor } from "./monitor.ts";
import { Monitors } from "./monitors.ts";
import { lastPickOf } from "../session/last_pick.ts";
import { type Homes, OpenHomes } from "./threads/open_homes.ts";
import { readSettings } from "../config/file.ts";
import type { Shared } from "./monitor_context.ts";
import { Starter } from "./starter.ts";
import type { SupervisorSettings } from "./supervisor_settings.ts";
import { Watches } from "./watches.ts";

/** The interval of full checks, including that of the root, without any event. */
const LOOK_MS = 30_000;
const RETRY_MS = 5_000;

/**
 * Reads and publishes the limits of every alias. The loop looks at aliases with events, then sleeps until the next
 * deadline or event; see docs/supervisor.md.
 */
export class Supervisor {
  readonly #settings: SupervisorSettings;
  readonly #children: Children;
  readonly #openHomes: OpenHomes;
  readonly #history: HistoryWriter;
  readonly #entries = new Entries();
  readonly #shared: Shared<Monitor>;
  readonly #monitors: Monitors;
  readonly #homes: Homes = {
    all: () => Array.from(this.#monitors.all(), ({ record }) => record),
    of: (alias) => this.#monitors.of(alias)?.record,
  };
  readonly #watches = new Watches(() => this.#wake());
  readonly #picked = new Set<string>();
  #config: Config = readConfig({}, () => undefined).config;
  #isListDue = true;
  #isConfigDue = true;
  #checkedAt = -Infinity;
  #configPrint: string | undefined;
  #isSwept = false;
  /** Removed aliases, whose removal from status.json is urgent. */
  readonly #dropped = new Set<string>();
  #isStopping = false;
  #wakeUp = new AbortController();

  constructor(settings: SupervisorSettings) {
    const { host, layout, timing, journal, guard } = settings;
    const mayWrite = (path: string) => guard.mayWrite(path);
    this.#settings = settings;
    this.#children = new Children(layout, journal, mayWrite);
    this.#openHomes = new OpenHomes({
      ...settings,
      clock: host.clock,
      hasLocks: () => has(this.#shared.starter.version, "threadLocks"),
    });
    this.#history = new HistoryWriter({ layout, clock: host.clock, journal, mayWrite });
    this.#shared = {
      host,
      journal,
      starter: new Starter({
        host,
        layout,
        children: this.#children,
        versions: new CodexVersions(host, layout, mayWrite),
        mayWrite,
        codex: () => this.#codex(),
      }),
      probeLimitMs: timing.probeLifetimeSec * 1000,
      mostCrashesIn5m: timing.maxRestarts5m,
      renewalMarginMs: settings.renewalMarginMs ?? RENEWAL_MARGIN_MS,
      pace: () => paceOf(this.#config.sessions, timing),
      command: () => defaultCommandSettings(this.#config, host),
      unknownLeft: () => this.#config.sessions.unknownUsageLeftPercent,
      isTaken: (asking) => this.#monitors.isTaken(asking),
      isWanted: (asking) => this.#monitors.isWanted(asking),
      sharing: (asking) => {
        const sharing = this.#monitors.sharing(asking);
        for (const monitor of sharing) this.#monitors.touch(monitor);
        return sharing;
      },
      moved: (monitor) => this.#monitors.moved(monitor),
      wake: (monitor) => {
        this.#monitors.touch(monitor);
        this.#wake();
      },
    };
    this.#monitors = new Monitors({
      ...settings,
      children: this.#children,
      shared: this.#shared,
      present: (monitor, isNew) => this.#watchHome(monitor, isNew),
      gone: (alias) => {
        this.#dropped.add(alias);
        this.#watches.dropHome(alias);
      },
    });
  }

  /** Runs until `stop` is called or the root is replaced. */
  async run(): Promise<void> {
    const { host, layout, guard } = this.#settings;
    this.#watches.set("config", layout.root, (name) => name === "config.toml" && (this.#isConfigDue = true));
    this.#watches.set("sessions", layout.sessions, () => this.#isListDue = true);
    this.#watches.set("picks", layout.sessionStates, (name) => {
      if (name.endsWith(".json") && !name.startsWith(".")) this.#picked.add(name.slice(0, -".json".length));
      return name.endsWith(".json");
    });
    this.#watches.set("claims", layout.state, (name) => {
      if (name === basename(layout.leases)) this.#openHomes.expectClaims();
      return name === basename(layout.leases) || name === basename(layout.events);
    });
    while (!this.#isStopping && guard.isOurs()) {
      this.#wakeUp = new AbortController();
      await host.clock.sleep(Math.min(this.#lookSafely(), LOOK_MS), this.#wakeUp.signal);
    }
    await this.#finish();
  }

  /** Ends the run; a child that may be renewing a login is left to finish. */
  stop(): void {
    this.#isStopping = true;
    this.#wake();
  }

  /** Reads the configuration again at the next look. */
  reload(): void {
    this.#isConfigDue = true;
    this.#wake();
  }

  #wake(): void {
    this.#wakeUp.abort();
  }

  /** Looks, and retries later after an error. */
  #lookSafely(): number {
    try {
      return this.#look();
    } catch (error) {
      this.#settings.journal.note("trouble", { why: wordsOf(error) });
      return RETRY_MS;
    }
  }

  /** Does all that is due; returns the time until something else is due. */
  #look(): number {
    const waits: number[] = [];
    this.#checkUnasked();
    if (this.#isConfigDue) this.#reconfigure();
    if (this.#isListDue) waits.push(this.#list());
    for (const alias of this.#picked) this.#notePick(alias);
    this.#picked.clear();
    waits.push(this.#openHomes.look(this.#homes, (alias, isChanged) => this.#noteActivity(alias, isChanged)));
    this.#monitors.manage(this.#config.supervisor.managed);
    const { stepped, waitMs } = this.#monitors.step();
    waits.push(waitMs, this.#children.endStuck(this.#settings.host.clock));
    const isUrgent = this.#dropped.size > 0 || this.#isSweptJustNow();
    const sessions = this.#noteSessions(stepped);
    waits.push(this.#settings.ownRecord?.note(sessions, () => this.#codex()?.path) ?? Infinity);
    waits.push(this.#history.note(sessions));
    waits.push(this.#settings.events?.note(sessions, this.#config.notify) ?? Infinity);
    waits.push(this.#settings.publisher.publish(sessions, isUrgent));
    return Math.max(0, Math.min(...waits));
  }

  #codex(): CodexProgram | undefined {
    const { host, layout } = this.#settings;
    return codexProgram(this.#config, { ...host, cwd: layout.root });
  }

  #noteActivity(alias: string, isChanged: boolean): void {
    const monitor = this.#monitors.of(alias);
    if (monitor === undefined) return;
    this.#watches.days(alias, monitor.record.threads, () => this.#openHomes.expectLines());
    if (isChanged) this.#monitors.touch(monitor);
  }

  /** Updates the entries of these and of removed aliases; returns all entries for status.json. */
  #noteSessions(monitors: readonly Monitor[]): ReadonlyMap<string, SessionStatus> {
    const gone = [...this.#dropped].filter((alias) => this.#monitors.of(alias) === undefined);
    this.#dropped.clear();
    this.#entries.note([
      ...gone.map((alias) => [alias, undefined] as const),
      ...monitors.map((monitor) => [monitor.alias, monitor.session()] as const),
    ], this.#settings.host.clock.now());
    return this.#entries.all;
  }

  /** Checks for changes without an event: a folder can be unwatchable, and a link can lead outside it. */
  #checkUnasked(): void {
    const now = this.#settings.host.clock.monotonic();
    if (now - this.#checkedAt < LOOK_MS) return;
    this.#checkedAt = now;
    this.#isListDue = true;
    this.#openHomes.expectAnything();
    this.#settings.trash?.look();
    const print = fingerprintOf(this.#settings.layout.config);
    if (print !== this.#configPrint) this.#isConfigDue = true;
    this.#configPrint = print;
  }

  #list(): number {
    try {
      this.#monitors.list();
    } catch (error) {
      this.#settings.journal.note("cannot list sessions", { why: wordsOf(error) });
      return RETRY_MS;
    }
    this.#isListDue = false;
    return Infinity;
  }

  #watchHome(monitor: Monitor, isNew: boolean): void {
    const { alias, record } = monitor;
    if (isNew) {
      this.#picked.add(alias);
      this.#openHomes.expect(alias);
    }
    const changed = () => this.#monitors.touch(monitor);
    this.#watches.home(record, (name) => this.#openHomes.expect(alias, name), changed);
  }

  #reconfigure(): void {
    this.#isConfigDue = false;
    this.#monitors.touchAll();
    const { layout, journal } = this.#settings;
    try {
      const { config, problems } = readSettings(layout);
      this.#config = config;
      for (const { message } of problems) journal.note("config.toml", { why: message });
    } catch (error) {
      journal.note("cannot read config.toml; keeping what was read before", { why: wordsOf(error) });
    }
  }

  #notePick(alias: string): void {
    const { ms, at, clearedMs } = lastPickOf(this.#settings.layout, alias);
    const monitor = this.#monitors.of(alias);
    if (monitor === undefined) return;
    for (const each of clearedMs === 0 ? [] : this.#monitors.sharing(monitor)) {
      each.record.entry.lift(clearedMs);
      this.#monitors.touch(each);
    }
    if (ms > 0) monitor.picked(ms, at);
    this.#monitors.touch(monitor);
  }

  /** True once, when every alias has its first result: waiting picks need the status without the flush interval. */
  #isSweptJustNow(): boolean {
    if (this.#isSwept || !this.#monitors.hasAllResults) return false;
    this.#isSwept = true;
    return true;
  }

  async #finish(): Promise<void> {
    const { host, publisher, guard } = this.#settings;
    this.#watches.close();
    const monitors = this.#monitors.allWithRetired();
    for (const monitor of monitors) monitor.retire();
    await awaitExits(monitors.flatMap((monitor) => monitor.servers()), host.clock);
    if (guard.isOurs()) publisher.publish(this.#noteSessions([...this.#monitors.all()]), true);
    await this.#settings.events?.end();
  }
}
