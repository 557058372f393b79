import { limitOf } from "../../../core/codex/rate_limits.ts";
import { markOf, type Refusal } from "../../../core/codex/refusal.ts";
import { isWithoutLimits, probeResultIn } from "../../../core/codex/reasons.ts";
import { exhaustionOf } from "../../../core/pick/exhaustion.ts";
import type { SessionStatus } from "../../../core/session/status.ts";
import { parseTime } from "../../../core/text/time.ts";
import type { Left } from "../../../core/thread/continuation.ts";

/** What is known of an account. */
export interface Knowledge {
  /** Its entry in status.json; undefined = none. */
  readonly status: SessionStatus | undefined;
  /** The refusal that ended the last turn of the thread. */
  readonly refusal: Refusal | undefined;
  /** Time up to which the user cleared refusals, epoch milliseconds; 0 = never. */
  readonly clearedMs: number;
  readonly hasApiKey: boolean;
}

/**
 * What an account has left: by its newest reading, or by the thread's own refusal where that is newer. Credits do not
 * count: what costs money is not used by itself. An account of which nothing is known has something left.
 */
export function leftOf({ status, refusal, clearedMs, hasApiKey }: Knowledge, nowMs: number): Left {
  const result = probeResultIn(status?.lastProbeResult ?? "");
  const isPaid = hasApiKey || (result !== undefined && isWithoutLimits(result));
  const exhaustion = status && exhaustionOf(status, nowMs);
  const mark = isNews(refusal, status, clearedMs)
    ? markOf(refusal, nowMs, false, limitIdOf(refusal, status))
    : undefined;
  const ends = [
    ...exhaustion === undefined ? [] : [exhaustion.untilMs],
    ...mark === undefined ? [] : [mark.untilMs],
  ];
  const known = ends.filter((ms) => ms !== undefined);
  return {
    isUsedUp: ends.length > 0,
    untilMs: known.length === 0 ? undefined : Math.max(...known),
    isPaid,
  };
}

/** True for a refusal that no reading and no mark of the supervisor covers; they know of the account's own limit only. */
function isNews(
  refusal: Refusal | undefined,
  status: SessionStatus | undefined,
  clearedMs: number,
): refusal is Refusal {
  if (refusal === undefined || refusal.at <= clearedMs) return false;
  if (status === undefined || limitIdOf(refusal, status) !== status.rateLimits.limitId) return true;
  const readMs = parseTime(status.lastRateLimitUpdateAt) ?? -Infinity;
  const markedMs = parseTime(status.refusedAt) ?? -Infinity;
  return toSecond(refusal.at) > markedMs && toSecond(refusal.at) >= readMs;
}

/** The limit that refused; the account's own unless the refusal names another. */
function limitIdOf({ snapshot }: Refusal, status: SessionStatus | undefined): string | undefined {
  return snapshot === undefined ? status?.rateLimits.limitId : limitOf(snapshot);
}

/** The times in status.json are whole seconds. */
function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
