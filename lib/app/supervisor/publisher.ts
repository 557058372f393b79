import { wordsOf } from "../../core/text/failure.ts";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { newsOf } from "../../core/session/readings_file.ts";
import { renderStatus, type SessionStatus, type Status } from "../../core/session/status.ts";
import { formatTime } from "../../core/text/time.ts";
import { realPath } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import { publishKnown } from "../session/readings_file.ts";

interface Published {
  readonly layout: Layout;
  readonly host: Pick<Host, "clock" | "random">;
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
  /** What programs that only pick are being told, or are to be told next. */
  #untold: ReadonlyMap<string, SessionStatus> | undefined;

  constructor(to: Published) {
    this.#to = to;
  }

  /** Writes `sessions` if they changed and it is time to; returns how long to wait before the next write, if one is due. */
  publish(sessions: ReadonlyMap<string, SessionStatus>, atOnce = false): number {
    const { host: { clock }, layout, journal, daemon, flushMs } = this.#to;
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
      void this.#tell(sessions);
      return Infinity;
    } catch (error) {
      if (!this.#isFailing) journal.note("cannot write status.json", { why: wordsOf(error) });
      this.#isFailing = true;
      this.#notBefore = now + RETRY_MS;
      return RETRY_MS;
    }
  }

  /** Tells the programs that only pick; what comes while that is under way is told after it. */
  async #tell(sessions: ReadonlyMap<string, SessionStatus>): Promise<void> {
    const { host, layout, journal } = this.#to;
    const isTelling = this.#untold !== undefined;
    this.#untold = sessions;
    if (isTelling) return;
    const fileOf = (alias: string) => {
      const path = authFileOf(homeOf(layout, alias));
      return realPath(path) ?? path;
    };
    let told: ReadonlyMap<string, SessionStatus>;
    do {
      told = this.#untold;
      try {
        await publishKnown(host, layout, newsOf(told, fileOf));
      } catch (error) {
        journal.note("cannot write readings.json", { why: wordsOf(error) });
      }
    } while (told !== this.#untold);
    this.#untold = undefined;
  }
}
