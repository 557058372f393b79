import type { Pace } from "../../core/supervisor/monitor.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import type { AliasRecord } from "./alias_record.ts";
import type { LoginWatch } from "../codex/login_watch.ts";
import type { Starter } from "./starter.ts";

/** What all monitors (`M`) of one supervisor share. */
export interface Shared<M> {
  readonly host: Pick<Host, "clock" | "random" | "system">;
  readonly journal: Journal;
  readonly starter: Starter;
  readonly probeLimitMs: number;
  readonly mostCrashesIn5m: number;
  readonly renewalMarginMs: number;
  pace(): Pace;
  unknownLeft(): number;
  /** Whether an app-server of ours, of `asking` or of another, uses the account of `asking`. */
  isTaken(asking: Asking): boolean;
  /** All that have the account of `asking`, itself too; each is looked at again, for it is about to be told something. */
  sharing(asking: Asking): readonly { readonly record: AliasRecord }[];
  /** Whether another monitor renews the login of this account, or waits to be alone for that. */
  isWanted(asking: Asking): boolean;
  /** A monitor has another login, or a new one. */
  moved(monitor: M): void;
  /** Something happened to a monitor: it is looked at next. */
  wake(monitor: M): void;
}

/** A monitor that asks about others. */
export interface Asking {
  readonly login: LoginWatch;
}
