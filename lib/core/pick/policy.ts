import { type Rate, usualRate } from "../quota/cost.ts";
import { fits, modeOf } from "./policies/adaptive.ts";
import { balanced } from "./policies/balanced.ts";
import type { Mode, Ranking, ScoredCandidate } from "./policies/scored_candidate.ts";
import { drain } from "./policies/drain.ts";
import { hoursLeft } from "./policies/hours.ts";

/** A policy: the documented score, or another way to rank. */
export type Policy = "score" | "balanced" | "drain" | "adaptive";

const ALL: Readonly<Record<Policy, true>> = { score: true, balanced: true, drain: true, adaptive: true };
/** The policies for choosing among eligible sessions. */
export const POLICIES = Object.keys(ALL) as readonly Policy[];

/** The inputs of a figure besides the candidate: the usual cost of work, and the mode of `adaptive`. */
export interface Standard {
  readonly usual: Rate;
  readonly mode?: Mode;
}

/** Ranks the candidates by a policy; `score` is the documented formula. */
export function rank(
  policy: Policy,
  candidates: readonly ScoredCandidate[],
  nowMs: number,
  mode: Mode | undefined,
): Ranking {
  const usual = usualOf(candidates);
  const fitting = () => candidates.filter((each) => isFitting(each, usual)).length;
  const next = policy === "adaptive" ? modeOf(mode, fitting(), candidates.length) : undefined;
  const standard = { usual, ...(next === undefined ? {} : { mode: next }) };
  const figures = candidates.map((candidate) => figureOf(policy, candidate, nowMs, standard));
  return { figures, ...(next === undefined ? {} : { mode: next }) };
}

/** The cost of an hour of work for a candidate with no cost of its own. */
export function usualOf(candidates: readonly ScoredCandidate[]): Rate {
  return usualRate(candidates.map(({ candidate }) => candidate.status.cost));
}

/** True when one more session would last long enough. */
export function isFitting(candidate: ScoredCandidate, usual: Rate): boolean {
  return fits(hoursLeft(candidate, usual));
}

/** The figure of one candidate; the highest is picked. */
export function figureOf(
  policy: Policy,
  candidate: ScoredCandidate,
  nowMs: number,
  standard: Standard,
): number {
  const hours = () => hoursLeft(candidate, standard.usual);
  switch (policy) {
    case "score":
      return candidate.verdict.score;
    case "balanced":
      return balanced(hours());
    case "drain":
      return drain(candidate, hours(), nowMs);
    case "adaptive":
      return standard.mode === "drain" ? drain(candidate, hours(), nowMs) : balanced(hours());
  }
}
