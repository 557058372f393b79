import { basename } from "node:path";
import { type Config, readConfig } from "../../core/config/config.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { paceOf } from "../../core/supervisor/monitor.ts";
import type { Layout } from "../../core/system/layout.ts";
import { has } from "../../core/codex/versions.ts";
import { RENEWAL_MARGIN_MS } from "../../core/codex/renewal.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import type { Timing } from "../../core/system/timing.ts";
import { fingerprintOf } from "../../io/files/files.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import type { lockHolders } from "../../io/process/lock_table.ts";
import { partWith } from "../codex/app_server.ts";
import { Children } from "./app_server_record.ts";
import { codexProgram } from "../codex/codex_program.ts";
import { CodexVersions } from "../codex/codex_version.ts";
import { Costs } from "./costs.ts";
import { Chronicle } from "../session/history.ts";
import type { Keeper } from "./monitor.ts";
import { Keepers } from "./monitors.ts";
import { lastPickOf } from "../session/last_pick.ts";
import { OpenHomes } from "./open_homes.ts";
import type { Publisher } from "./publisher.ts";
import { readSettings } from "../config/file.ts";
import type { Shared } from "./monitor_context.ts";
import { Starter } from "./starter.ts";
import { Watches } from "./watches.ts";

export interface SupervisorSettings {
  readonly host: Host;
  readonly layout: Layout;
  readonly timing: Timing;
  readonly journal: Journal;
  readonly publisher: Publisher;
  /** What is known from before, by alias. */
  readonly sessions: ReadonlyMap<string, SessionStatus>;
  /** Whether the lock that makes this the only supervisor is still the one everybody sees. */
  isInCharge(): boolean;
  readonly renewalMarginMs?: number;
  /** Instead of `/proc/locks`. */
  readonly lockHolders?: typeof lockHolders;
}

/** Even when nothing happens, a look at everything, and at whether this root is still ours. */
const LOOK_MS = 30_000;
const RETRY_MS = 5_000;

/** Keeps the limits of every alias known and published: one queue of things to look at, one sleep until the next is due. */
export class Supervisor {
  readonly #settings: SupervisorSettings;
  readonly #children: Children;
  readonly #openHomes: OpenHomes;
  readonly #chronicle: Chronicle;
  readonly #costs = new Costs();
  readonly #shared: Shared;
  readonly #keepers: Keepers;
  readonly #watches = new Watches(() => this.#shared.wake());
  readonly #picked = new Set<string>();
  #config: Config = readConfig({}, () => undefined).config;
  #isListDue = true;
  #isConfigDue = true;
  #checkedAt = -Infinity;
  #configPrint: string | undefined;
  #isSwept = false;
  /** Somebody waits for a removed alias to go from status.json. */
  #isDropped = false;
  #isStopping = false;
  #wakeUp = new AbortController();

  constructor(settings: SupervisorSettings) {
    const { host, layout, timing, journal } = settings;
    this.#settings = settings;
    this.#children = new Children(layout, journal);
    this.#openHomes = new OpenHomes({
      ...settings,
      clock: host.clock,
      hasLocks: () => has(this.#shared.starter.version, "threadLocks"),
    });
    this.#chronicle = new Chronicle({ layout, clock: host.clock, journal });
    this.#shared = {
      host,
      journal,
      starter: new Starter({
        host,
        layout,
        children: this.#children,
        versions: new CodexVersions(host, layout),
        codex: () => codexProgram(this.#config, { ...host, cwd: layout.root }),
      }),
      probeLimitMs: timing.probeLifetimeSec * 1000,
      mostCrashesIn5m: timing.maxRestarts5m,
      renewalMarginMs: settings.renewalMarginMs ?? RENEWAL_MARGIN_MS,
      pace: () => paceOf(this.#config.sessions, timing),
      unknownLeft: () => this.#config.sessions.unknownUsageLeftPercent,
      isTaken: (asking) => this.#keepers.isTaken(asking),
      sharing: (asking) => this.#keepers.sharing(asking),
      isWanted: (asking) =>
        this.#keepers.sharing(asking).some((other) => other !== asking && other.needsAccount()),
      wake: () => this.#wakeUp.abort(),
    };
    this.#keepers = new Keepers({
      ...settings,
      children: this.#children,
      shared: this.#shared,
      present: (keeper, isNew) => this.#watchHome(keeper, isNew),
      gone: (alias) => {
        this.#isDropped = true;
        this.#watches.dropHome(alias);
      },
    });
  }

  /** Runs until `stop`, or until the root is no longer ours. */
  async run(): Promise<void> {
    const { host, layout, isInCharge } = this.#settings;
    this.#watches.set("config", layout.root, (name) => name === "config.toml" && (this.#isConfigDue = true));
    this.#watches.set("sessions", layout.sessions, () => this.#isListDue = true);
    this.#watches.set("picks", layout.sessionStates, (name) => {
      if (name.endsWith(".json") && !name.startsWith(".")) this.#picked.add(name.slice(0, -".json".length));
      return name.endsWith(".json");
    });
    this.#watches.set("claims", layout.state, (name) => {
      if (name === basename(layout.leases)) this.#openHomes.expect();
      return name === basename(layout.leases);
    });
    while (!this.#isStopping && isInCharge()) {
      this.#wakeUp = new AbortController();
      await host.clock.sleep(Math.min(this.#lookSafely(), LOOK_MS), this.#wakeUp.signal);
    }
    await this.#finish();
  }

  /** Ends the run: children end by themselves, one that may be renewing a login is left to finish. */
  stop(): void {
    this.#isStopping = true;
    this.#shared.wake();
  }

  /** Reads the configuration again at the next look. */
  reload(): void {
    this.#isConfigDue = true;
    this.#shared.wake();
  }

  /** Whatever goes wrong in one look, the next one may go well. */
  #lookSafely(): number {
    try {
      return this.#look();
    } catch (error) {
      this.#settings.journal.note("trouble", { why: wordsOf(error) });
      return RETRY_MS;
    }
  }

  /** Does all that is due; returns how long nothing else will be. */
  #look(): number {
    const waits: number[] = [];
    this.#checkUnasked();
    if (this.#isConfigDue) this.#reconfigure();
    if (this.#isListDue) waits.push(this.#list());
    for (const alias of this.#picked) this.#notePick(alias);
    this.#picked.clear();
    const dossiers = this.#keepers.all().map((keeper) => keeper.dossier);
    waits.push(this.#openHomes.look(dossiers));
    for (const { alias, threads } of dossiers) {
      this.#watches.days(alias, threads, () => this.#openHomes.expectLines());
    }
    this.#keepers.manage(this.#config.supervisor.managed);
    waits.push(this.#keepers.step());
    waits.push(this.#children.endStuck(this.#settings.host.clock));
    const isUrgent = this.#isDropped || this.#isSweptJustNow();
    this.#isDropped = false;
    const sessions = this.#sessions();
    this.#chronicle.note(sessions);
    waits.push(this.#settings.publisher.publish(sessions, isUrgent));
    return Math.max(0, Math.min(...waits));
  }

  /** Not every change is told: a folder may not be watchable, and a link may lead out of what is watched. */
  #checkUnasked(): void {
    const now = this.#settings.host.clock.monotonic();
    if (now - this.#checkedAt < LOOK_MS) return;
    this.#checkedAt = now;
    this.#isListDue = true;
    this.#openHomes.expect();
    const print = fingerprintOf(this.#settings.layout.config);
    if (print !== this.#configPrint) this.#isConfigDue = true;
    this.#configPrint = print;
  }

  #list(): number {
    try {
      this.#keepers.list();
    } catch (error) {
      this.#settings.journal.note("cannot list sessions", { why: wordsOf(error) });
      return RETRY_MS;
    }
    this.#isListDue = false;
    return Infinity;
  }

  #watchHome(keeper: Keeper, isNew: boolean): void {
    const { alias } = keeper;
    if (isNew) this.#picked.add(alias);
    this.#watches.home(keeper.dossier, (name) => this.#openHomes.expect(alias, name));
  }

  #reconfigure(): void {
    this.#isConfigDue = false;
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
    const { ms, at } = lastPickOf(this.#settings.layout, alias);
    if (ms > 0) this.#keepers.of(alias)?.picked(ms, at);
  }

  /** Once: when every alias has its first answer, nobody who waits for a pick should wait for the interval too. */
  #isSweptJustNow(): boolean {
    if (this.#isSwept || !this.#keepers.all().every((keeper) => keeper.hasResult())) return false;
    this.#isSwept = true;
    return true;
  }

  #sessions(): Map<string, SessionStatus> {
    return this.#costs.priced(this.#keepers.sessions(), this.#settings.host.clock.now());
  }

  async #finish(): Promise<void> {
    const { host, publisher, isInCharge } = this.#settings;
    this.#watches.close();
    const keepers = this.#keepers.everybody();
    for (const keeper of keepers) keeper.retire();
    await partWith(keepers.flatMap((keeper) => keeper.servers()), host.clock);
    if (isInCharge()) publisher.publish(this.#sessions(), true);
  }
}
