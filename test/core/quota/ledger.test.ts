import { describe, expect, it } from "vitest";
import { rateAmong, usualRate } from "../../../lib/core/quota/cost.ts";
import { type Ledger, observed, riseOf } from "../../../lib/core/quota/ledger.ts";

const MIN = 60_000;
const HOUR = 60 * MIN;

/** Two turns that take 15 % of the short window an hour each, read every five minutes; a new window every five hours. */
function worked(hours: number): Ledger {
  let ledger: Ledger | undefined;
  for (let minute = 0; minute <= hours * 60; minute++) {
    const readAtMs = Math.floor(minute / 5) * 5 * MIN;
    const inWindow = readAtMs % (5 * HOUR);
    const resetsAtMs = readAtMs - inWindow + 5 * HOUR;
    const reading = {
      readAtMs,
      short: { used: Math.min(100, Math.floor(30 * inWindow / HOUR)), resetsAtMs },
      long: { used: Math.floor(6 * readAtMs / HOUR), resetsAtMs: 168 * HOUR },
    };
    ledger = observed(ledger, minute * MIN, 2, reading);
  }
  return ledger!;
}

describe("the ledger of an account", () => {
  it("learns what an hour of a turn takes, over resets, from readings that come late", () => {
    const { cost } = worked(12);
    const rate = rateAmong(usualRate([cost]), cost);
    // A short window is full for the last part of its five hours, which takes nothing.
    expect(rate!.short).toBeGreaterThan(8);
    expect(rate!.short).toBeLessThan(16);
    expect(rate!.long).toBeGreaterThan(2.5);
    expect(rate!.long).toBeLessThan(3.5);
  });

  it("learns nothing across a time in which nobody looked", () => {
    const first = observed(undefined, 0, 1, { readAtMs: 1, short: { used: 0 }, long: undefined });
    const later = observed(first, 13 * HOUR, 1, {
      readAtMs: 13 * HOUR,
      short: { used: 90 },
      long: undefined,
    });
    expect(later.cost).toBeUndefined();
  });

  it("goes on from what was known before", () => {
    const cost = { turnHours: 10, shortPercent: 100, longPercent: 20 };
    expect(observed(undefined, 0, 0, undefined, cost).cost).toEqual(cost);
  });
});

describe("a rise", () => {
  it("is what a later reading of the same window shows more", () => {
    expect(riseOf({ used: 10, resetsAtMs: HOUR }, { used: 14, resetsAtMs: HOUR + 1000 })).toBe(4);
    expect(riseOf({ used: 10, resetsAtMs: HOUR }, { used: 9, resetsAtMs: HOUR })).toBe(0);
  });

  it("is all of it in a new window", () => {
    expect(riseOf({ used: 60, resetsAtMs: HOUR }, { used: 5, resetsAtMs: 6 * HOUR })).toBe(5);
    expect(riseOf(undefined, { used: 5 })).toBe(0);
  });
});
