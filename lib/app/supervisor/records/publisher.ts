import { wordsOf } from "../../../core/text/failure.ts";
import { authFileOf, homeOf, type Layout } from "../../../core/system/layout.ts";
import { newsOf } from "../../../core/session/readings_file.ts";
import { renderEntry, renderStatus, type SessionStatus, type Status } from "../../../core/session/status.ts";
import { formatTime } from "../../../core/text/time.ts";
import { exists, realPath } from "../../../io/files/read.ts";
import { NOT_OURS, replaceFile } from "../../../io/files/replace.ts";
import type { Host } from "../../../io/host.ts";
import type { Journal } from "../../../io/journal.ts";
import { publishKnown, ReadingsMemory } from "../../session/readings_file.ts";

interface Context {
  readonly layout: Layout;
  readonly host: Pick<Host, "clock" | "random">;
  readonly journal: Journal;
  readonly daemon: Status["daemon"];
  readonly flushMs: number;
  /** True if the file may be written now. */
  mayWrite(path: string): boolean;
}

/** A session and its text in status.json. */
interface Rendered {
  readonly session: SessionStatus;
  readonly text: string;
}

const RETRY_MS = 5_000;
/** The pause after a write of readings.json, as a multiple of its duration. */
const PAUSE_FACTOR = 30;

/** Writes status.json: the first change after a quiet interval at once, later ones once per interval. */
export class Publisher {
  readonly #context: Context;
  /** The rendered entries in the file. */
  #entries: ReadonlyMap<string, Rendered> | undefined;
  /** The sessions last written, or equal to these. */
  #written: ReadonlyMap<string, SessionStatus> | undefined;
  #notBefore = 0;
  #isFailing = false;
  /** The sessions last written to readings.json. */
  #inReadings: ReadonlyMap<string, SessionStatus> = new Map();
  /** The sessions being written to readings.json, or next to be written. */
  #pending: ReadonlyMap<string, SessionStatus> | undefined;
  readonly #readings = new ReadingsMemory();
  #pause = new AbortController();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Writes `sessions`, an immutable map, if it has changed and the interval is over; returns how long to wait before a
   * postponed write.
   */
  publish(sessions: ReadonlyMap<string, SessionStatus>, atOnce = false): number {
    const { host: { clock }, layout, journal, daemon, flushMs, mayWrite } = this.#context;
    if (sessions === this.#written) return Infinity;
    const now = clock.monotonic();
    if (now < this.#notBefore && !atOnce) return this.#notBefore - now;
    const entries = this.#rendered(sessions);
    try {
      if (!isSame(this.#entries, entries)) {
        const mayReplace = () => mayWrite(layout.status);
        if (!mayReplace()) throw new Error(NOT_OURS);
        const status = { version: 1, updatedAt: formatTime(clock.now()), daemon, sessions };
        replaceFile(layout.status, renderStatus(status, (alias) => entries.get(alias)!.text), { mayReplace });
        this.#notBefore = now + flushMs;
        this.#isFailing = false;
        void this.#writeReadings(sessions);
        if (atOnce) this.#pause.abort();
      }
      this.#entries = entries;
      this.#written = sessions;
      return Infinity;
    } catch (error) {
      if (!this.#isFailing) journal.note("cannot write status.json", { why: wordsOf(error) });
      this.#isFailing = true;
      this.#notBefore = now + RETRY_MS;
      return RETRY_MS;
    }
  }

  #rendered(sessions: ReadonlyMap<string, SessionStatus>): Map<string, Rendered> {
    return new Map(Array.from(sessions, ([alias, session]) => {
      const known = this.#entries?.get(alias);
      const isKnown = known?.session === session;
      return [alias, isKnown ? known : { session, text: renderEntry(alias, session) }];
    }));
  }

  /** Writes readings.json for the pool programs. Changes during a write are written after it. */
  async #writeReadings(sessions: ReadonlyMap<string, SessionStatus>): Promise<void> {
    const { host, layout, journal, mayWrite } = this.#context;
    const isWriting = this.#pending !== undefined;
    this.#pending = sessions;
    if (isWriting) return;
    let next: ReadonlyMap<string, SessionStatus>;
    do {
      next = this.#pending;
      try {
        const began = host.clock.monotonic();
        const before = exists(layout.readings) ? this.#inReadings : new Map<string, SessionStatus>();
        await publishKnown(
          host,
          layout,
          newsOf(changedIn(before, next), (alias) => loginIn(layout, alias)),
          this.#readings,
          mayWrite,
        );
        this.#inReadings = next;
        // The file holds all accounts: without a pause, its writes could dominate the load.
        this.#pause = new AbortController();
        await host.clock.sleep((host.clock.monotonic() - began) * PAUSE_FACTOR, this.#pause.signal);
      } catch (error) {
        journal.note("cannot write readings.json", { why: wordsOf(error) });
      }
    } while (next !== this.#pending);
    this.#pending = undefined;
  }
}

function isSame(
  before: ReadonlyMap<string, Rendered> | undefined,
  now: ReadonlyMap<string, Rendered>,
): boolean {
  return before?.size === now.size && [...now].every(([alias, { text }]) => before.get(alias)?.text === text);
}

/** The sessions of all accounts with a change. */
function changedIn(
  before: ReadonlyMap<string, SessionStatus>,
  sessions: ReadonlyMap<string, SessionStatus>,
): ReadonlyMap<string, SessionStatus> {
  const different = [...sessions].filter(([alias, session]) => before.get(alias) !== session);
  const gone = [...before].filter(([alias]) => !sessions.has(alias));
  const accounts = new Set(
    [...different, ...gone].flatMap(([alias, { account }]) => [account, before.get(alias)?.account]),
  );
  return new Map([...sessions].filter(([, { account }]) => account !== undefined && accounts.has(account)));
}

/** The real path of a session's auth file. */
function loginIn(layout: Layout, alias: string): string {
  const path = authFileOf(homeOf(layout, alias));
  return realPath(path) ?? path;
}
