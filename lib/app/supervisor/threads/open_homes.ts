import type { ThreadActivity } from "../../../core/codex/activity.ts";
import { wordsOf } from "../../../core/text/failure.ts";
import { type Layout, threadLocksOf } from "../../../core/system/layout.ts";
import type { Leases } from "../../../core/session/leases.ts";
import type { Activity } from "../../../core/session/status.ts";
import type { Clock } from "../../../io/host.ts";
import type { Journal } from "../../../io/journal.ts";
import { lockHolders, type OpenThread, openThreads, threadOf } from "../../../io/process/lock_table.ts";
import type { HomeThreads } from "./home_threads.ts";
import { glanceLeases } from "../../session/leases.ts";
import { openRollouts } from "../../codex/open_by.ts";
import { runsIn } from "../../codex/run_record.ts";

/** A home whose open threads and activity are tracked. */
interface Watched {
  readonly alias: string;
  readonly home: string;
  readonly threads: HomeThreads;
  isOpen: boolean;
  activity: Activity;
  /** Records news from a rollout of this home. */
  heard(activity: ThreadActivity): void;
}

/** Access to all homes. */
export interface Homes {
  all(): readonly Watched[];
  of(alias: string): Watched | undefined;
}

interface Context {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly journal: Journal;
  /** True if this Codex locks its open threads; older versions keep their files open instead. */
  hasLocks(): boolean;
  /** Replaces the reader of `/proc/locks`. */
  readonly lockHolders?: typeof lockHolders;
}

/** Called for each home looked at; `isChanged` = its activity differs from before. */
type Looked = (alias: string, isChanged: boolean) => void;

const AGAIN_MS = 1000;
const SETTLES_MS = 2000;
/** The shortest interval between two reads of a growing rollout. */
const READS_MS = 250;
/** A longer interval for systems without /proc, where each liveness check starts a process. */
const ASKS_MS = 5000;

/**
 * Tracks open threads and their activity. Homes with an open thread or a claim are looked at once a second, others when
 * a lock file appears or vanishes. The lock is taken after the file appears, without an event.
 */
export class OpenHomes {
  readonly #context: Context;
  #isDue = false;
  #isSweepDue = true;
  #isFileDue = false;
  #lookedAt = -Infinity;
  #readAt = -Infinity;
  /** All homes are looked at until this time. */
  #sweepsUntil = -Infinity;
  /** Aliases to look at even without an open thread, with the time until which. */
  readonly #watchful = new Map<string, number>();
  /** The aliases with an open thread, unsettled news or a claim. */
  #lively = new Set<string>();
  /** True if this system shows file locks. */
  #canSee = true;
  #claims: Leases = new Map();
  readonly #touched = new Map<string, Set<string>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Schedules a look after a lock file appeared or vanished, or for a new home; `name` may be empty. */
  expect(alias: string, name = ""): void {
    this.#isDue = true;
    const id = threadOf(name);
    const touched = this.#touched.get(alias) ?? new Set();
    this.#touched.set(alias, id === undefined ? touched : touched.add(id));
  }

  /** Schedules a look after a change of leases or reservations. */
  expectClaims(): void {
    this.#isDue = true;
  }

  /** Schedules a look at all homes, because some changes have no event. */
  expectAnything(): void {
    this.#isSweepDue = true;
  }

  /** Schedules a read of the rollouts; returns whether none was scheduled yet. */
  expectLines(): boolean {
    const isNews = !this.#isFileDue;
    this.#isFileDue = true;
    return isNews;
  }

  /** Looks if a look is due; returns the wait until the next. */
  look(homes: Homes, looked: Looked): number {
    const now = this.#context.clock.monotonic();
    if (this.#isSweepDue) this.#sweepsUntil = now + SETTLES_MS;
    for (const alias of this.#touched.keys()) this.#watchful.set(alias, now + SETTLES_MS);
    if (now - this.#lookedAt >= this.#unaskedMs()) {
      this.#isDue = true;
      this.#sweepsUntil = Math.max(this.#sweepsUntil, now + 1);
    }
    const pause = this.#canSee ? AGAIN_MS : ASKS_MS;
    const isTime = this.#isWatchful(now) && now - this.#lookedAt >= pause;
    if (this.#isDue || this.#isSweepDue || isTime) this.#lookAtLocks(homes, now, looked);
    else if (this.#isFileDue && now - this.#readAt >= READS_MS) {
      this.#isFileDue = false;
      this.#readAt = now;
      for (const home of named(homes, this.#lively)) this.#noting(home, looked, () => this.#read(home));
    } else {
      // A claim may have expired.
      for (const home of named(homes, this.#lively)) this.#noting(home, looked, () => {});
    }
    const soon = this.#isWatchful(now) ? pause : Infinity;
    const next = this.#lookedAt + Math.min(soon, this.#unaskedMs()) - now;
    return this.#isFileDue ? Math.min(next, this.#readAt + READS_MS - now) : next;
  }

  #lookAtLocks(homes: Homes, now: number, looked: Looked): void {
    const { layout, clock } = this.#context;
    this.#claims = glanceLeases(layout, clock.now());
    const holders = (this.#context.lockHolders ?? lockHolders)();
    this.#canSee = holders !== undefined;
    const isUnlocked = holders !== undefined && !this.#context.hasLocks();
    const these = now < this.#sweepsUntil
      ? homes.all()
      : named(homes, new Set([...this.#lively, ...this.#watchful.keys(), ...this.#claims.keys()]));
    this.#isDue = this.#isSweepDue = this.#isFileDue = false;
    this.#lookedAt = this.#readAt = now;
    for (const [alias, until] of this.#watchful) if (until <= now) this.#watchful.delete(alias);
    this.#lively = new Set();
    const files = isUnlocked ? openRollouts(layout, these) : new Map<string, OpenThread[]>();
    for (const home of these) {
      this.#noting(home, looked, () => {
        this.#lookInto(home, holders, files.get(home.home) ?? []);
        this.#read(home);
      });
      if (this.#isLively(home)) this.#lively.add(home.alias);
    }
    this.#touched.clear();
  }

  /** Runs `action` for a home, updates its activity, and reports whether that changed. */
  #noting(home: Watched, looked: Looked, action: () => void): void {
    const before = wordsOn(home);
    action();
    home.activity = home.threads.activity(this.#claims.get(home.alias));
    looked(home.alias, wordsOn(home) !== before);
  }

  #read(home: Watched): void {
    const failed = (error: unknown) =>
      this.#context.journal.note("cannot read a rollout", { alias: home.alias, why: wordsOf(error) });
    for (const news of home.threads.look(failed)) home.heard(news);
  }

  #lookInto(
    home: Watched,
    holders: ReadonlyMap<string, number> | undefined,
    files: readonly OpenThread[],
  ): void {
    const touched = this.#touched.get(home.alias) ?? new Set<string>();
    try {
      const locked = holders && openThreads(threadLocksOf(home.home), holders);
      const unlocked = files.filter(({ id }) => !locked?.some((thread) => thread.id === id));
      home.threads.opened(locked && [...locked, ...unlocked], touched);
      home.isOpen = holders === undefined ? this.#isLeased(home) : home.threads.isOpen;
    } catch (error) {
      this.#context.journal.note("cannot look for open threads", { alias: home.alias, why: wordsOf(error) });
      home.isOpen = false; // a start that may renew checks again, and an error there prevents it
    }
  }

  #isWatchful(now: number): boolean {
    return now < this.#sweepsUntil || this.#watchful.size > 0 || this.#lively.size > 0;
  }

  #isLively({ alias, isOpen, threads }: Watched): boolean {
    return isOpen || threads.isUnsettled || this.#claims.has(alias);
  }

  /** The interval of regular looks: a new rollout has no event, so without locks it must be searched for. */
  #unaskedMs(): number {
    return this.#canSee && !this.#context.hasLocks() ? ASKS_MS : Infinity;
  }

  /** True if a process has a lease on the session or runs Codex in it. */
  #isLeased({ alias, home }: Watched): boolean {
    return (this.#claims.get(alias)?.leases.length ?? 0) > 0 ||
      runsIn(this.#context.layout, home).length > 0;
  }
}

function named(homes: Homes, aliases: Iterable<string>): Watched[] {
  return Array.from(aliases, (alias) => homes.of(alias)).filter((home) => home !== undefined);
}

function wordsOn({ isOpen, activity }: Watched): string {
  return `${isOpen} ${JSON.stringify(activity)}`;
}
