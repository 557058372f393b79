import type { ScoredCandidate } from "./scored_candidate.ts";

/** One more session fits an account that then lasts this many hours, the length of a short window. */
export const FITS_HOURS = 5;
const WEEK_HOURS = 168;
const FITTING = 10_000;

/**
 * Uses up first what lapses first: among candidates where one more session fits, the one whose long window resets
 * soonest; a closed window loses nothing yet. If it fits nowhere, the one that lasts longest. The figure is 10,000 minus
 * the hours until the reset, or the tenths of hours that it lasts.
 */
export function drain(candidate: ScoredCandidate, hours: number, nowMs: number): number {
  return hours < FITS_HOURS ? Math.round(hours * 10) : FITTING - Math.ceil(hoursUntilLost(candidate, nowMs));
}

function hoursUntilLost({ gauges: { short, long } }: ScoredCandidate, nowMs: number): number {
  const { resetsAtMs } = long ?? short ?? {};
  return resetsAtMs === undefined ? WEEK_HOURS : Math.min((resetsAtMs - nowMs) / 3_600_000, 31 * 24);
}
