import type { WindowReport } from "../../core/pick/report/report.ts";

/** What `agentlb statusline --json` prints. Without sessions only the two counts are there. */
export interface StatuslineOutput {
  readonly schema: "agentlb.statusline/1";
  /** The session of this pane, else the one that would be picked. */
  readonly alias?: string;
  /** True for the session of this pane, by its `CODEX_HOME`. */
  readonly isHere?: boolean;
  readonly eligible?: boolean;
  /** "eligible", "in reserve", or in words why it may not be picked. */
  readonly reason?: string;
  /** The percent that its windows have left, the least. */
  readonly leftPercent?: number;
  /** The short and the long window; absent = no such window is known. */
  readonly short?: WindowReport;
  readonly long?: WindowReport;
  /** The time when the window with the least left resets, or an exhausted session comes back, RFC 3339. */
  readonly resetsAt?: string;
  /** The session that would be picked. */
  readonly pick?: string;
  /** The number of sessions that may be picked, and of all. */
  readonly withRoom: number;
  readonly sessions: number;
}
