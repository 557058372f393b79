import type { Candidate, Eligible } from "./score.ts";
import type { Gauges } from "./windows.ts";

/** How it is decided who of those that may be picked is. */
export const POLICIES = ["score", "balanced", "drain", "adaptive"] as const;
export type Policy = typeof POLICIES[number];

/** What `adaptive` is doing, remembered from pick to pick so that it does not waver. */
export type Mode = "drain" | "balanced";

/** Somebody who may be picked. */
export interface Contender {
  readonly candidate: Candidate;
  readonly verdict: Eligible;
  readonly gauges: Gauges;
}

/** One figure per contender, the highest is picked; and what is to be remembered. */
export interface Ranking {
  readonly figures: readonly number[];
  readonly mode?: Mode;
}

/** Ranks the contenders by a policy; `score` is the documented formula. */
export function rank(
  policy: Policy,
  contenders: readonly Contender[],
  _nowMs: number,
  _mode: Mode | undefined,
): Ranking {
  switch (policy) {
    case "score":
    case "balanced":
    case "drain":
    case "adaptive":
      return { figures: contenders.map(({ verdict }) => verdict.score) };
  }
}
