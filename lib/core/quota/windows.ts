import { knownResetMs, type LimitWindow, type RateLimits } from "./limits.ts";

/** The state of one window at a moment. */
export interface Gauge {
  /** Percent, 0 to 100. */
  readonly left: number;
  readonly durationMs: number | undefined;
  /** Epoch milliseconds; undefined while the window is closed: it opens when it is next used. */
  readonly resetsAtMs: number | undefined;
}

/** A limit's windows by length; of two of one kind the one with less left. Undefined = no such window. */
export interface Gauges {
  readonly short: Gauge | undefined;
  readonly long: Gauge | undefined;
}

/** The longest short window: five hours and a day are short, a week and a month are long. */
export const SHORT_AT_MOST_MINS = 24 * 60;

/**
 * The windows of a limit at a moment, told apart by length. Only when the length is unknown, the first is taken for the
 * short one. A window whose reset has passed counts as unused.
 */
export function gaugesOf(limits: RateLimits, nowMs: number): Gauges {
  let [short, long]: [Gauge | undefined, Gauge | undefined] = [undefined, undefined];
  const slots = [[limits.primary, true], [limits.secondary, false]] as const;
  for (const [window, isFirst] of slots) {
    if (window === null) continue;
    const gauge = gaugeOf(window, nowMs);
    if (isShort(window, isFirst)) short = tighter(short, gauge);
    else long = tighter(long, gauge);
  }
  return { short, long };
}

/** The windows that exist. */
export function gaugesIn({ short, long }: Gauges): Gauge[] {
  return [short, long].filter((gauge) => gauge !== undefined);
}

/** True when a window is the short one; a window of unknown length is judged by its place. */
export function isShort({ windowDurationMins }: LimitWindow, isFirst: boolean): boolean {
  return windowDurationMins === undefined ? isFirst : windowDurationMins <= SHORT_AT_MOST_MINS;
}

function gaugeOf({ usedPercent, windowDurationMins, resetsAt }: LimitWindow, nowMs: number): Gauge {
  const resetsAtMs = knownResetMs(resetsAt, nowMs);
  const hasReset = resetsAtMs !== undefined && resetsAtMs <= nowMs;
  return {
    left: hasReset ? 100 : Math.min(Math.max(100 - usedPercent, 0), 100),
    durationMs: windowDurationMins === undefined ? undefined : windowDurationMins * 60_000,
    resetsAtMs: hasReset ? undefined : resetsAtMs,
  };
}

function tighter(a: Gauge | undefined, b: Gauge): Gauge {
  return a === undefined || b.left < a.left ? b : a;
}
