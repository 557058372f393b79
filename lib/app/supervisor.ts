import type { Account } from "../core/account.ts";
import { REASONS } from "../core/answer.ts";
import { type Config, readConfig } from "../core/config.ts";
import { wordsOf } from "../core/failure.ts";
import { paceOf } from "../core/keeper.ts";
import { homeOf, type Layout } from "../core/layout.ts";
import { RENEWAL_MARGIN_MS } from "../core/renewal.ts";
import { emptySession, type SessionStatus } from "../core/status.ts";
import type { Timing } from "../core/timing.ts";
import { fingerprintOf } from "../io/files.ts";
import type { Host } from "../io/host.ts";
import type { Journal } from "../io/journal.ts";
import { partWith } from "./app_server.ts";
import { Children } from "./children.ts";
import { codexProgram } from "./codex_program.ts";
import { Keeper } from "./keeper.ts";
import { isLeaving } from "./leaving.ts";
import { lastPickOf } from "./last_pick.ts";
import { OpenHomes } from "./open_homes.ts";
import type { Publisher } from "./publisher.ts";
import { aliasesOf } from "./sessions.ts";
import { readSettings } from "./settings.ts";
import type { Asking, Shared } from "./shared.ts";
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
}

const PROBES_AT_ONCE = 2;
const MANAGED_AT_MOST = 8;
const ACTIVE_MS = 10 * 60_000;
/** Even when nothing happens, a look at everything, and at whether this root is still ours. */
const LOOK_MS = 30_000;
const RETRY_MS = 5_000;

/** Keeps the limits of every alias known and published: one queue of things to look at, one sleep until the next is due. */
export class Supervisor {
  readonly #settings: SupervisorSettings;
  readonly #children: Children;
  readonly #openHomes: OpenHomes;
  readonly #shared: Shared;
  readonly #keepers = new Map<string, Keeper>();
  /** Of aliases that are gone, until their processes are. */
  #retired: Keeper[] = [];
  readonly #known: Map<string, SessionStatus>;
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
    this.#known = new Map(settings.sessions);
    this.#openHomes = new OpenHomes(host.clock, journal, layout);
    this.#shared = {
      host,
      journal,
      starter: new Starter({
        host,
        layout,
        children: this.#children,
        codex: () => codexProgram(this.#config, { ...host, cwd: layout.root }),
      }),
      probeLimitMs: timing.probeLifetimeSec * 1000,
      mostCrashesIn5m: timing.maxRestarts5m,
      renewalMarginMs: settings.renewalMarginMs ?? RENEWAL_MARGIN_MS,
      pace: () => paceOf(this.#config.sessions, timing),
      unknownLeft: () => this.#config.sessions.unknownUsageLeftPercent,
      isTaken: (asking) => this.#isTaken(asking),
      isWanted: (asking) => this.#sharing(asking).some((other) => other !== asking && other.needsAccount()),
      wake: () => this.#wakeUp.abort(),
    };
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
    waits.push(this.#openHomes.look([...this.#keepers.values()]));
    this.#chooseManaged();
    for (const keeper of this.#byUrgency()) waits.push(this.#step(keeper));
    for (const keeper of this.#retired) waits.push(this.#step(keeper));
    this.#retired = this.#retired.filter((keeper) => keeper.isBusy());
    waits.push(this.#children.endStuck(this.#settings.host.clock));
    const isUrgent = this.#isDropped || this.#isSweptJustNow();
    this.#isDropped = false;
    waits.push(this.#settings.publisher.publish(this.#published(), isUrgent));
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

  /** One alias' trouble is not the others'. */
  #step(keeper: Keeper): number {
    try {
      return keeper.step(this.#hasSlot());
    } catch (error) {
      this.#settings.journal.note("trouble with a session", { alias: keeper.alias, why: wordsOf(error) });
      return RETRY_MS;
    }
  }

  #list(): number {
    const { layout, journal } = this.#settings;
    let aliases: string[];
    try {
      aliases = aliasesOf(layout).filter((alias) => !isLeaving(layout, alias));
    } catch (error) {
      journal.note("cannot list sessions", { why: wordsOf(error) });
      return RETRY_MS;
    }
    this.#isListDue = false;
    for (const [alias, keeper] of this.#keepers) {
      if (!aliases.includes(alias)) this.#drop(alias, keeper);
    }
    for (const alias of aliases) {
      const keeper = this.#keepers.get(alias);
      if (keeper) this.#watches.home(keeper, () => this.#openHomes.expect());
      else this.#admit(alias);
    }
    return Infinity;
  }

  #admit(alias: string): void {
    const known = this.#known.get(alias) ?? emptySession();
    this.#known.delete(alias); // a later alias of that name is another one
    // Why there was no reading then says nothing about now.
    const lastProbeResult = known.lastProbeResult === REASONS.ok ? REASONS.ok : "";
    const keeper = new Keeper(
      alias,
      homeOf(this.#settings.layout, alias),
      { ...known, lastProbeResult },
      this.#shared,
    );
    this.#keepers.set(alias, keeper);
    this.#picked.add(alias);
    this.#watches.home(keeper, () => this.#openHomes.expect());
  }

  #drop(alias: string, keeper: Keeper): void {
    keeper.isManaged = false;
    keeper.retire();
    this.#keepers.delete(alias);
    this.#retired.push(keeper);
    this.#isDropped = true;
    this.#watches.dropHome(alias);
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
    if (ms > 0) this.#keepers.get(alias)?.picked(ms, at);
  }

  #chooseManaged(): void {
    const { managed } = this.#config.supervisor;
    const now = this.#settings.host.clock.now();
    const keepers = [...this.#keepers.values()];
    if (managed !== "active") {
      for (const keeper of keepers) keeper.isManaged = managed === "all";
      return;
    }
    const active = keepers
      .filter((keeper) => keeper.isOpen || Math.abs(now - keeper.pickedAt) < ACTIVE_MS)
      .sort((a, b) => (b.isOpen ? now : b.pickedAt) - (a.isOpen ? now : a.pickedAt))
      .slice(0, MANAGED_AT_MOST);
    for (const keeper of keepers) keeper.isManaged = active.includes(keeper);
  }

  #byUrgency(): Keeper[] {
    return [...this.#keepers.values()].sort((a, b) => a.urgency() - b.urgency());
  }

  #hasSlot(): boolean {
    return [...this.#keepers.values()].filter((keeper) => keeper.isProbing()).length < PROBES_AT_ONCE;
  }

  #isTaken(asking: Asking): boolean {
    const sharing = this.#sharing(asking);
    return sharing.some((other) => other.isBusy()) ||
      this.#children.orphans().some(({ auth, alias }) =>
        auth === asking.login.path || sharing.some((other) => other.alias === alias)
      );
  }

  /** All keepers of this account, `asking` itself too: by the file, or by what copies of it say. */
  #sharing({ login: { path, account } }: Asking): Keeper[] {
    const isSame = (other: Account) => other.user === account.user && other.workspace === account.workspace;
    return [...this.#keepers.values(), ...this.#retired].filter(({ login }) =>
      login.path === path || (account.user !== undefined && isSame(login.account))
    );
  }

  /** Once: when every alias has its first answer, nobody who waits for a pick should wait for the interval too. */
  #isSweptJustNow(): boolean {
    if (this.#isSwept || ![...this.#keepers.values()].every((keeper) => keeper.hasResult())) return false;
    this.#isSwept = true;
    return true;
  }

  #published(): Map<string, SessionStatus> {
    return new Map([...this.#keepers].map(([alias, keeper]) => [alias, keeper.session()]));
  }

  async #finish(): Promise<void> {
    const { host, publisher, isInCharge } = this.#settings;
    this.#watches.close();
    const keepers = [...this.#keepers.values(), ...this.#retired];
    for (const keeper of keepers) keeper.retire();
    await partWith(keepers.flatMap((keeper) => keeper.servers()), host.clock);
    if (isInCharge()) publisher.publish(this.#published(), true);
  }
}
