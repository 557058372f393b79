import type { Pace } from "../../core/supervisor/monitor.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import type { Dossier } from "./alias_record.ts";
import type { LoginWatch } from "../codex/login_watch.ts";
import type { Starter } from "./starter.ts";

/** What all keepers of one supervisor share. */
export interface Shared {
  readonly host: Pick<Host, "clock" | "random">;
  readonly journal: Journal;
  readonly starter: Starter;
  readonly probeLimitMs: number;
  readonly mostCrashesIn5m: number;
  readonly renewalMarginMs: number;
  pace(): Pace;
  unknownLeft(): number;
  /** Whether an app-server of ours, kept by `asking` or by another, uses the account of `asking`. */
  isTaken(asking: Asking): boolean;
  /** All keepers of the account of `asking`, its own too. */
  sharing(asking: Asking): readonly { readonly dossier: Dossier }[];
  /** Whether another keeper renews the login of this account, or waits to be alone for that. */
  isWanted(asking: Asking): boolean;
  /** Something happened: look at everything again. */
  wake(): void;
}

/** A keeper that asks about others. */
export interface Asking {
  readonly login: LoginWatch;
}
