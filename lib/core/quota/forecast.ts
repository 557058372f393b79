import type { Sample, SampleWindow } from "./history.ts";
import { riseOf } from "./ledger.ts";
import type { Gauges } from "./windows.ts";

/** What is to be expected of one window. Times are milliseconds from now. */
export interface Outlook {
  readonly window: "short" | "long";
  readonly left: number;
  /** The present rate; undefined while too little is known of it. */
  readonly percentPerHour: number | undefined;
  /** When it runs dry at that rate, and the interval that holds the true time four times in five; undefined = not in sight. */
  readonly dryIn: Interval | undefined;
  /** Undefined while the window is closed. */
  readonly resetsIn: number | undefined;
}

export interface Interval {
  readonly earliest: number;
  readonly likely: number;
  readonly latest: number;
}

/** How far back the present reaches for a window, and how finely it is looked at. */
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
 * Four of five values of a normal distribution are within 1.28 deviations. A dozen stretches of time show too few bursts
 * to know how far these spread, so it takes more: found on made-up accounts.
 */
const FOUR_IN_FIVE = 1.9;

/** What is to be expected of an account's windows, by what its readings said before; samples in the order of time. */
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

/** Whether a window is expected to run dry before it resets. */
export function runsDry({ dryIn, resetsIn }: Outlook): boolean {
  return dryIn !== undefined && dryIn.likely < (resetsIn ?? Infinity);
}

interface Speed {
  readonly perHour: number;
  /** Of one hour's use, squared percent: bursts make it large. */
  readonly variance: number;
  /** Hours it was learnt from. */
  readonly hours: number;
}

/**
 * Use is taken for a sum of independent bursts. The time until it has summed up to `left` then has the mean left/rate and
 * the relative variance v/(rate left) (inverse Gaussian, the first passage of a Brownian motion with drift); to which
 * comes that of the rate itself, v/(rate² hours). The interval is spread evenly in proportion, not in difference.
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

/** What went in each bin before now, the newest first, as far back as there are readings; between two it is spread evenly. */
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
