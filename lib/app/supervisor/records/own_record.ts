import { callerIn } from "../../../core/supervisor/caller.ts";
import {
  type Origin,
  type OwnRecord,
  renderOwnRecord,
  type Trouble,
  troubleIn,
} from "../../../core/supervisor/own_record.ts";
import { wordsOf } from "../../../core/text/failure.ts";
import { VERSION } from "../../../core/text/version.ts";
import type { SessionStatus } from "../../../core/session/status.ts";
import type { Layout } from "../../../core/system/layout.ts";
import { replaceFile } from "../../../io/files/replace.ts";
import type { Host } from "../../../io/host.ts";
import type { Journal } from "../../../io/journal.ts";
import { networkNamespace } from "../../../io/process/process.ts";

interface Context {
  readonly host: Pick<Host, "clock" | "env" | "platform">;
  readonly layout: Layout;
  readonly journal: Journal;
  readonly pid: number;
  readonly origin: Origin;
  /** True if the file may be written now. */
  mayWrite(path: string): boolean;
}

/** The shortest and the longest interval between two checks of all sessions and of codex. */
const PAUSE_MS = 1_000;
const AGAIN_MS = 30_000;

/** Maintains state/supervisor.json: the supervisor's origin, and since when it can't read any account. */
export class OwnRecordFile {
  readonly #context: Context;
  readonly #startedMs: number;
  #trouble: Trouble | undefined;
  #written = "";
  #seen: ReadonlyMap<string, SessionStatus> | undefined;
  #seenAt = -Infinity;

  constructor(context: Context) {
    this.#context = context;
    this.#startedMs = context.host.clock.now();
  }

  /**
   * Records the troubles of the sessions and the path of codex; returns how long a postponed check has to wait. An
   * unchanged map object means that nothing has changed.
   */
  note(sessions: ReadonlyMap<string, SessionStatus>, codex: () => string | undefined): number {
    const now = this.#context.host.clock.monotonic();
    if (sessions === this.#seen && now - this.#seenAt < AGAIN_MS) return Infinity;
    if (now - this.#seenAt < PAUSE_MS) return PAUSE_MS - (now - this.#seenAt);
    this.#seen = sessions;
    this.#seenAt = now;
    this.#note(sessions, codex);
    return Infinity;
  }

  #note(sessions: ReadonlyMap<string, SessionStatus>, codex: () => string | undefined): void {
    const { host: { env, platform }, layout, journal, pid, origin, mayWrite } = this.#context;
    const found = troubleIn(sessions.values());
    if (found?.kind !== this.#trouble?.kind) this.#trouble = found;
    const record: OwnRecord = {
      pid,
      startedMs: this.#startedMs,
      version: VERSION,
      origin,
      has: callerIn(env, platform, codex() ?? "", networkNamespace()),
      trouble: this.#trouble,
    };
    const text = renderOwnRecord(record);
    const mayReplace = () => mayWrite(layout.ownRecord);
    if (text === this.#written || !mayReplace()) return;
    try {
      replaceFile(layout.ownRecord, text, { mayReplace });
      this.#written = text;
    } catch (error) {
      journal.note("cannot write state/supervisor.json", { why: wordsOf(error) });
    }
  }
}
