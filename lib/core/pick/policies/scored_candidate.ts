import type { Cost } from "../../quota/cost.ts";
import type { Gauges } from "../../quota/windows.ts";

/** An eligible candidate with its score, as policies see it. */
export interface ScoredCandidate {
  /** `openSessions`: open threads, leases and reservations, also idle ones, since an open session asks for more work. */
  readonly candidate: { readonly status: { readonly cost?: Cost }; readonly openSessions?: number };
  readonly verdict: { readonly score: number; readonly usage: number; readonly activeTurns: number };
  readonly gauges: Gauges;
}

/** The mode of `adaptive`, kept from pick to pick so that it does not switch back and forth. */
export type Mode = "drain" | "balanced";

/** One figure per candidate, of which the highest is picked, and the mode to keep. */
export interface Ranking {
  readonly figures: readonly number[];
  readonly mode?: Mode;
}
