import type { Allowance } from "../quota/allowance.ts";
import type { RateLimits } from "../quota/limits.ts";
import type { SessionStatus } from "../session/status.ts";
import { formatSpan, parseTime } from "../text/time.ts";
import { gaugesIn, gaugesOf } from "../quota/windows.ts";

/** An account with nothing left. */
export interface Exhaustion {
  /** When it comes back, epoch milliseconds; undefined = unknown. */
  readonly untilMs: number | undefined;
  /** Its credits would pay for more: it can be used at once, at a price. */
  readonly onCredits: boolean;
}

/** What the judgement needs of an account: its last reading, and the mark of a refused turn. */
export type Standing =
  & { readonly rateLimits: RateLimits }
  & Pick<SessionStatus, "allowance" | "exhaustedUntil">;

/** One thing that keeps an account from being used, and until when. */
interface Stop {
  readonly untilMs: number | undefined;
  /** Credits do not lift it. */
  readonly isFinal?: true;
}

/**
 * Whether an account has nothing left: a turn was refused (a mark, until its reset), the service says so, or a main
 * window is full. The service's word holds whatever the windows show. The account comes back when the last of these is
 * over. This is the only such judgement, for all programs.
 */
export function exhaustionOf(standing: Standing, nowMs: number): Exhaustion | undefined {
  const { rateLimits, exhaustedUntil, allowance = {} } = standing;
  const full = gaugesIn(gaugesOf(rateLimits, nowMs)).filter(({ left }) => left <= 0);
  const stops: Stop[] = full.map(({ resetsAtMs }) => ({ untilMs: resetsAtMs }));
  const markMs = parseTime(exhaustedUntil);
  if (exhaustedUntil === "") stops.push({ untilMs: undefined });
  if (markMs !== undefined && markMs > nowMs) stops.push({ untilMs: markMs });
  stops.push(...budgetStops(allowance, nowMs), ...workspaceStops(allowance, nowMs));
  if (stops.length === 0) {
    // The windows say otherwise; only the next reading can lift it.
    if (!isRefused(allowance) || hasResetSince(rateLimits, nowMs)) return undefined;
    stops.push({ untilMs: undefined });
  }
  const known = stops.flatMap(({ untilMs }) => untilMs ?? []);
  const { credits } = allowance;
  const hasMoney = credits !== undefined && (credits.unlimited || credits.hasCredits);
  return {
    untilMs: known.length === stops.length ? Math.max(...known) : undefined,
    onCredits: hasMoney && !stops.some(({ isFinal }) => isFinal),
  };
}

/** `exhausted, resets in 2h`: the same words in every program. */
export function exhaustionWords({ untilMs }: Pick<Exhaustion, "untilMs">, nowMs: number): string {
  return untilMs === undefined ? "exhausted" : `exhausted, resets in ${formatSpan(untilMs - nowMs)}`;
}

/** The budget of a workspace member: reached by the service's word, or with nothing left. */
function budgetStops({ spendControlReached, spendLimit }: Allowance, nowMs: number): Stop[] {
  const untilMs = resetOf(spendLimit?.resetsAt, nowMs);
  if (spendControlReached === true) return [{ untilMs, isFinal: true }];
  if (spendLimit === undefined || spendLimit.remainingPercent > 0) return [];
  const hasReset = spendLimit.resetsAt > 0 && untilMs === undefined;
  return hasReset ? [] : [{ untilMs, isFinal: true }];
}

/** Limits of a workspace, which no window shows. */
function workspaceStops({ reachedType, spendLimit }: Allowance, nowMs: number): Stop[] {
  switch (reachedType) {
    case "workspace_owner_credits_depleted":
    case "workspace_member_credits_depleted":
      return [{ untilMs: undefined, isFinal: true }];
    case "workspace_owner_usage_limit_reached":
    case "workspace_member_usage_limit_reached":
      return [{ untilMs: resetOf(spendLimit?.resetsAt, nowMs), isFinal: true }];
    default:
      return [];
  }
}

/** Whether the service refuses ordinary use, as it does while a window is full. */
function isRefused({ ordinaryUsageAllowed, reachedType }: Allowance): boolean {
  return ordinaryUsageAllowed === false || reachedType !== undefined;
}

function resetOf(seconds: number | undefined, nowMs: number): number | undefined {
  return seconds === undefined || seconds * 1000 <= nowMs ? undefined : seconds * 1000;
}

/** Whether a window that was full at the reading has reset since, which is why use was refused then. */
function hasResetSince({ primary, secondary }: RateLimits, nowMs: number): boolean {
  return [primary, secondary].some((window) =>
    window !== null && window.usedPercent >= 100 && window.resetsAt !== undefined &&
    window.resetsAt * 1000 <= nowMs
  );
}
