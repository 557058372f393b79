import { adaptive } from "./policies/adaptive.ts";
import { balanced } from "./policies/balanced.ts";
import type { Contender, Mode, Ranking } from "./policies/contender.ts";
import { drain } from "./policies/drain.ts";

/** How it is decided who of those that may be picked is. */
export const POLICIES: readonly Policy[] = ["score", "balanced", "drain", "adaptive"];
/** One of them: the documented score, or another way to rank. */
export type Policy = "score" | "balanced" | "drain" | "adaptive";

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
