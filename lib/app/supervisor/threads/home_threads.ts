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

/** A thread that is open, or was a moment ago. */
interface Thread {
  readonly file: ThreadFile;
  /** Who has it open, and who started that; none when it is closed. */
  holders: readonly number[];
  pid: number;
  /** Monotonic milliseconds; undefined = it is open. */
  closedAt: number | undefined;
}

/** When a thread was opened, epoch milliseconds, and for whom. */
interface Opening {
  readonly id: string;
  readonly at: number;
  /** By somebody with a lease. */
  isLeased: boolean;
  /** The reservation that it was opened for. */
  redeems: number | undefined;
}

/** Its last lines may come after its end. */
const SETTLES_MS = 3000;
/** A lock that came and went unseen is of a thread that was just begun, or else was only tidied away. */
const NEW_MS = 10 * 60_000;

/** The open threads of one home, and what their rollouts tell. */
export class HomeThreads {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #threads = new Map<string, Thread>();
  #openings: Opening[] = [];
  /** When it was last known which threads are open; undefined = never, or nobody can see that here. */
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

  /** Whether there is something to look at once more. */
  get isUnsettled(): boolean {
    return this.#threads.size > 0;
  }

  /** The folders that hold the rollouts of open threads, and whether a name in one of them is of one. */
  folders(): string[] {
    return [...new Set(this.#open().map(({ file }) => file.folder))];
  }

  hasFile(name: string): boolean {
    return this.#open().some(({ file }) => file.isNamed(name));
  }

  /** These threads are open now (undefined = nobody can see that here), and the locks of those `touched` came or went. */
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

  /** Reads on in the rollouts; returns what those tell now that told something new. `failed` is told of any trouble. */
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

  /** What goes on, with those who were given this session and have no thread yet. */
  activity(claims: Claims | undefined): Activity {
    const open = this.#open();
    const leases = claims?.leases.map(({ pid }) => pid) ?? [];
    for (const opening of this.#openings) {
      const holders = this.#threads.get(opening.id)?.holders ?? [];
      opening.isLeased ||= leases.some((pid) => holders.includes(pid));
    }
    const turns = open.filter(({ file }) => file.activity.turnSince !== undefined).length;
    const doings = {
      turns,
      ...definedFields({
        openThreads: this.#lookedAt === undefined ? undefined : open.length,
        lastActivityAt: this.#lastAt === undefined ? undefined : formatTime(this.#lastAt),
        leased: some(leases.filter((pid) => open.some(({ holders }) => holders.includes(pid)))),
        redeemed: some(this.#redeemed(claims?.reservations ?? [])),
      }),
    };
    const waiting = unopened(claims, { activeTurns: 0, ...doings }, this.#clock.now());
    return { activeTurns: turns + waiting, ...doings };
  }

  /** Each reservation, from the oldest on, takes the first thread that was opened after it, and keeps it. */
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
    // It was not open at the last look; its lock file may be older than that, and its id older still.
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
    // That its lock went may be told when nobody looks at it any more.
    if (!this.#openings.some((known) => known.id === id)) {
      this.#openings.push({ id, at, isLeased: false, redeems: undefined });
    }
    return thread;
  }
}

function some(numbers: readonly number[]): readonly number[] | undefined {
  return numbers.length === 0 ? undefined : numbers;
}
