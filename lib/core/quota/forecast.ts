import type { Sample, SampleWindow } from "./history.ts";
import { riseOf } from "./ledger.ts";
import type { Gauges } from "./windows.ts";

/** The forecast for one window. Times are milliseconds from now. */
export interface Outlook {
  readonly window: "short" | "long";
  readonly left: number;
  /** The present rate; undefined while too little is known. */
  readonly percentPerHour: number | undefined;
  /** The time until it runs dry at that rate, with an 80 % interval; undefined = not in sight. */
  readonly dryIn: Interval | undefined;
  /** Undefined while the window is closed. */
  readonly resetsIn: number | undefined;
}

export interface Interval {
  readonly earliest: number;
  readonly likely: number;
  readonly latest: number;
}

/** The stretch of the past that counts as present for a window, and its bins. */
interface Lens {
  readonly spanMs: number;
  readonly binMs: number;
}

const HOUR_MS = 3_600_000;
const LENSES: Readonly<Record<Outlook["window"], Lens>> = {
  short: { spanMs: 10 * HOUR_MS, binMs: HOUR_MS },
  long: { spanMs: 72 * HOUR_MS, binMs: 6 * HOUR_MS },
};
const LEAST_BINS = 4;
/**
 * 80 % of a normal distribution lies within 1.28 deviations. A dozen bins show too few bursts to know their spread, so
 * the factor is larger: found on simulated accounts.
 */
const FOUR_IN_FIVE = 1.9;

/** The forecasts for an account's windows from its samples, which are in the order of time. */
export function outlooks(samples: readonly Sample[], gauges: Gauges, nowMs: number): Outlook[] {
  return (["short", "long"] as const).flatMap((window): Outlook[] => {
    const gauge = gauges[window];
    if (gauge === undefined) return [];
    const rises = risesOf(samples, window, nowMs);
    const speed = rises.length < LEAST_BINS ? undefined : speedOf(rises, LENSES[window].binMs);
    return [{
      window,
      left: gauge.left,
      percentPerHour: speed?.perHour,
      dryIn: gauge.left <= 0 ? { earliest: 0, likely: 0, latest: 0 } : speed && dryIn(gauge.left, speed),
      resetsIn: gauge.resetsAtMs === undefined ? undefined : Math.max(0, gauge.resetsAtMs - nowMs),
    }];
  });
}

/** True when a window is expected to run dry before it resets. */
export function runsDry({ dryIn, resetsIn }: Outlook): boolean {
  return dryIn !== undefined && dryIn.likely < (resetsIn ?? Infinity);
}

interface Speed {
  readonly perHour: number;
  /** The variance of one hour's use, squared percent: bursts make it large. */
  readonly variance: number;
  /** Hours of readings behind it. */
  readonly hours: number;
}

/**
 * Models use as a sum of independent bursts. The time until it sums up to `left` has the mean left/rate and the
 * relative variance v/(rate left) (inverse Gaussian, the first passage of a Brownian motion with drift); the relative
 * variance of the rate itself, v/(rate² hours), is added. The interval is symmetric in proportion, not in difference.
 */
function dryIn(left: number, { perHour, variance, hours }: Speed): Interval | undefined {
  if (perHour <= 0) return undefined;
  const likely = left / perHour * HOUR_MS;
  const relative = variance / (perHour * left) + variance / (perHour * perHour * hours);
  const spread = 1 + FOUR_IN_FIVE * Math.sqrt(relative);
  return { earliest: likely / spread, likely, latest: likely * spread };
}

function speedOf(rises: readonly number[], binMs: number): Speed {
  const hoursPerBin = binMs / HOUR_MS;
  const mean = rises.reduce((sum, rise) => sum + rise, 0) / rises.length;
  const variance = rises.reduce((sum, rise) => sum + (rise - mean) ** 2, 0) / (rises.length - 1);
  return {
    perHour: mean / hoursPerBin,
    variance: variance / hoursPerBin,
    hours: rises.length * hoursPerBin,
  };
}

/** The use in each bin before now, newest first, as far back as readings go; spread evenly between two readings. */
function risesOf(samples: readonly Sample[], window: Outlook["window"], nowMs: number): number[] {
  const { spanMs, binMs } = LENSES[window];
  const rises: number[] = [];
  let before: { readonly atMs: number; readonly seen: SampleWindow } | undefined;
  let firstMs = Infinity;
  for (const sample of samples) {
    const seen = sample[window];
    if (seen === undefined || sample.atMs > nowMs) continue;
    firstMs = Math.min(firstMs, sample.atMs);
    if (before !== undefined) {
      spread(rises, before.atMs, sample.atMs, riseOf(before.seen, seen), nowMs, binMs);
    }
    before = { atMs: sample.atMs, seen };
  }
  const bins = Math.min(Math.floor((nowMs - firstMs) / binMs), Math.round(spanMs / binMs));
  return bins > 0 ? Array.from({ length: bins }, (_, bin) => rises[bin] ?? 0) : [];
}

function spread(
  rises: number[],
  fromMs: number,
  toMs: number,
  rise: number,
  nowMs: number,
  binMs: number,
): void {
  if (rise <= 0 || toMs <= fromMs) return;
  for (let atMs = fromMs; atMs < toMs;) {
    const bin = Math.floor((nowMs - atMs - 1) / binMs);
    const endMs = Math.min(toMs, nowMs - bin * binMs);
    rises[bin] = (rises[bin] ?? 0) + rise * (endMs - atMs) / (toMs - fromMs);
    atMs = endMs;
  }
}
