import { adaptive } from "./policies/adaptive.ts";
import { balanced } from "./policies/balanced.ts";
import { drain } from "./policies/drain.ts";
import type { Candidate, Eligible } from "./score.ts";
import type { Gauges } from "../quota/windows.ts";

/** How it is decided who of those that may be picked is. */
export const POLICIES: readonly Policy[] = ["score", "balanced", "drain", "adaptive"];
/** One of them: the documented score, or another way to rank. */
export type Policy = "score" | "balanced" | "drain" | "adaptive";

/** What `adaptive` is doing, remembered from pick to pick so that it does not waver. */
export type Mode = "drain" | "balanced";

/** Somebody who may be picked. */
export interface Contender {
  /** With its open threads, leases and reservations, at work or not: whoever has one open will ask for more. */
  readonly candidate: Candidate & { readonly openSessions?: number };
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
  nowMs: number,
  mode: Mode | undefined,
): Ranking {
  switch (policy) {
    case "score":
      return { figures: contenders.map(({ verdict }) => verdict.score) };
    case "balanced":
      return { figures: balanced(contenders) };
    case "drain":
      return { figures: drain(contenders, nowMs) };
    case "adaptive":
      return adaptive(contenders, nowMs, mode);
  }
}
