import type { JsonObject } from "../text/json.ts";
import { parseWindow } from "../quota/limits.ts";
import { formatTime } from "../text/time.ts";
import { limitOf, MAIN_LIMIT } from "./rate_limits.ts";

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
