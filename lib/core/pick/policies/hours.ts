import { type Rate, rateAmong } from "../../quota/cost.ts";
import type { ScoredCandidate } from "./scored_candidate.ts";

/**
 * The hours that a candidate lasts with one more session: the rest of its tighter window, shared by all its open
 * sessions, also idle ones. It compares plans of all sizes.
 */
export function hoursLeft(
  { candidate, gauges: { short, long }, verdict }: ScoredCandidate,
  usual: Rate,
): number {
  const rate = rateAmong(usual, candidate.status.cost);
  const lasts = Math.min(
    short === undefined ? UNLIMITED : short.left / rate.short,
    long === undefined ? UNLIMITED : long.left / rate.long,
    // Without any window `usage` holds the default of the documented formula.
    short === undefined && long === undefined ? verdict.usage / rate.short : UNLIMITED,
  );
  return lasts / (1 + Math.max(verdict.activeTurns, candidate.openSessions ?? 0));
}

const UNLIMITED = 1e6;
