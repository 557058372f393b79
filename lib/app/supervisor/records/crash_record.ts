import { afterCrash, afterSilence, type Crashes, NO_CRASHES } from "../../../core/supervisor/crashes.ts";
import type { Host } from "../../../io/host.ts";
import type { Journal } from "../../../io/journal.ts";
import type { AppServer, Purpose } from "../../codex/app_server.ts";

interface Context {
  readonly host: Pick<Host, "clock" | "random">;
  readonly journal: Journal;
  readonly mostCrashesIn5m: number;
}

/** The crashes of the permanent app-servers of one alias. */
export class CrashRecord {
  readonly #alias: string;
  readonly #context: Context;
  #all: Crashes = NO_CRASHES;

  constructor(alias: string, context: Context) {
    this.#alias = alias;
    this.#context = context;
  }

  get all(): Crashes {
    return this.#all;
  }

  /** Counts an unexpected exit; that of a probe is only a result. */
  crashed(purpose: Purpose, ranMs: number): void {
    if (purpose === "probe") return;
    const { host: { clock, random }, journal, mostCrashesIn5m } = this.#context;
    const now = clock.monotonic();
    this.#all = afterCrash(this.#all, now, ranMs, mostCrashesIn5m, random());
    const { inARow, nextStartAt } = this.#all;
    const nextTryInMs = Math.round(nextStartAt - now);
    journal.note("app-server crashed", { alias: this.#alias, inARow, nextTryInMs });
  }

  /** Postpones the next start after a server that gives no answer. */
  silent({ purpose, startedAt }: AppServer): void {
    if (purpose === "probe") return;
    const { clock, random } = this.#context.host;
    const now = clock.monotonic();
    this.#all = afterSilence(this.#all, now, now - startedAt, random());
  }
}
