import { describe, expect, it } from "vitest";
import { type Outlook, outlooks, runsDry } from "../../../lib/core/quota/forecast.ts";
import type { Sample } from "../../../lib/core/quota/history.ts";
import { chanceOf } from "../../../lib/core/simulation/chance.ts";

const MIN = 60_000;
const HOUR = 60 * MIN;
const ACCOUNTS = 500;

interface Account {
  /** What each minute takes, in percent of the window. */
  readonly use: readonly number[];
  /** The minute that the forecast is made at, and what is left then. */
  readonly now: number;
  readonly left: number;
}

/** Jobs of all sizes that begin by chance at a rate of the account's own, and go on for a while each. */
function accountOf(seed: number, window: Outlook["window"]): Account {
  const chance = chanceOf(seed, `forecast ${window}`);
  const minutes = window === "short" ? 6000 : 40_000;
  const now = window === "short" ? 700 : 72 * 60 + 300;
  const use = new Array<number>(minutes).fill(0);
  const every = chance.between(window === "short" ? [8, 60] : [30, 200]);
  for (let minute = 0; minute < minutes; minute++) {
    if (chance.below(every) > 0) continue;
    const lasts = chance.between(window === "short" ? [1, 25] : [1, 90]);
    const perMinute = chance.between([1, 20]) / (window === "short" ? 100 : 1000);
    for (let i = minute; i < Math.min(minute + lasts, minutes); i++) use[i] = use[i]! + perMinute;
  }
  return { use, now, left: chance.between([20, 90]) };
}

/** What readings once a minute say, in whole percent; the window has always been the same one. */
function samplesOf({ use, now, left }: Account, window: Outlook["window"]): Sample[] {
  const total = use.slice(0, now).reduce((sum, each) => sum + each, 0);
  // Only rises count, so it does not matter that this may begin below nothing.
  let used = 100 - left - total;
  const samples: Sample[] = [];
  for (let minute = 0; minute < now; minute++) {
    used += use[minute]!;
    const whole = Math.ceil(used);
    if (samples.length === 0 || samples.at(-1)![window]!.used !== whole) {
      samples.push({ atMs: minute * MIN, [window]: { used: whole } });
    }
  }
  return samples;
}

function dryAt({ use, now, left }: Account): number | undefined {
  let rest = left;
  for (let minute = now; minute < use.length; minute++) {
    rest -= use[minute]!;
    if (rest <= 0) return (minute - now + 1) * MIN;
  }
  return undefined;
}

function forecast(account: Account, window: Outlook["window"]): Outlook {
  const gauge = { left: account.left, durationMs: undefined, resetsAtMs: undefined };
  const gauges = { short: undefined, long: undefined, [window]: gauge };
  return outlooks(samplesOf(account, window), gauges, account.now * MIN)[0]!;
}

describe("when an account runs dry", () => {
  it.each(["short", "long"] as const)(
    "is within the interval four times in five, on 500 accounts (%s window)",
    (window) => {
      let [held, told, early, late] = [0, 0, 0, 0];
      for (let seed = 0; seed < ACCOUNTS; seed++) {
        const account = accountOf(20_000 + seed, window);
        const truth = dryAt(account);
        const { dryIn } = forecast(account, window);
        if (truth === undefined || dryIn === undefined) continue;
        told++;
        if (truth < dryIn.earliest) early++;
        else if (truth > dryIn.latest) late++;
        else held++;
      }
      const share = held / told;
      console.log(
        `${window}: of ${told} accounts ${(100 * share).toFixed(1)} % (${early} early, ${late} late)`,
      );
      expect(told).toBeGreaterThan(ACCOUNTS * 0.95);
      expect(share).toBeGreaterThan(0.7);
      expect(share).toBeLessThan(0.9);
    },
  );

  it("is now when nothing is left, and unknown while there are too few readings", () => {
    const gauge = (left: number) => ({ left, durationMs: 5 * HOUR, resetsAtMs: 10 * HOUR });
    const [none] = outlooks([], { short: gauge(0), long: undefined }, 0);
    expect(none!.dryIn).toEqual({ earliest: 0, likely: 0, latest: 0 });
    const [new_] = outlooks([{ atMs: 0, short: { used: 3 } }], { short: gauge(97), long: undefined }, HOUR);
    expect(new_).toMatchObject({ percentPerHour: undefined, dryIn: undefined, resetsIn: 9 * HOUR });
  });

  it("is told from what went in the windows before, too", () => {
    const samples: Sample[] = [
      { atMs: 0, short: { used: 10, resetsAtMs: 2 * HOUR } },
      { atMs: 2 * HOUR, short: { used: 70, resetsAtMs: 2 * HOUR } },
      { atMs: 3 * HOUR, short: { used: 30, resetsAtMs: 7 * HOUR } },
      { atMs: 4 * HOUR, short: { used: 60, resetsAtMs: 7 * HOUR } },
    ];
    const gauge = { left: 40, durationMs: 5 * HOUR, resetsAtMs: 7 * HOUR };
    const [outlook] = outlooks(samples, { short: gauge, long: undefined }, 4 * HOUR);
    expect(outlook!.percentPerHour).toBeCloseTo(30);
    expect(outlook!.dryIn!.likely).toBeCloseTo(40 / 30 * HOUR, -3);
    expect(runsDry(outlook!)).toBe(true);
    expect(runsDry({ ...outlook!, resetsIn: HOUR })).toBe(false);
  });
});
