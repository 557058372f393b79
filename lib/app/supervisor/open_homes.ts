import type { ThreadActivity } from "../../core/codex/activity.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { type Layout, threadLocksOf } from "../../core/system/layout.ts";
import type { Leases } from "../../core/session/leases.ts";
import type { Activity } from "../../core/session/status.ts";
import type { Clock } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import { lockHolders, type OpenThread, openThreads, threadOf } from "../../io/process/lock_table.ts";
import type { HomeThreads } from "./home_threads.ts";
import { glanceLeases } from "../session/leases.ts";
import { openRollouts } from "../codex/open_by.ts";
import { runsIn } from "../codex/run_record.ts";

/** A home of which it is to be known whether a Codex of the user has it open, and what goes on there. */
interface Watched {
  readonly alias: string;
  readonly home: string;
  readonly threads: HomeThreads;
  isOpen: boolean;
  activity: Activity;
  /** Takes note of what a session file of this home tells. */
  heard(activity: ThreadActivity): void;
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

const AGAIN_MS = 1000;
const SETTLES_MS = 2000;
/** A session file that is written to is read so often at most. */
const READS_MS = 250;
/** Where nobody tells who lives, asking costs a process each. */
const ASKS_MS = 5000;

/**
 * Learns which threads are open and what goes on in them: once a second while any is open or was promised, else when a
 * lock file came or went. It is locked a moment after it came, and nobody tells of that.
 */
export class OpenHomes {
  readonly #around: Surroundings;
  #isDue = true;
  #isFileDue = false;
  #lookedAt = -Infinity;
  #readAt = -Infinity;
  /** Until when to look again, whatever is open. */
  #watchfulUntil = -Infinity;
  /** Whether locks can be seen on this system. */
  #canSee = true;
  #claims: Leases = new Map();
  readonly #touched = new Map<string, Set<string>>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Somebody was given a session, or a lock file came or went, of which the name may be known. */
  expect(alias?: string, name = ""): void {
    this.#isDue = true;
    const id = threadOf(name);
    if (alias === undefined || id === undefined) return;
    this.#touched.set(alias, (this.#touched.get(alias) ?? new Set()).add(id));
  }

  /** A session file was written to; whether nobody had said so before. */
  expectLines(): boolean {
    const isNews = !this.#isFileDue;
    this.#isFileDue = true;
    return isNews;
  }

  /** Looks if it is time to; returns how long until the next look. */
  look(homes: readonly Watched[]): number {
    const now = this.#around.clock.monotonic();
    if (this.#isDue) this.#watchfulUntil = now + SETTLES_MS;
    const pause = this.#canSee ? AGAIN_MS : ASKS_MS;
    const isTime = (this.#isWatchful(homes, now) && now - this.#lookedAt >= pause) ||
      now - this.#lookedAt >= this.#unaskedMs();
    if (this.#isDue || isTime) this.#lookAtLocks(homes, now);
    else if (this.#isFileDue && now - this.#readAt >= READS_MS) this.#read(homes, now);
    for (const each of homes) each.activity = each.threads.activity(this.#claims.get(each.alias));
    const soon = this.#isWatchful(homes, now) ? pause : Infinity;
    const next = this.#lookedAt + Math.min(soon, this.#unaskedMs()) - now;
    return this.#isFileDue ? Math.min(next, this.#readAt + READS_MS - now) : next;
  }

  #lookAtLocks(homes: readonly Watched[], now: number): void {
    const { layout, clock } = this.#around;
    this.#claims = glanceLeases(layout, clock.now());
    this.#isDue = false;
    this.#lookedAt = now;
    const holders = (this.#around.lockHolders ?? lockHolders)();
    this.#canSee = holders !== undefined;
    const files = holders === undefined || this.#around.hasLocks()
      ? new Map<string, OpenThread[]>()
      : openRollouts(layout, homes);
    for (const each of homes) this.#lookInto(each, holders, files.get(each.home) ?? []);
    this.#touched.clear();
    this.#read(homes, now);
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

  #read(homes: readonly Watched[], now: number): void {
    this.#isFileDue = false;
    this.#readAt = now;
    for (const each of homes) {
      const failed = (error: unknown) =>
        this.#around.journal.note("cannot read a session file", { alias: each.alias, why: wordsOf(error) });
      for (const news of each.threads.look(failed)) each.heard(news);
    }
  }

  #isWatchful(homes: readonly Watched[], now: number): boolean {
    return now < this.#watchfulUntil || homes.some(({ threads }) => threads.isUnsettled) ||
      [...this.#claims.values()].some(({ leases, reservations }) => leases.length + reservations.length > 0);
  }

  /** Nobody tells of a session file that came, so where there are no locks it is looked for. */
  #unaskedMs(): number {
    return this.#canSee && !this.#around.hasLocks() ? ASKS_MS : Infinity;
  }

  /** What was given to a process of ours, or is run by one. */
  #isLeased({ alias, home }: Watched): boolean {
    return (this.#claims.get(alias)?.leases.length ?? 0) > 0 ||
      runsIn(this.#around.layout, home).length > 0;
  }
}
