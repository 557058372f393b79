/** What `agentlb forecast --json` prints: when each account runs dry. */
export interface ForecastOutput {
  readonly schema: "agentlb.forecast/1";
  readonly accounts: readonly AccountForecast[];
}

/** The outlook of one account; times are milliseconds from now. */
export interface AccountForecast {
  /** The sessions of this account. */
  readonly aliases: readonly string[];
  /** True when nothing is left. */
  readonly exhausted: boolean;
  /** When it comes back; absent unless it is used up and that is known. */
  readonly backInMs?: number | undefined;
  readonly windows: readonly WindowForecast[];
}

/** The outlook of one window; times are milliseconds from now. */
export interface WindowForecast {
  /** The name of the window. */
  readonly window: string;
  readonly leftPercent: number;
  /** Use in the last hours or days; absent while too little is recorded. */
  readonly percentPerHour?: number | undefined;
  /** True when it runs dry before it resets. */
  readonly runsDry: boolean;
  /** When it runs dry: an interval that holds the true time with a probability of 80 %. */
  readonly dryInMs?: {
    readonly earliest: number;
    readonly likely: number;
    readonly latest: number;
  } | undefined;
  /** Absent while the window is closed: it opens when it is next used. */
  readonly resetsInMs?: number | undefined;
}

/** What `agentlb wait --json` prints: how the wait ended. */
export interface WaitOutput extends LeftAnswer {
  readonly schema: "agentlb.wait/1";
}

/** What `agentlb guard --json` prints: whether a session has something left. */
export interface GuardOutput extends LeftAnswer {
  readonly schema: "agentlb.guard/1";
}

/** Whether a session has something left, or as much as was asked for. */
export interface LeftAnswer {
  readonly answer: "yes" | "no" | "timeout";
  /** False when only the user can change the answer. */
  readonly canChange: boolean;
  /** Percent that each window had to have left, as asked for. */
  readonly leastPercent?: number;
  /** The session, for "yes". */
  readonly alias?: string;
  /** Percent left in the window of that session that has least; absent when none is known. */
  readonly leftPercent?: number;
  /** The first known time when a session should have enough, RFC 3339. */
  readonly backAt?: string;
  /** All sessions that were looked at. */
  readonly sessions: readonly LeftIn[];
}

/** One session in the answer. */
export interface LeftIn {
  readonly alias: string;
  /** True when it has enough left. */
  readonly isEnough: boolean;
  /** Percent left in the window that has least; absent when none is known. */
  readonly leftPercent?: number;
  /** In words why it has not enough. */
  readonly reason?: string;
  /** The time when it should have enough, RFC 3339. */
  readonly backAt?: string;
}
