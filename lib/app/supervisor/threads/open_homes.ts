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

/** A home of which it is to be known whether a Codex of the user has it open, and what goes on there. */
interface Watched {
  readonly alias: string;
  readonly home: string;
  readonly threads: HomeThreads;
  isOpen: boolean;
  activity: Activity;
  /** Takes note of what a rollout of this home tells. */
  heard(activity: ThreadActivity): void;
}

/** All homes there are. */
export interface Homes {
  all(): readonly Watched[];
  of(alias: string): Watched | undefined;
}

interface Surroundings {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Whether Codex locks its open threads; one that does not has their files open. */
  hasLocks(): boolean;
  /** Instead of `/proc/locks`. */
  readonly lockHolders?: typeof lockHolders;
}

/** Told of each home that was looked at, and whether anything is different there. */
type Looked = (alias: string, isChanged: boolean) => void;

const AGAIN_MS = 1000;
const SETTLES_MS = 2000;
/** A rollout that is written to is read so often at most. */
const READS_MS = 250;
/** Where nobody tells who lives, asking costs a process each. */
const ASKS_MS = 5000;

/**
 * Learns which threads are open and what goes on in them. Homes in which any is open or was promised are looked at once a
 * second, others when a lock file came or went. It is locked a moment after it came, and nobody tells of that.
 */
export class OpenHomes {
  readonly #around: Surroundings;
  #isDue = false;
  #isSweepDue = true;
  #isFileDue = false;
  #lookedAt = -Infinity;
  #readAt = -Infinity;
  /** Until when to look at all homes again. */
  #sweepsUntil = -Infinity;
  /** Where to look again, whatever is open, and until when. */
  readonly #watchful = new Map<string, number>();
  /** The homes in which something goes on. */
  #lively = new Set<string>();
  /** Whether locks can be seen on this system. */
  #canSee = true;
  #claims: Leases = new Map();
  readonly #touched = new Map<string, Set<string>>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** A lock file of a home came or went, of which the name may be known, or the home is new. */
  expect(alias: string, name = ""): void {
    this.#isDue = true;
    const id = threadOf(name);
    const touched = this.#touched.get(alias) ?? new Set();
    this.#touched.set(alias, id === undefined ? touched : touched.add(id));
  }

  /** Somebody was given a session. */
  expectClaims(): void {
    this.#isDue = true;
  }

  /** Something may have happened anywhere: not every change is told. */
  expectAnything(): void {
    this.#isSweepDue = true;
  }

  /** A rollout was written to; whether nobody had said so before. */
  expectLines(): boolean {
    const isNews = !this.#isFileDue;
    this.#isFileDue = true;
    return isNews;
  }

  /** Looks if it is time to; returns how long until the next look. */
  look(homes: Homes, looked: Looked): number {
    const now = this.#around.clock.monotonic();
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
      // What was given out may be over by now.
      for (const home of named(homes, this.#lively)) this.#noting(home, looked, () => {});
    }
    const soon = this.#isWatchful(now) ? pause : Infinity;
    const next = this.#lookedAt + Math.min(soon, this.#unaskedMs()) - now;
    return this.#isFileDue ? Math.min(next, this.#readAt + READS_MS - now) : next;
  }

  #lookAtLocks(homes: Homes, now: number, looked: Looked): void {
    const { layout, clock } = this.#around;
    this.#claims = glanceLeases(layout, clock.now());
    const holders = (this.#around.lockHolders ?? lockHolders)();
    this.#canSee = holders !== undefined;
    const isUnlocked = holders !== undefined && !this.#around.hasLocks();
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

  /** Does something with a home, works out what goes on there, and says whether that is different. */
  #noting(home: Watched, looked: Looked, action: () => void): void {
    const before = wordsOn(home);
    action();
    home.activity = home.threads.activity(this.#claims.get(home.alias));
    looked(home.alias, wordsOn(home) !== before);
  }

  #read(home: Watched): void {
    const failed = (error: unknown) =>
      this.#around.journal.note("cannot read a rollout", { alias: home.alias, why: wordsOf(error) });
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
      this.#around.journal.note("cannot look for open threads", { alias: home.alias, why: wordsOf(error) });
      home.isOpen = false; // a start that may renew looks again, and then this stops it
    }
  }

  #isWatchful(now: number): boolean {
    return now < this.#sweepsUntil || this.#watchful.size > 0 || this.#lively.size > 0;
  }

  #isLively({ alias, isOpen, threads }: Watched): boolean {
    return isOpen || threads.isUnsettled || this.#claims.has(alias);
  }

  /** Nobody tells of a rollout that came, so where there are no locks it is looked for. */
  #unaskedMs(): number {
    return this.#canSee && !this.#around.hasLocks() ? ASKS_MS : Infinity;
  }

  /** What was given to a process of ours, or is run by one. */
  #isLeased({ alias, home }: Watched): boolean {
    return (this.#claims.get(alias)?.leases.length ?? 0) > 0 ||
      runsIn(this.#around.layout, home).length > 0;
  }
}

function named(homes: Homes, aliases: Iterable<string>): Watched[] {
  return Array.from(aliases, (alias) => homes.of(alias)).filter((home) => home !== undefined);
}

function wordsOn({ isOpen, activity }: Watched): string {
  return `${isOpen} ${JSON.stringify(activity)}`;
}
