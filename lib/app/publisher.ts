import { wordsOf } from "../core/failure.ts";
import type { Layout } from "../core/layout.ts";
import { renderStatus, type SessionStatus, type Status } from "../core/status.ts";
import { formatTime } from "../core/time.ts";
import { replaceFile } from "../io/files.ts";
import type { Clock } from "../io/host.ts";
import type { Journal } from "../io/journal.ts";

interface Published {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly daemon: Status["daemon"];
  readonly flushMs: number;
}

const RETRY_MS = 5_000;

/** Writes status.json: the first change after a quiet interval at once, later ones once per interval. */
export class Publisher {
  readonly #to: Published;
  #last = "";
  #notBefore = 0;
  #isFailing = false;

  constructor(to: Published) {
    this.#to = to;
  }

  /** Writes `sessions` if they changed and it is time to; returns how long to wait before the next write, if one is due. */
  publish(sessions: ReadonlyMap<string, SessionStatus>, atOnce = false): number {
    const { clock, layout, journal, daemon, flushMs } = this.#to;
    const status = { version: 1, updatedAt: "", daemon, sessions };
    const text = renderStatus(status);
    if (text === this.#last) return Infinity;
    const now = clock.monotonic();
    if (now < this.#notBefore && !atOnce) return this.#notBefore - now;
    try {
      replaceFile(layout.status, renderStatus({ ...status, updatedAt: formatTime(clock.now()) }));
      this.#last = text;
      this.#notBefore = now + flushMs;
      this.#isFailing = false;
      return Infinity;
    } catch (error) {
      if (!this.#isFailing) journal.note("cannot write status.json", { why: wordsOf(error) });
      this.#isFailing = true;
      this.#notBefore = now + RETRY_MS;
      return RETRY_MS;
    }
  }
}
