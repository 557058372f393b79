import type { Layout } from "../../core/system/layout.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import type { Timing } from "../../core/system/timing.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import type { lockHolders } from "../../io/process/lock_table.ts";
import type { SupervisorEvents } from "../event/supervisor_events.ts";
import type { OwnRecordFile } from "./records/own_record.ts";
import type { Publisher } from "./records/publisher.ts";
import type { RootGuard } from "./records/root_guard.ts";

/** What a supervisor works with. */
export interface SupervisorSettings {
  readonly host: Host;
  readonly layout: Layout;
  readonly timing: Timing;
  readonly journal: Journal;
  readonly publisher: Publisher;
  /** The supervisor's own record; optional. */
  readonly ownRecord?: OwnRecordFile;
  /** What it tells of events; optional. */
  readonly events?: SupervisorEvents;
  /** The status of an earlier supervisor, by alias. */
  readonly sessions: ReadonlyMap<string, SessionStatus>;
  /** Checks that the root is still the original one, and what may be written there. */
  readonly guard: RootGuard;
  readonly renewalMarginMs?: number;
  /** Looked at with every full check; optional. */
  readonly trash?: { look(): void };
  /** Replaces the reader of `/proc/locks`. */
  readonly lockHolders?: typeof lockHolders;
}
