import type { NotifySettings } from "../../core/config/config.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import { Notices } from "./notices.ts";
import { EventRecorder } from "./recorder.ts";

interface Context {
  readonly layout: Layout;
  readonly host: Pick<Host, "clock" | "env" | "platform" | "random" | "spawn">;
  readonly journal: Journal;
  /** True if the file may be written now. */
  mayWrite(path: string): boolean;
}

/** The events of a supervisor: those it writes, and the notices about all. */
export class SupervisorEvents {
  readonly #notices: Notices;
  readonly #recorder: EventRecorder;
  #settings: NotifySettings | undefined;

  constructor(context: Context) {
    this.#notices = new Notices(context);
    this.#recorder = new EventRecorder({
      ...context,
      appended: () => this.#settings !== undefined && this.#notices.look(this.#settings),
    });
  }

  /** Tells what is new of `sessions`, an immutable map; returns how long to wait for the next look. */
  note(sessions: ReadonlyMap<string, SessionStatus>, settings: NotifySettings): number {
    this.#settings = settings;
    // First, so that what is appended now is new.
    this.#notices.look(settings);
    return this.#recorder.note(sessions, settings.nearPercent);
  }

  /** Finishes what is under way. */
  async end(): Promise<void> {
    await this.#recorder.settled();
    await this.#notices.end();
  }
}
