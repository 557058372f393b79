import type { ScoredCandidate } from "./scored_candidate.ts";

/** A session fits where a turn more would last this many hours: as long as a short window does. */
export const FITS_HOURS = 5;
const WEEK_HOURS = 168;
const FITTING = 10_000;

/**
 * Uses first what is lost first: of those where a session fits, the one whose long window resets soonest; one that is
 * closed loses nothing yet. Where it fits nowhere, the one that lasts longest. The figure is 10,000 minus hours until the
 * reset, or tenths of hours that it lasts.
 */
export function drain(candidate: ScoredCandidate, hours: number, nowMs: number): number {
  return hours < FITS_HOURS ? Math.round(hours * 10) : FITTING - Math.ceil(hoursUntilLost(candidate, nowMs));
}

function hoursUntilLost({ gauges: { short, long } }: ScoredCandidate, nowMs: number): number {
  const { resetsAtMs } = long ?? short ?? {};
  return resetsAtMs === undefined ? WEEK_HOURS : Math.min((resetsAtMs - nowMs) / 3_600_000, 31 * 24);
}
