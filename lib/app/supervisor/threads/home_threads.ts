import { type ThreadActivity } from "../../../core/codex/activity.ts";
import { definedFields } from "../../../core/text/json.ts";
import { type Claims, RESERVED_MS, unopened } from "../../../core/session/leases.ts";
import { threadTime } from "../../../core/codex/rollout.ts";
import type { Activity } from "../../../core/session/status.ts";
import { formatTime } from "../../../core/text/time.ts";
import type { Clock } from "../../../io/host.ts";
import type { OpenThread } from "../../../io/process/lock_table.ts";
import { ancestorsOf } from "../../../io/process/process.ts";
import { ThreadFile } from "./thread_file.ts";

/** An open or recently closed thread. */
interface Thread {
  readonly file: ThreadFile;
  /** The process that has it open and its ancestors; empty when closed. */
  holders: readonly number[];
  pid: number;
  /** Monotonic milliseconds; undefined = it is open. */
  closedAt: number | undefined;
}

/** The opening of a thread, in epoch milliseconds, and the lease or reservation it belongs to. */
interface Opening {
  readonly id: string;
  readonly at: number;
  /** True if the opening process has a lease. */
  isLeased: boolean;
  /** The reservation that this opening fulfils. */
  redeems: number | undefined;
}

/** The last lines of a rollout may appear after the thread is closed. */
const SETTLES_MS = 3000;
/** A lock that appeared and vanished between two looks counts only for a thread this new; others are clean-up. */
const NEW_MS = 10 * 60_000;

/** The open threads of one home and the activity in their rollouts. */
export class HomeThreads {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #threads = new Map<string, Thread>();
  #openings: Opening[] = [];
  /** The time of the last look at the open threads; undefined = never, or this system does not show them. */
  #lookedAt: number | undefined;
  #lastAt: number | undefined;

  constructor(home: string, clock: Clock, lastAt: number | undefined) {
    this.#home = home;
    this.#clock = clock;
    this.#lastAt = lastAt;
  }

  get isOpen(): boolean {
    return this.#open().length > 0;
  }

  /** True while a thread needs another look. */
  get isUnsettled(): boolean {
    return this.#threads.size > 0;
  }

  /** The folders that hold the rollouts of open threads. */
  folders(): string[] {
    return [...new Set(this.#open().map(({ file }) => file.folder))];
  }

  hasFile(name: string): boolean {
    return this.#open().some(({ file }) => file.isNamed(name));
  }

  /** Updates the open threads (undefined = not shown on this system); `touched` = threads with lock file events. */
  opened(open: readonly OpenThread[] | undefined, touched: ReadonlySet<string>): void {
    const now = this.#clock.now();
    for (const thread of open ?? []) this.#note(thread, now);
    for (const id of touched) {
      if (this.#threads.has(id) || Math.abs(now - (threadTime(id) ?? 0)) > NEW_MS) continue;
      this.#add(id, now).closedAt = this.#clock.monotonic();
    }
    const ids = new Set(open?.map(({ id }) => id));
    for (const [id, thread] of this.#threads) {
      if (ids.has(id)) continue;
      thread.holders = [];
      thread.closedAt ??= this.#clock.monotonic();
    }
    this.#openings = this.#openings.filter(({ at }) => Math.abs(now - at) <= RESERVED_MS);
    this.#lookedAt = open === undefined ? undefined : now;
  }

  /** Reads appended rollout lines; returns the activity of threads with news. Passes errors to `failed`. */
  look(failed: (error: unknown) => void): ThreadActivity[] {
    const news: ThreadActivity[] = [];
    for (const [id, { file, closedAt }] of this.#threads) {
      try {
        if (file.look(this.#clock.now())) news.push(file.activity);
      } catch (error) {
        failed(error);
      }
      const isSettled = closedAt !== undefined && this.#clock.monotonic() - closedAt > SETTLES_MS;
      if (isSettled) this.#threads.delete(id);
    }
    for (const { lastAt } of news) this.#lastAt = Math.max(this.#lastAt ?? 0, lastAt ?? 0) || undefined;
    return news;
  }

  /** The activity, including claims without an open thread. */
  activity(claims: Claims | undefined): Activity {
    const open = this.#open();
    const leases = claims?.leases.map(({ pid }) => pid) ?? [];
    for (const opening of this.#openings) {
      const holders = this.#threads.get(opening.id)?.holders ?? [];
      opening.isLeased ||= leases.some((pid) => holders.includes(pid));
    }
    const turns = open.filter(({ file }) => file.activity.turnSince !== undefined).length;
    const facts = {
      turns,
      ...definedFields({
        openThreads: this.#lookedAt === undefined ? undefined : open.length,
        lastActivityAt: this.#lastAt === undefined ? undefined : formatTime(this.#lastAt),
        leased: some(leases.filter((pid) => open.some(({ holders }) => holders.includes(pid)))),
        redeemed: some(this.#redeemed(claims?.reservations ?? [])),
      }),
    };
    const waiting = unopened(claims, { activeTurns: 0, ...facts }, this.#clock.now());
    return { activeTurns: turns + waiting, ...facts };
  }

  /** Matches each reservation, oldest first, with the first thread opened after it; matches are permanent. */
  #redeemed(reservations: readonly number[]): number[] {
    return [...reservations].sort((a, b) => a - b).filter((reserved) => {
      const own = this.#openings.find(({ redeems }) => redeems === reserved);
      const free = own ?? this.#openings
        .filter(({ at, isLeased, redeems }) => at >= reserved && !isLeased && redeems === undefined)
        .sort((a, b) => a.at - b.at)[0];
      if (free) free.redeems = reserved;
      return free !== undefined;
    });
  }

  #open(): Thread[] {
    return [...this.#threads.values()].filter(({ closedAt }) => closedAt === undefined);
  }

  #note({ id, pid, lockedMs }: OpenThread, now: number): void {
    // It was closed at the last look; its lock file and its id can be older than that.
    const since = Math.max(threadTime(id) ?? 0, lockedMs, this.#lookedAt ?? 0);
    const thread = this.#threads.get(id) ?? this.#add(id, Math.min(since, now));
    if (thread.closedAt !== undefined || thread.pid !== pid) {
      thread.pid = pid;
      thread.holders = pid === 0 ? [] : [pid, ...ancestorsOf(pid)];
    }
    thread.closedAt = undefined;
  }

  #add(id: string, at: number): Thread {
    const file = new ThreadFile(this.#home, id, this.#clock.now());
    const thread: Thread = { file, holders: [], pid: 0, closedAt: -Infinity };
    this.#threads.set(id, thread);
    // The event of its removed lock may arrive after the thread was dropped.
    if (!this.#openings.some((known) => known.id === id)) {
      this.#openings.push({ id, at, isLeased: false, redeems: undefined });
    }
    return thread;
  }
}

function some(numbers: readonly number[]): readonly number[] | undefined {
  return numbers.length === 0 ? undefined : numbers;
}
