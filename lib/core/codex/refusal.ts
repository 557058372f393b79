import type { Allowance } from "../quota/allowance.ts";
import { knownResetMs, type LimitWindow, parseWindow, type RateLimits } from "../quota/limits.ts";
import { isShort } from "../quota/windows.ts";
import type { JsonObject } from "../text/json.ts";
import { limitOf, MAIN_LIMIT, type Readings } from "./rate_limits.ts";

/** A turn that was refused because a limit is used up. */
export interface Refusal {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The limits that came with it, in the words of `account/rateLimits/updated`; undefined = none. */
  readonly snapshot: JsonObject | undefined;
  /** The message that Codex showed the user. */
  readonly message?: string;
}

/** The mark that a refusal leaves on its account: not used before `untilMs`, unless a reading improves. */
export interface RefusalMark {
  readonly atMs: number;
  readonly untilMs: number;
}

const MINUTE_MS = 60_000;
/** Duration of a refusal that names no reset; the next one in a row lasts longer. */
const FIRST_HOLD_MS = 10 * MINUTE_MS;
const LATER_HOLD_MS = 60 * MINUTE_MS;
/** Reported times of one reset vary a little. */
const SAME_RESET_SEC = 5 * 60;

/**
 * The mark of a refusal: until the last reset of its full windows, else the time that Codex names, else for ten
 * minutes, or for an hour when the account was refused before and has not worked since. Undefined when the full limit
 * is not `mainId`, and when the mark has expired.
 */
export function markOf(
  refusal: Refusal,
  nowMs: number,
  isRepeated = false,
  mainId = MAIN_LIMIT,
): RefusalMark | undefined {
  const { at, snapshot } = refusal;
  if (fullIn(refusal).length > 0 && snapshot !== undefined && limitOf(snapshot) !== mainId) return undefined;
  const untilMs = resetTold(refusal, nowMs) ?? at + (isRepeated ? LATER_HOLD_MS : FIRST_HOLD_MS);
  return untilMs > nowMs ? { atMs: at, untilMs } : undefined;
}

/** The last reset of the full windows of a refusal, else the time that Codex names; undefined when it tells neither. */
export function resetTold(refusal: Refusal, nowMs: number): number | undefined {
  const full = fullIn(refusal);
  const resets = full.map((window) => knownResetMs(window.resetsAt, nowMs));
  const isTold = full.length > 0 && resets.every((ms) => ms !== undefined);
  return isTold ? Math.max(...resets as number[]) : namedReset(refusal.message ?? "", refusal.at);
}

function fullIn({ snapshot }: Refusal): LimitWindow[] {
  const windows = [parseWindow(snapshot?.get("primary")), parseWindow(snapshot?.get("secondary"))];
  return windows.filter((window) => window !== null && window.usedPercent >= 100) as LimitWindow[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const TIME =
  /try again (?:at|after) (?:([a-z]{3})[a-z]* (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}),? (?:at )?)?(\d{1,2}):(\d\d)\s*([ap])m/i;
const SPAN = /try again in ((?:\d+ (?:day|hour|minute|second)s?[ ,]*(?:and )?)+)/i;
const UNIT_MS = { day: 1440 * MINUTE_MS, hour: 60 * MINUTE_MS, minute: MINUTE_MS, second: 1000 };

/**
 * Parses the retry time in Codex's message, epoch milliseconds: "try again at 11:46 AM" (local time, same day), "at Nov
 * 23rd, 2026 10:41 AM", or in older versions "in 2 days 3 hours". Undefined when it names no time after `at`.
 */
export function namedReset(message: string, at: number): number | undefined {
  const words = message.replace(/\s+/g, " ");
  const [, span] = SPAN.exec(words) ?? [];
  if (span !== undefined) {
    const parts = [...span.matchAll(/(\d+) (day|hour|minute|second)/gi)];
    const ms = parts.reduce(
      (sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!.toLowerCase() as keyof typeof UNIT_MS],
      0,
    );
    return ms > 0 ? at + ms : undefined;
  }
  const [, month, day, year, hour, minute, half] = TIME.exec(words) ?? [];
  if (hour === undefined) return undefined;
  const date = new Date(at);
  if (month !== undefined) {
    const index = MONTHS.indexOf(month.toLowerCase());
    if (index < 0) return undefined;
    date.setFullYear(Number(year), index, Number(day));
  }
  date.setHours(Number(hour) % 12 + (half?.toLowerCase() === "p" ? 12 : 0), Number(minute), 0, 0);
  // The named time is the minute in which the limit resets.
  const ms = date.getTime() + MINUTE_MS;
  return ms > at && knownResetMs(ms / 1000, at) !== undefined ? ms : undefined;
}

/**
 * Tells whether a reading improved on the one before: a main window's use fell by a point or more, or its reset moved
 * by more than five minutes while some of it is used; the plan changed; there are more credits; the budget changed.
 */
export function isBetter(before: Readings, after: Readings): boolean {
  return windowsImproved(before.limits, after.limits) || allowanceImproved(before.allowance, after.allowance);
}

function windowsImproved(before: RateLimits, after: RateLimits): boolean {
  return (["short", "long"] as const).some((kind) => {
    const [old, now] = [windowOf(before, kind), windowOf(after, kind)];
    if (old === undefined || now === undefined) return false;
    const moved = Math.abs((now.resetsAt ?? 0) - (old.resetsAt ?? 0)) > SAME_RESET_SEC;
    const isTold = now.resetsAt !== undefined && old.resetsAt !== undefined;
    return old.usedPercent - now.usedPercent >= 1 || (isTold && moved && now.usedPercent > 0);
  });
}

function windowOf({ primary, secondary }: RateLimits, kind: "short" | "long"): LimitWindow | undefined {
  const slots = [[primary, true], [secondary, false]] as const;
  return slots.flatMap(([window, isFirst]) =>
    window !== null && isShort(window, isFirst) === (kind === "short") ? window : []
  )[0];
}

function allowanceImproved(before: Allowance, after: Allowance): boolean {
  const isAnotherPlan = before.plan !== undefined && after.plan !== undefined && before.plan !== after.plan;
  const [old, now] = [before.credits, after.credits];
  const hasMoreCredits = now !== undefined &&
    ((now.unlimited && !old?.unlimited) || (now.hasCredits && old?.hasCredits === false) ||
      Number(now.balance ?? 0) > Number(old?.balance ?? Infinity));
  const [was, is] = [before.spendLimit, after.spendLimit];
  const isAnotherBudget = was !== undefined && is !== undefined &&
    (was.limit !== is.limit || is.remainingPercent > was.remainingPercent);
  const isReleased = before.spendControlReached === true && after.spendControlReached === false;
  return isAnotherPlan || hasMoreCredits || isAnotherBudget || isReleased;
}
