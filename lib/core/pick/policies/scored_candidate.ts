import type { Cost } from "../../quota/cost.ts";
import type { Gauges } from "../../quota/windows.ts";

/** What a policy looks at of a session that may be picked. */
export interface ScoredCandidate {
  /** `openSessions`: open threads, leases and reservations, at work or not: whoever has one open will ask for more. */
  readonly candidate: { readonly status: { readonly cost?: Cost }; readonly openSessions?: number };
  readonly verdict: { readonly score: number; readonly usage: number; readonly activeTurns: number };
  readonly gauges: Gauges;
}

/** What `adaptive` is doing, remembered from pick to pick so that it does not waver. */
export type Mode = "drain" | "balanced";

/** One figure per candidate, the highest is picked; and what is to be remembered. */
export interface Ranking {
  readonly figures: readonly number[];
  readonly mode?: Mode;
}
