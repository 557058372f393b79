import type { Allowance } from "../quota/allowance.ts";
import { knownResetMs, type RateLimits } from "../quota/limits.ts";
import type { SessionStatus } from "../session/status.ts";
import { formatMoment, formatSpan, parseTime } from "../text/time.ts";
import { type Gauges, gaugesIn, gaugesOf } from "../quota/windows.ts";

/** The causes that keep an account from being used. */
export type Cause =
  | "refused"
  | "budget reached"
  | "budget used up"
  | "workspace credits"
  | "workspace limit"
  | "window"
  | "use refused"
  | "limit reached";

/** The words for each cause; the end time follows them. */
const WORDS: Readonly<Record<Cause, string>> = {
  refused: "refused",
  "budget reached": "spend limit reached",
  "budget used up": "budget used up",
  "workspace credits": "workspace out of credits",
  "workspace limit": "workspace limit reached",
  window: "exhausted",
  "use refused": "use refused by the service",
  "limit reached": "limit reached",
};

/** An account with nothing left. */
export interface Exhaustion {
  /** The first cause: a refused turn, then the service's own statement, then the windows. */
  readonly cause: Cause;
  /** The time when it comes back, epoch milliseconds; undefined = unknown. */
  readonly untilMs: number | undefined;
  /** The time when a turn was refused, if that is the cause. */
  readonly refusedMs?: number;
  /** True when credits can pay for more at once. */
  readonly onCredits: boolean;
}

/** The facts about an account that the judgement needs: its last reading, and the mark of a refused turn. */
export type Standing =
  & { readonly rateLimits: RateLimits }
  & Pick<SessionStatus, "allowance" | "exhaustedUntil" | "refusedAt">;

/** One cause that keeps an account from being used, and its end. */
interface Stop {
  readonly cause: Cause;
  readonly untilMs: number | undefined;
  /** True when credits do not lift it. */
  readonly isFinal?: true;
}

/**
 * The exhaustion of an account with nothing left: a turn was refused (a mark, until its reset), the service says so, or
 * a main window is full. The service's statement holds whatever the windows show. The account comes back when the last
 * cause ends. `gauges` are its windows now. All programs use this one judgement.
 */
export function exhaustionOf(
  standing: Standing,
  nowMs: number,
  gauges: Gauges = gaugesOf(standing.rateLimits, nowMs),
): Exhaustion | undefined {
  const { rateLimits, exhaustedUntil, refusedAt, allowance = {} } = standing;
  const markMs = parseTime(exhaustedUntil);
  const full = gaugesIn(gauges).filter(({ left }) => left <= 0);
  const stops: Stop[] = [];
  if (markMs !== undefined && markMs > nowMs) stops.push({ cause: "refused", untilMs: markMs });
  for (const stop of budgetStops(allowance, nowMs)) stops.push(stop);
  for (const stop of workspaceStops(allowance, nowMs)) stops.push(stop);
  for (const { resetsAtMs } of full) stops.push({ cause: "window", untilMs: resetsAtMs });
  if (stops.length === 0) {
    // The windows show quota left; only the next reading lifts the refusal.
    const cause = refusalIn(allowance);
    if (cause === undefined || hasResetSince(rateLimits, nowMs)) return undefined;
    stops.push({ cause, untilMs: undefined });
  }
  const known = stops.flatMap(({ untilMs }) => untilMs ?? []);
  const { credits } = allowance;
  const hasMoney = credits !== undefined && (credits.unlimited || credits.hasCredits);
  const { cause } = stops[0]!;
  const refusedMs = cause === "refused" ? parseTime(refusedAt) : undefined;
  return {
    cause,
    untilMs: known.length === stops.length ? Math.max(...known) : undefined,
    onCredits: hasMoney && !stops.some(({ isFinal }) => isFinal),
    ...(refusedMs === undefined ? {} : { refusedMs }),
  };
}

/** `exhausted, resets in 2h`, `refused 12:05, until 14:35` (local time): the same words in every program. */
export function exhaustionWords(
  { cause, untilMs, refusedMs }: Omit<Exhaustion, "onCredits">,
  nowMs: number,
): string {
  const words = WORDS[cause];
  if (untilMs === undefined) return words;
  if (refusedMs === undefined) return `${words}, resets in ${formatSpan(untilMs - nowMs)}`;
  return `${words} ${formatMoment(refusedMs, nowMs)}, until ${formatMoment(untilMs, nowMs)}`;
}

/** The budget of a workspace member: reached as the service says, or with nothing left. */
function budgetStops({ spendControlReached, spendLimit }: Allowance, nowMs: number): Stop[] {
  const untilMs = resetOf(spendLimit?.resetsAt, nowMs);
  if (spendControlReached === true) return [{ cause: "budget reached", untilMs, isFinal: true }];
  if (spendLimit === undefined || spendLimit.remainingPercent > 0) return [];
  const hasReset = spendLimit.resetsAt > 0 && spendLimit.resetsAt * 1000 <= nowMs;
  return hasReset ? [] : [{ cause: "budget used up", untilMs, isFinal: true }];
}

/** The limits of a workspace, which no window shows. */
function workspaceStops({ reachedType, spendLimit }: Allowance, nowMs: number): Stop[] {
  switch (reachedType) {
    case "workspace_owner_credits_depleted":
    case "workspace_member_credits_depleted":
      return [{ cause: "workspace credits", untilMs: undefined, isFinal: true }];
    case "workspace_owner_usage_limit_reached":
    case "workspace_member_usage_limit_reached":
      return [{ cause: "workspace limit", untilMs: resetOf(spendLimit?.resetsAt, nowMs), isFinal: true }];
    default:
      return [];
  }
}

/** The cause when the service refuses ordinary use, as it does while a window is full. */
function refusalIn({ ordinaryUsageAllowed, reachedType }: Allowance): Cause | undefined {
  if (reachedType !== undefined) return "limit reached";
  return ordinaryUsageAllowed === false ? "use refused" : undefined;
}

function resetOf(seconds: number | undefined, nowMs: number): number | undefined {
  const ms = knownResetMs(seconds, nowMs);
  return ms === undefined || ms <= nowMs ? undefined : ms;
}

/** True when a window that was full at the reading, and so the cause of the refusal, has reset since. */
function hasResetSince({ primary, secondary }: RateLimits, nowMs: number): boolean {
  return [primary, secondary].some((window) =>
    window !== null && window.usedPercent >= 100 && window.resetsAt !== undefined &&
    window.resetsAt * 1000 <= nowMs
  );
}
