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

interface Surroundings {
  readonly host: Pick<Host, "clock" | "env" | "platform">;
  readonly layout: Layout;
  readonly journal: Journal;
  readonly pid: number;
  readonly origin: Origin;
  /** Whether a file may be written now. */
  mayWrite(path: string): boolean;
}

/** So often at most it looks at all sessions and for codex, and so often at least while nothing changes. */
const PAUSE_MS = 1_000;
const AGAIN_MS = 30_000;

/** Keeps state/supervisor.json: what the supervisor was started from, and since when it can't read any account. */
export class OwnRecordFile {
  readonly #around: Surroundings;
  readonly #startedMs: number;
  #trouble: Trouble | undefined;
  #written = "";
  #seen: ReadonlyMap<string, SessionStatus> | undefined;
  #seenAt = -Infinity;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#startedMs = around.host.clock.now();
  }

  /**
   * Takes note of what the sessions say, the same map as before when nothing has changed, and which codex is run; returns
   * how long to wait with what is left.
   */
  note(sessions: ReadonlyMap<string, SessionStatus>, codex: () => string | undefined): number {
    const now = this.#around.host.clock.monotonic();
    if (sessions === this.#seen && now - this.#seenAt < AGAIN_MS) return Infinity;
    if (now - this.#seenAt < PAUSE_MS) return PAUSE_MS - (now - this.#seenAt);
    this.#seen = sessions;
    this.#seenAt = now;
    this.#note(sessions, codex);
    return Infinity;
  }

  #note(sessions: ReadonlyMap<string, SessionStatus>, codex: () => string | undefined): void {
    const { host: { env, platform }, layout, journal, pid, origin, mayWrite } = this.#around;
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
