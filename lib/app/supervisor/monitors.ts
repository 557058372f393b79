import { probeResultIn } from "../../core/codex/reasons.ts";
import type { Config } from "../../core/config/config.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { emptySession, type SessionStatus } from "../../core/session/status.ts";
import type { Children } from "./records/app_server_record.ts";
import { Accounts } from "./accounts.ts";
import { Agenda } from "./agenda.ts";
import { Monitor } from "./monitor.ts";
import { leavingIn } from "../daemon/removal_notice.ts";
import { aliasesOf } from "../session/sessions.ts";
import { freeMemory } from "../../io/host.ts";
import type { Asking, Shared } from "./monitor_context.ts";

interface Context {
  readonly layout: Layout;
  readonly children: Children;
  readonly shared: Shared<Monitor>;
  /** The status of an earlier supervisor, by alias. */
  readonly sessions: ReadonlyMap<string, SessionStatus>;
  /** Called for each existing alias. */
  present(monitor: Monitor, isNew: boolean): void;
  gone(alias: string): void;
}

const PROBES_AT_ONCE = 2;
const MANAGED_AT_MOST = 8;
const ACTIVE_MS = 10 * 60_000;
const RETRY_MS = 5_000;
/** The longest time between two looks at a monitor, because some changes have no event. */
const LOOK_MS = 30_000;
/** Memory is freed after this many steps: with few sessions every hour, in a wave of probes every second or two. */
const STEPS_TO_FREE = 500;

/**
 * The monitors of all aliases, and of removed aliases until their processes end. A look steps only monitors that were
 * touched, are due, or have a process, so its cost does not depend on the number of the others.
 */
export class Monitors {
  readonly #context: Context;
  readonly #known: Map<string, SessionStatus>;
  readonly #byAlias = new Map<string, Monitor>();
  #retired: Monitor[] = [];
  readonly #accounts = new Accounts<Monitor>();
  /** Monitors by their deadline, monotonic milliseconds. */
  readonly #deadlines = new Agenda<Monitor>();
  /** Monitors that wait for a slot, by urgency. */
  readonly #queue = new Agenda<Monitor>();
  /** Monitors to look at in the next step. */
  readonly #touched = new Set<Monitor>();
  /** Monitors with a process (1), that need exclusive use of their account (2), or both (3). */
  readonly #engaged = new Map<Monitor, number>();
  /** Monitors that may be active. */
  readonly #active = new Set<Monitor>();
  /** Monitors without a result so far. */
  readonly #unanswered = new Set<Monitor>();
  #managed: Config["supervisor"]["managed"] | undefined;
  /** Steps since memory was freed. */
  #steps = 0;

  constructor(context: Context) {
    this.#context = context;
    this.#known = new Map(context.sessions);
  }

  all(): Iterable<Monitor> {
    return this.#byAlias.values();
  }

  of(alias: string): Monitor | undefined {
    return this.#byAlias.get(alias);
  }

  /** All monitors, including those of removed aliases. */
  allWithRetired(): Monitor[] {
    return [...this.#byAlias.values(), ...this.#retired];
  }

  /** Schedules a monitor for the next step. */
  touch(monitor: Monitor): void {
    this.#touched.add(monitor);
  }

  /** Schedules all monitors for the next step. */
  touchAll(): void {
    for (const monitor of this.all()) this.touch(monitor);
  }

  /** True once this supervisor has a result for each. */
  get hasAllResults(): boolean {
    return this.#unanswered.size === 0;
  }

  /** Adds and removes monitors to match the existing aliases. */
  list(): void {
    const { layout } = this.#context;
    const leaving = new Set(leavingIn(layout));
    const aliases = new Set(aliasesOf(layout).filter((alias) => !leaving.has(alias)));
    for (const [alias, monitor] of this.#byAlias) if (!aliases.has(alias)) this.#drop(alias, monitor);
    for (const alias of aliases) {
      const known = this.#byAlias.get(alias);
      this.#context.present(known ?? this.#admit(alias), known === undefined);
    }
  }

  /**
   * Does all that is due, most urgent first; returns the current monitors that may have changed and the time until
   * something else is due.
   */
  step(): { readonly stepped: readonly Monitor[]; readonly waitMs: number } {
    const now = this.#context.shared.host.clock.monotonic();
    for (let due = this.#deadlines.first(); due !== undefined && due.number <= now;) {
      this.touch(due.item);
      this.#deadlines.delete(due.item);
      due = this.#deadlines.first();
    }
    for (const monitor of this.#engaged.keys()) this.touch(monitor);
    const stepped = new Set<Monitor>();
    const pending = [...this.#touched].filter((monitor) => !this.#isForgotten(monitor))
      .map((monitor) => ({ monitor, urgency: monitor.record.urgency }))
      .sort((a, b) => a.urgency - b.urgency);
    this.#touched.clear();
    for (let at = 0;;) {
      const next = pending[at];
      const queued = this.#hasSlot() ? this.#queue.first() : undefined;
      const isQueued = queued !== undefined && (next === undefined || queued.number <= next.urgency);
      if (!isQueued && next === undefined) break;
      if (!isQueued) at++;
      const monitor = isQueued ? queued.item : next!.monitor;
      this.#queue.delete(monitor);
      if (isQueued || !stepped.has(monitor)) this.#step(monitor, now);
      stepped.add(monitor);
    }
    this.#retired = this.#retired.filter((monitor) => this.#isKept(monitor));
    this.#steps += stepped.size;
    if (this.#steps >= STEPS_TO_FREE) {
      this.#steps = 0;
      freeMemory();
    }
    const waitMs = this.#touched.size > 0 ? 0 : (this.#deadlines.first()?.number ?? Infinity) - now;
    return { stepped: [...stepped].filter((each) => this.#byAlias.get(each.alias) === each), waitMs };
  }

  /** Chooses which app-servers are permanent: by the configuration, or those of the most recently active aliases. */
  manage(managed: Config["supervisor"]["managed"]): void {
    const now = this.#context.shared.host.clock.now();
    if (managed !== "active") {
      if (this.#managed !== managed) this.touchAll();
      this.#managed = managed;
      for (const monitor of this.#touched) monitor.isManaged = managed === "all" && !monitor.isRetired;
      return;
    }
    if (this.#managed !== managed) { for (const monitor of this.all()) this.#active.add(monitor); }
    this.#managed = managed;
    for (const monitor of this.#touched) if (!monitor.isRetired) this.#active.add(monitor);
    const active = [...this.#active]
      .filter(({ record }) => record.isOpen || Math.abs(now - record.pickedAt) < ACTIVE_MS)
      .sort(({ record: a }, { record: b }) => (b.isOpen ? now : b.pickedAt) - (a.isOpen ? now : a.pickedAt));
    const stay = new Set(active.slice(0, MANAGED_AT_MOST));
    for (const monitor of [...this.#active, ...active]) {
      const isManaged = stay.has(monitor);
      if (monitor.isManaged !== isManaged) this.touch(monitor);
      monitor.isManaged = isManaged;
    }
    this.#active.clear();
    for (const monitor of active) this.#active.add(monitor);
  }

  /** True while any supervised app-server uses the account of `asking`. */
  isTaken(asking: Asking): boolean {
    const sharing = this.sharing(asking);
    return sharing.some((other) => other.isBusy()) ||
      this.#context.children.orphans().some(({ auth, alias }) =>
        auth === asking.login.path || sharing.some((other) => other.alias === alias)
      );
  }

  /** True while another monitor needs exclusive use of this account. */
  isWanted(asking: Asking): boolean {
    return this.sharing(asking).some((other) => other !== asking && other.needsAccount());
  }

  /** Records another login and wakes the monitors of the old and the new account. */
  moved(monitor: Monitor): void {
    this.#wake(this.#accounts.note(monitor), monitor);
    this.#wake(this.sharing(monitor), monitor);
  }

  /** All monitors of this account, including `asking`: those with the same auth file or a copy of it. */
  sharing(asking: Asking): Monitor[] {
    return this.#accounts.sharing(asking);
  }

  #admit(alias: string): Monitor {
    const { layout, shared } = this.#context;
    const known = this.#known.get(alias) ?? emptySession();
    this.#known.delete(alias); // a later alias of the same name starts anew
    // An earlier failure says nothing about now.
    const isRead = probeResultIn(known.lastProbeResult)?.kind === "ok";
    const lastProbeResult = isRead ? known.lastProbeResult : "";
    const monitor = new Monitor(alias, homeOf(layout, alias), { ...known, lastProbeResult }, shared);
    this.#byAlias.set(alias, monitor);
    this.#accounts.note(monitor);
    this.#unanswered.add(monitor);
    this.touch(monitor);
    return monitor;
  }

  #drop(alias: string, monitor: Monitor): void {
    monitor.isManaged = false;
    monitor.retire();
    this.#byAlias.delete(alias);
    for (const set of [this.#active, this.#unanswered, this.#queue, this.#deadlines]) set.delete(monitor);
    this.#retired.push(monitor);
    this.touch(monitor);
    this.#context.gone(alias);
  }

  #isForgotten(monitor: Monitor): boolean {
    return monitor.isRetired && !this.#retired.includes(monitor);
  }

  /** True while a retired monitor has a process; otherwise drops it. */
  #isKept(monitor: Monitor): boolean {
    if (monitor.isBusy()) return true;
    this.#accounts.drop(monitor);
    for (const set of [this.#engaged, this.#queue, this.#deadlines]) set.delete(monitor);
    return false;
  }

  /** Steps one monitor; its errors do not affect the others. */
  #step(monitor: Monitor, now: number): void {
    let waitMs = RETRY_MS;
    try {
      waitMs = monitor.step(this.#hasSlot());
    } catch (error) {
      const { journal } = this.#context.shared;
      journal.note("trouble with a session", { alias: monitor.alias, why: wordsOf(error) });
    }
    this.#deadlines.set(monitor, now + Math.min(waitMs, LOOK_MS));
    if (monitor.waitsForSlot) this.#queue.set(monitor, monitor.record.urgency);
    if (monitor.hasResult()) this.#unanswered.delete(monitor);
    const standing = Number(monitor.isBusy()) + 2 * Number(monitor.needsAccount());
    if (standing === (this.#engaged.get(monitor) ?? 0)) return;
    if (standing === 0) this.#engaged.delete(monitor);
    else this.#engaged.set(monitor, standing);
    this.#wake(this.sharing(monitor), monitor);
  }

  /** Wakes the monitors that share an account, except one. */
  #wake(sharing: readonly Monitor[], except: Monitor): void {
    for (const other of sharing) if (other !== except) this.#context.shared.wake(other);
  }

  #hasSlot(): boolean {
    let probing = 0;
    for (const monitor of this.#engaged.keys()) {
      if (!monitor.isRetired && monitor.isProbing()) probing++;
    }
    return probing < PROBES_AT_ONCE;
  }
}
