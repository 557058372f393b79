import type { CommandSettings } from "../../core/codex/provider.ts";
import type { Pace } from "../../core/supervisor/monitor.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import type { AliasRecord } from "./alias_record.ts";
import type { LoginWatch } from "../codex/login_watch.ts";
import type { Starter } from "./starter.ts";

/** The context shared by all monitors (`M`) of one supervisor. */
export interface Shared<M> {
  readonly host: Pick<Host, "clock" | "random" | "system">;
  readonly journal: Journal;
  readonly starter: Starter;
  readonly probeLimitMs: number;
  readonly mostCrashesIn5m: number;
  readonly renewalMarginMs: number;
  pace(): Pace;
  unknownLeft(): number;
  /** The default command's choice of a provider. */
  command(): CommandSettings;
  /** True while any supervised app-server uses the account of `asking`. */
  isTaken(asking: Asking): boolean;
  /** All monitors of this account, including `asking`. Each is scheduled for a look, because its facts may change. */
  sharing(asking: Asking): readonly { readonly record: AliasRecord }[];
  /** True while another monitor renews this account's login or waits for exclusive use of the account. */
  isWanted(asking: Asking): boolean;
  /** Records that a monitor's login was replaced. */
  moved(monitor: M): void;
  /** Schedules a monitor for the next look. */
  wake(monitor: M): void;
}

/** The monitor that asks about others. */
export interface Asking {
  readonly login: LoginWatch;
}
