import { wordsOf } from "../core/failure.ts";
import { type Layout, threadLocksOf } from "../core/layout.ts";
import type { Clock } from "../io/host.ts";
import type { Journal } from "../io/journal.ts";
import { lockedInodes, openThreads } from "../io/locktable.ts";
import { runsIn } from "./runs.ts";

/** A home of which it is to be known whether a Codex of the user has it open. */
interface Watched {
  readonly alias: string;
  readonly home: string;
  isOpen: boolean;
}

const AGAIN_MS = 1000;
const SETTLES_MS = 2000;

/**
 * Learns which homes a Codex has open: once a second while any is, else when a lock file came or went. It is locked a
 * moment after it came, and nobody tells of that.
 */
export class OpenHomes {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #layout: Pick<Layout, "runs">;
  #isDue = true;
  #lookedAt = -Infinity;
  /** Until when to look again, whatever is open. */
  #watchfulUntil = -Infinity;

  constructor(clock: Clock, journal: Journal, layout: Pick<Layout, "runs">) {
    this.#clock = clock;
    this.#journal = journal;
    this.#layout = layout;
  }

  /** A lock file came or went. */
  expect(): void {
    this.#isDue = true;
  }

  /** Looks if it is time to; returns how long until the next look. */
  look(homes: readonly Watched[]): number {
    const now = this.#clock.monotonic();
    if (this.#isDue) this.#watchfulUntil = now + SETTLES_MS;
    if (this.#isDue || (this.#isWatchful(homes, now) && now - this.#lookedAt >= AGAIN_MS)) {
      this.#isDue = false;
      this.#lookedAt = now;
      const locked = lockedInodes();
      for (const each of homes) each.isOpen = this.#isOpen(each, locked);
    }
    return this.#isWatchful(homes, now) ? this.#lookedAt + AGAIN_MS - now : Infinity;
  }

  #isWatchful(homes: readonly Watched[], now: number): boolean {
    return now < this.#watchfulUntil || homes.some(({ isOpen }) => isOpen);
  }

  #isOpen({ alias, home }: Watched, locked: ReadonlySet<string> | undefined): boolean {
    try {
      if (locked === undefined) return runsIn(this.#layout, home).length > 0;
      return openThreads(threadLocksOf(home), locked).length > 0;
    } catch (error) {
      this.#journal.note("cannot look for open threads", { alias, why: wordsOf(error) });
      return false; // a start that may renew looks again, and then this stops it
    }
  }
}
