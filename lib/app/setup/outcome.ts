import type { Holder } from "../../core/codex/account.ts";

/** What a set-up did with a session. */
export type SetupResult = "loggedIn" | "present" | "skipped" | "failed";

/** A session at the end of a set-up. */
export interface SetupSession {
  readonly alias: string;
  readonly home: string;
  readonly result: SetupResult;
  readonly account: Holder;
  /** The other sessions that have the same account. */
  readonly twins: readonly string[];
}

/** The outcome of a set-up. */
export interface Setup {
  readonly sessions: readonly SetupSession[];
  /** True when the user left it with Ctrl-C. */
  readonly isLeft: boolean;
  /** True when the user stopped it. */
  readonly isStopped: boolean;
}
