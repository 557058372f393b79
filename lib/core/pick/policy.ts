import { type Rate, usualRate } from "../quota/cost.ts";
import { fits, modeOf } from "./policies/adaptive.ts";
import { balanced } from "./policies/balanced.ts";
import type { Contender, Mode, Ranking } from "./policies/contender.ts";
import { drain } from "./policies/drain.ts";
import { hoursLeft } from "./policies/hours.ts";

/** How it is decided who of those that may be picked is. */
export const POLICIES: readonly Policy[] = ["score", "balanced", "drain", "adaptive"];
/** One of them: the documented score, or another way to rank. */
export type Policy = "score" | "balanced" | "drain" | "adaptive";

/** What a figure depends on besides the contender: what work usually costs, and what `adaptive` is doing. */
export interface Standard {
  readonly usual: Rate;
  readonly mode?: Mode;
}

/** Ranks the contenders by a policy; `score` is the documented formula. */
export function rank(
  policy: Policy,
  contenders: readonly Contender[],
  nowMs: number,
  mode: Mode | undefined,
): Ranking {
  const usual = usualOf(contenders);
  const fitting = () => contenders.filter((each) => isFitting(each, usual)).length;
  const next = policy === "adaptive" ? modeOf(mode, fitting(), contenders.length) : undefined;
  const standard = { usual, ...(next === undefined ? {} : { mode: next }) };
  const figures = contenders.map((contender) => figureOf(policy, contender, nowMs, standard));
  return { figures, ...(next === undefined ? {} : { mode: next }) };
}

/** What an hour of work costs where nothing better is known of a contender. */
export function usualOf(contenders: readonly Contender[]): Rate {
  return usualRate(contenders.map(({ candidate }) => candidate.status.cost));
}

/** Whether a session more would last long enough. */
export function isFitting(contender: Contender, usual: Rate): boolean {
  return fits(hoursLeft(contender, usual));
}

/** The figure of one contender, the highest of which is picked. */
export function figureOf(policy: Policy, contender: Contender, nowMs: number, standard: Standard): number {
  if (policy === "score") return contender.verdict.score;
  const hours = hoursLeft(contender, standard.usual);
  const isDraining = policy === "drain" || (policy === "adaptive" && standard.mode === "drain");
  return isDraining ? drain(contender, hours, nowMs) : balanced(hours);
}
