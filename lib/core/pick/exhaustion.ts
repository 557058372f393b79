import type { JsonObject } from "../text/json.ts";
import { parseWindow } from "../quota/limits.ts";
import { limitOf, MAIN_LIMIT } from "../codex/rate_limits.ts";
import type { SessionStatus } from "../session/status.ts";
import { formatTime, parseTime } from "../text/time.ts";
import { gaugesIn, gaugesOf } from "../quota/windows.ts";

/** An account with nothing left. */
export interface Exhaustion {
  /** When it comes back, epoch milliseconds; undefined = nobody knows. */
  readonly untilMs: number | undefined;
  /** Its credits would pay for more: it can be used at once, at a price. */
  readonly onCredits: boolean;
}

/**
 * Whether an account has nothing left of a main window, was told so by a turn that failed (a mark, until its reset), or
 * may not be used by word of the service. It comes back when the last of its full windows has reset.
 */
export function exhaustionOf(status: SessionStatus, nowMs: number): Exhaustion | undefined {
  const full = gaugesIn(gaugesOf(status.rateLimits, nowMs)).filter(({ left }) => left <= 0);
  const until: (number | undefined)[] = full.map(({ resetsAtMs }) => resetsAtMs);
  const mark = parseTime(status.exhaustedUntil);
  if (status.exhaustedUntil === "") until.push(undefined);
  if (mark !== undefined && mark > nowMs) until.push(mark);
  const { spendControlReached, spendLimit, ordinaryUsageAllowed, credits } = status.allowance ?? {};
  if (spendControlReached === true) until.push(resetOf(spendLimit?.resetsAt, nowMs));
  if (until.length === 0) {
    // The windows say otherwise; only the next reading can lift it, so nobody knows when.
    if (ordinaryUsageAllowed !== false || hasResetSince(status, nowMs)) return undefined;
    until.push(undefined);
  }
  const known = until.filter((ms) => ms !== undefined);
  const hasMoney = credits !== undefined && (credits.unlimited || credits.hasCredits) &&
    spendControlReached !== true;
  return {
    untilMs: known.length === until.length ? Math.max(...known) : undefined,
    onCredits: hasMoney,
  };
}

/**
 * Until when an account is used up whose turn was refused, by the limits that came with it (in the words of
 * `account/rateLimits/updated`): the last reset of its full windows, RFC 3339; empty = until a reading says otherwise.
 * Undefined when it is a limit of a single model that is full, and when all is over.
 */
export function markOf(snapshot: JsonObject | undefined, nowMs: number): string | undefined {
  const windows = [parseWindow(snapshot?.get("primary")), parseWindow(snapshot?.get("secondary"))];
  const full = windows.filter((window) => window !== null && window.usedPercent >= 100);
  if (full.length === 0) return "";
  if (snapshot !== undefined && limitOf(snapshot) !== MAIN_LIMIT) return undefined;
  const resets = full.map((window) => (window?.resetsAt ?? Infinity) * 1000);
  const untilMs = Math.max(...resets);
  if (untilMs === Infinity) return "";
  return untilMs > nowMs ? formatTime(untilMs) : undefined;
}

function resetOf(seconds: number | undefined, nowMs: number): number | undefined {
  return seconds === undefined || seconds * 1000 <= nowMs ? undefined : seconds * 1000;
}

/** Whether a window that was full at the reading has reset since, which is why use was refused then. */
function hasResetSince({ rateLimits: { primary, secondary } }: SessionStatus, nowMs: number): boolean {
  return [primary, secondary].some((window) =>
    window !== null && window.usedPercent >= 100 && window.resetsAt !== undefined &&
    window.resetsAt * 1000 <= nowMs
  );
}
