import { gaugesOf } from "../../quota/windows.ts";
import { parseTime } from "../../text/time.ts";
import type { Candidate, Decision } from "../decide.ts";
import type { Row } from "./report.ts";

/** A session as a decision found it: what a row of a report and a screen need of it. */
export type Standing = Pick<
  Row,
  "alias" | "verdict" | "figure" | "priority" | "gauges" | "status" | "active" | "leases" | "ageMs"
>;

/** The sessions as a decision between them found them, in its order. */
export function standingsOf(
  candidates: readonly Candidate[],
  { verdicts, figures }: Pick<Decision, "verdicts" | "figures">,
  nowMs: number,
): Standing[] {
  return candidates.map(({ alias, status, isMissing, leases = 0, rules }, index) => {
    const readAt = parseTime(status.lastRateLimitUpdateAt);
    return {
      alias,
      verdict: verdicts[index]!,
      figure: figures.get(alias),
      priority: rules?.priority ?? 0,
      gauges: gaugesOf(status.rateLimits, nowMs),
      status: isMissing ? undefined : status,
      active: (status.activity.turns ?? status.activity.activeTurns) + leases,
      leases,
      ageMs: readAt === undefined ? undefined : nowMs - readAt,
    };
  });
}
