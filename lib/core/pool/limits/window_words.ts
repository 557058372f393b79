import { left, type LimitWindow, type RateLimits } from "../../quota/limits.ts";
import type { Reading } from "./reading.ts";

const LENGTHS = [[300, "5h"], [1440, "daily"], [10_080, "weekly"], [43_200, "monthly"], [
  525_600,
  "yearly",
]] as const;

/** The word for a window of so many minutes; a month of the service may be a day longer. */
export function labelOf(minutes: number | undefined): string {
  if (minutes === undefined) return "limit";
  const known = LENGTHS.find(([length]) => Math.abs(minutes - length) <= length * 0.05);
  if (known) return known[1];
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

/** The minutes of a word on a `/status` card; undefined when it names no length. */
export function minutesOf(label: string): number | undefined {
  const word = label === "annual" ? "yearly" : label;
  const known = LENGTHS.find(([, each]) => each === word);
  if (known) return known[0];
  const [, size, unit] = /^(\d+)([hm])$/.exec(word) ?? [];
  return size === undefined ? undefined : Number(size) * (unit === "h" ? 60 : 1);
}

/** The windows of one limit, shortest first. */
export function windowsOf({ primary, secondary }: Pick<RateLimits, "primary" | "secondary">): LimitWindow[] {
  return [primary, secondary]
    .filter((window): window is LimitWindow => window !== null)
    .sort((a, b) => (a.windowDurationMins ?? Infinity) - (b.windowDurationMins ?? Infinity));
}

/** The account's own windows in a reading, shortest first. */
export function windowsIn(reading: Reading): LimitWindow[] {
  return reading.kind === "limits" ? windowsOf(reading.readings.limits) : [];
}

/** `5h=0% weekly=60%` */
export function windowWords(limits: RateLimits): string {
  return windowsOf(limits).map((window) => `${labelOf(window.windowDurationMins)}=${left(window)}%`).join(
    " ",
  );
}
