import { type Rate, rateAmong } from "../../quota/cost.ts";
import type { ScoredCandidate } from "./scored_candidate.ts";

/**
 * How many hours a candidate lasts with one session more than it has: what is left of its tighter window, shared by all
 * its open sessions, whether at work at this moment or not. The common measure of plans of all sizes.
 */
export function hoursLeft(
  { candidate, gauges: { short, long }, verdict }: ScoredCandidate,
  usual: Rate,
): number {
  const rate = rateAmong(usual, candidate.status.cost);
  const lasts = Math.min(
    short === undefined ? UNLIMITED : short.left / rate.short,
    long === undefined ? UNLIMITED : long.left / rate.long,
    // Without any window the documented formula's stand-in is in `usage`.
    short === undefined && long === undefined ? verdict.usage / rate.short : UNLIMITED,
  );
  return lasts / (1 + Math.max(verdict.activeTurns, candidate.openSessions ?? 0));
}

const UNLIMITED = 1e6;
