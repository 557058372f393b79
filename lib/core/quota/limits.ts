import { setField } from "../text/json.ts";

/** One rate-limit window; whole numbers. */
export interface LimitWindow {
  /** Percent used: 0 to 100, or beyond when the service says so. */
  readonly usedPercent: number;
  /** The window's length in minutes: 300, 10080; absent when not known. */
  readonly windowDurationMins?: number;
  /** The time of its reset, in unix seconds; absent when not known. */
  readonly resetsAt?: number;
}

/** One limit's windows. The short one is known by its duration, not by its place. */
export interface RateLimits {
  /** "codex" = the account's own; others are limits of single models. */
  readonly limitId: string;
  /** One window; null when not known. */
  readonly primary: LimitWindow | null;
  /** The other window; null when there is none, or it is not known. */
  readonly secondary: LimitWindow | null;
}

const FARTHEST_MS = 400 * 86_400_000;

/** A reset (unix seconds) as epoch milliseconds; undefined when unknown, or more than 400 days away. */
export function knownResetMs(seconds: number | undefined, nowMs: number): number | undefined {
  const ms = seconds === undefined || seconds <= 0 ? undefined : seconds * 1000;
  return ms === undefined || ms - nowMs > FARTHEST_MS ? undefined : ms;
}

/** Percent left of a window, 0 to 100. */
export function left(window: LimitWindow): number {
  return Math.min(Math.max(100 - window.usedPercent, 0), 100);
}

/**
 * A used percentage as a whole number. Codex's rollouts hold floats: they are rounded up, so that no window looks
 * freer than it is, but below 100 to 99 at most, so that none looks used up too early.
 */
export function wholePercent(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const whole = value < 100 ? Math.min(Math.ceil(value), 99) : Math.ceil(value);
  return Math.min(Math.max(whole, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) + 0;
}

/** Parses a window of an app-server or status.json; without `usedPercent` nothing is used; null when unreadable. */
export function parseWindow(value: unknown): LimitWindow | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { usedPercent = 0, windowDurationMins, resetsAt } = value as Record<string, unknown>;
  const used = wholePercent(usedPercent);
  if (used === undefined) return null;
  const window: { -readonly [K in keyof LimitWindow]: LimitWindow[K] } = { usedPercent: used };
  setField(window, "windowDurationMins", positive(windowDurationMins));
  setField(window, "resetsAt", positive(resetsAt));
  return window;
}

/** A number above 0, rounded up, else undefined: the predecessor writes 0 for "not known". */
function positive(value: unknown): number | undefined {
  if (typeof value !== "number" || !(value > 0)) return undefined;
  return Math.min(Math.ceil(value), Number.MAX_SAFE_INTEGER);
}
