import { eventLine, type Happening } from "../../core/event/event.ts";
import { type Mark, newsOf } from "../../core/event/marks.ts";
import { parseTold, renderTold } from "../../core/event/marks_file.ts";
import { isSameJson } from "../../core/text/json.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { isFolder } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import { glanceAt } from "../session/state_file.ts";
import { appendEvents } from "./log.ts";

interface Context {
  readonly layout: Layout;
  readonly host: Pick<Host, "clock" | "random">;
  readonly journal: Journal;
  /** True if the file may be written now. */
  mayWrite(path: string): boolean;
  /** Called after lines were appended. */
  appended(): void;
}

const RETRY_MS = 5_000;
/** Of what cannot be written, the newest lines are kept. */
const MOST_PENDING = 1_000;

/**
 * Writes what happens to the sessions of a supervisor to the file of events, each event once. What was told is on disk
 * together with the lines to append before these are appended: after a kill the next supervisor appends those that are
 * missing.
 */
export class EventRecorder {
  readonly #context: Context;
  readonly #marks: Map<string, Mark>;
  #pending: readonly string[];
  /** Lines of an earlier supervisor that may have been appended. */
  #doubtful: ReadonlySet<string>;
  #seen: ReadonlyMap<string, SessionStatus> = new Map();
  #nearPercent: number | undefined;
  /** The times when time alone may bring news, epoch milliseconds. */
  readonly #due = new Map<string, number>();
  #isSaved = true;
  #flushing: Promise<void> | undefined;
  /** A write that failed is tried again then, monotonic. */
  #notBefore = -Infinity;

  constructor(context: Context) {
    this.#context = context;
    const { marks, pending } = glanceAt(context.layout.eventMarks, parseTold) ??
      { marks: new Map(), pending: [] };
    this.#marks = new Map([...marks].filter(([alias]) => isFolder(homeOf(context.layout, alias))));
    this.#pending = pending;
    this.#doubtful = new Set(pending);
  }

  /** Compares `sessions`, an immutable map, with what was told; returns how long to wait for the next look. */
  note(sessions: ReadonlyMap<string, SessionStatus>, nearPercent: number): number {
    const { clock } = this.#context.host;
    const nowMs = clock.now();
    const isAll = nearPercent !== this.#nearPercent;
    for (const alias of this.#seen.keys()) if (!sessions.has(alias)) this.#forget(alias);
    for (const [alias, session] of sessions) {
      const isNew = isAll || this.#seen.get(alias) !== session;
      if (isNew || (this.#due.get(alias) ?? Infinity) <= nowMs) {
        this.#compare(alias, session, nowMs, nearPercent);
      }
    }
    this.#seen = sessions;
    this.#nearPercent = nearPercent;
    return Math.min(this.#write(), ...Array.from(this.#due.values(), (ms) => Math.max(0, ms - nowMs)));
  }

  /** Resolves when nothing is being appended. */
  async settled(): Promise<void> {
    await this.#flushing;
  }

  #compare(alias: string, session: SessionStatus, nowMs: number, nearPercent: number): void {
    const before = this.#marks.get(alias);
    const { mark, happenings, nextMs } = newsOf(alias, before, session, nowMs, nearPercent);
    if (nextMs === undefined) this.#due.delete(alias);
    else this.#due.set(alias, nextMs);
    this.#tell(happenings, nowMs);
    if (isSameJson(before, mark)) return;
    this.#marks.set(alias, mark);
    this.#isSaved = false;
  }

  #tell(happenings: readonly Happening[], nowMs: number): void {
    if (happenings.length === 0) return;
    const lines = happenings.map((each) => eventLine(each, nowMs));
    this.#pending = [...this.#pending, ...lines].slice(-MOST_PENDING);
    this.#isSaved = false;
  }

  #forget(alias: string): void {
    this.#due.delete(alias);
    if (this.#marks.delete(alias)) this.#isSaved = false;
  }

  /** Saves what is told, and has the lines appended; returns how long to wait before the next try. */
  #write(): number {
    const { clock } = this.#context.host;
    const waitMs = this.#notBefore - clock.monotonic();
    if (waitMs > 0) return this.#isSaved && this.#pending.length === 0 ? Infinity : waitMs;
    try {
      if (!this.#isSaved) this.#save();
    } catch (error) {
      return this.#failed(error);
    }
    if (this.#flushing === undefined && this.#pending.length > 0) this.#flushing = this.#flush();
    return Infinity;
  }

  #save(): void {
    const { layout: { eventMarks }, mayWrite } = this.#context;
    const text = renderTold({ marks: this.#marks, pending: this.#pending });
    replaceFile(eventMarks, text, { mayReplace: () => mayWrite(eventMarks) });
    this.#isSaved = true;
  }

  async #flush(): Promise<void> {
    const { host, layout, mayWrite, appended } = this.#context;
    try {
      while (this.#pending.length > 0) {
        const lines = this.#pending;
        const doubtful = this.#doubtful;
        const choose = (kept: readonly string[]) => {
          const there = new Set(kept.map((line) => `${line}\n`));
          return lines.filter((line) => !doubtful.has(line) || !there.has(line));
        };
        // Until the lines are taken from the file of marks, a kill leaves them in doubt.
        await appendEvents(host, layout, lines, { mayWrite, ...(doubtful.size === 0 ? {} : { choose }) });
        this.#doubtful = new Set();
        this.#pending = this.#pending.filter((line) => !lines.includes(line));
        this.#save();
        appended();
      }
    } catch (error) {
      this.#doubtful = new Set(this.#pending);
      this.#failed(error);
    }
    this.#flushing = undefined;
  }

  #failed(error: unknown): number {
    const { host: { clock }, journal } = this.#context;
    journal.note("cannot write events", { why: wordsOf(error) });
    this.#notBefore = clock.monotonic() + RETRY_MS;
    return RETRY_MS;
  }
}
