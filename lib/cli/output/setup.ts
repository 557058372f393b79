/** The output of `agentlb init --json`. */
export interface InitOutput {
  readonly schema: "agentlb.init/1";
  readonly sessions: readonly InitSession[];
}

/** A session after `agentlb init`. */
export interface InitSession {
  readonly alias: string;
  /** Its CODEX_HOME. */
  readonly home: string;
  /** "present" = it was logged in before. */
  readonly result: "loggedIn" | "present" | "skipped" | "failed";
  readonly email?: string;
  readonly plan?: string;
  /** The other sessions that have the same account; absent = none. */
  readonly sameAccountAs?: readonly string[];
}

/** The output of `cap add --json` and `clb add --json`. */
export interface PoolAddOutput {
  readonly schema: "agentlb.pool-add/1";
  /** The new auth file. */
  readonly file: string;
  readonly teamDir: string;
  readonly email?: string;
  readonly plan?: string;
  /** The other files of the team folder that have the same account; absent = none. */
  readonly sameAccountAs?: readonly string[];
}
