import type { Policy } from "../../core/pick/policy.ts";
import type { SessionReport } from "../../core/pick/report/report.ts";
import type { Account } from "../../core/codex/account.ts";
import { jsonText } from "./json.ts";

/** What `agentlb status --json` prints: all sessions at one moment. */
export interface StatusOutput {
  readonly schema: "agentlb.status/1";
  /** The time when status.json was written, RFC 3339; empty when there is none. */
  readonly updatedAt: string;
  /** The supervisor of this root. */
  readonly supervisor: {
    readonly running: boolean;
    /** Its process, when it is visible from here. */
    readonly pid?: number | undefined;
  };
  /** The reason why status.json could not be used. */
  readonly problem?: string | undefined;
  /** The policy in use. */
  readonly policy: Policy;
  /** The alias that would be picked; null when none may be picked. */
  readonly selected: string | null;
  /** By alias, in byte order. */
  readonly sessions: readonly SessionReport[];
}

/** What `agentlb rm --json` prints: the session that was removed. */
export interface RemovalOutput {
  readonly schema: "agentlb.rm/1";
  readonly alias: string;
  /** The `CODEX_HOME` that it had. */
  readonly home: string;
  /** The folder of the trash that it is kept in. */
  readonly trash: string;
}

/** What `agentlb pause --json` and `unpause --json` print: whether the session is paused now. */
export interface PauseOutput {
  readonly schema: "agentlb.pause/1";
  readonly alias: string;
  readonly paused: boolean;
  /** False when it was so before. */
  readonly changed: boolean;
}

/** What `agentlb clear --json` prints: the session whose refusal is forgotten. */
export interface ClearOutput {
  readonly schema: "agentlb.clear/1";
  readonly alias: string;
  /** False when no turn was refused. */
  readonly changed: boolean;
}

/** What `agentlb login --json` prints: the session and its login. */
export interface LoginOutput {
  readonly schema: "agentlb.login/1";
  readonly alias: string;
  /** Its `CODEX_HOME`. */
  readonly home: string;
  /** False when no login was made, because its model provider needs none. */
  readonly changed: boolean;
  /** The model provider that needs no login. */
  readonly provider?: string;
  /** The email of the login. */
  readonly email?: string;
  /** The plan of the login, such as "pro". */
  readonly plan?: string;
}

/** What `agentlb bind --json` prints: the folders that are bound, after what was asked for. */
export interface BindOutput {
  readonly schema: "agentlb.bind/1";
  /** The binding that holds in this folder; null when any session may be used. */
  readonly here: BoundFolder | null;
  /** All bindings. */
  readonly bindings: readonly (BoundFolder & {
    /** True when config.toml has it, which no command changes. */
    readonly inConfig: boolean;
  })[];
  /** The binding that this command made. */
  readonly bound?: BoundFolder | undefined;
  /** The binding that this command removed. */
  readonly unbound?: BoundFolder | undefined;
}

/** A folder and the only sessions that are used there and below. */
export interface BoundFolder {
  /** An absolute path, links resolved. */
  readonly folder: string;
  /** Aliases. */
  readonly sessions: readonly string[];
}

/** The output of `agentlb rm --json`. */
export function removalJson(alias: string, home: string, trash: string): string {
  return jsonText<RemovalOutput>({ schema: "agentlb.rm/1", alias, home, trash });
}

/** The output of `agentlb pause|unpause --json`. */
export function pauseJson(alias: string, isPaused: boolean, isNew: boolean): string {
  return jsonText<PauseOutput>({ schema: "agentlb.pause/1", alias, paused: isPaused, changed: isNew });
}

/** The output of `agentlb clear --json`. */
export function clearJson(alias: string, isNew: boolean): string {
  return jsonText<ClearOutput>({ schema: "agentlb.clear/1", alias, changed: isNew });
}

/** The output of `agentlb login --json`. */
export function loginJson(
  alias: string,
  home: string,
  { email, plan }: Pick<Account, "email" | "plan">,
  provider: string | undefined,
): string {
  return jsonText<LoginOutput>({
    schema: "agentlb.login/1",
    alias,
    home,
    changed: provider === undefined,
    ...(provider === undefined ? {} : { provider }),
    ...(email === undefined ? {} : { email }),
    ...(plan === undefined ? {} : { plan }),
  });
}
