import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cost, learn, parseCost, rateAmong, usualRate } from "../../../lib/core/quota/cost.ts";

const ratesOf = (costs: readonly (Cost | undefined)[]) =>
  costs.map((cost) => rateAmong(usualRate(costs), cost));

const hour = (turns: number, shortPercent: number, longPercent = shortPercent / 5) => ({
  hours: 1,
  turns,
  shortPercent,
  longPercent,
});

function learnt(stretches: readonly ReturnType<typeof hour>[]): Cost | undefined {
  return stretches.reduce<Cost | undefined>((cost, stretch) => learn(cost, stretch), undefined);
}

describe("what work costs an account", () => {
  it("is what went of its windows while turns were under way", () => {
    const [rate] = ratesOf([learnt(Array.from({ length: 50 }, () => hour(2, 60)))]);
    expect(rate!.short).toBeCloseTo(30, 0);
    expect(rate!.long).toBeCloseTo(6, 0);
  });

  it("is not what went while none was: that was used elsewhere", () => {
    const busy = Array.from({ length: 20 }, () => hour(1, 20));
    const elsewhere = busy.flatMap((each) => [each, hour(0, 50)]);
    const [without, with_] = ratesOf([learnt(busy), learnt(elsewhere)]);
    expect(with_!.short).toBeCloseTo(without!.short, 0);
  });

  it("follows a change within some days, and forgets no faster for being told in smaller pieces", () => {
    const before = Array.from({ length: 200 }, () => hour(1, 10));
    const after = Array.from({ length: 300 }, () => hour(1, 40));
    const [rate] = ratesOf([learnt([...before, ...after])]);
    expect(rate!.short).toBeGreaterThan(38);
    const minutes = after.flatMap(({ shortPercent, longPercent }) =>
      Array.from({ length: 60 }, () => ({
        hours: 1 / 60,
        turns: 1,
        shortPercent: shortPercent / 60,
        longPercent: longPercent / 60,
      }))
    );
    const [fine] = ratesOf([learnt([...before, ...minutes])]);
    expect(fine!.short).toBeCloseTo(rate!.short, 0);
  });

  it("of an account that nobody has seen at work is that of the others, or a guess", () => {
    const known = learnt(Array.from({ length: 100 }, () => hour(1, 8)));
    const [mine, unknown] = ratesOf([known, undefined]);
    expect(unknown!.short).toBeCloseTo(mine!.short, 0);
    expect(ratesOf([undefined])).toEqual([{ short: 20, long: 4 }]);
  });

  it("is always a positive number", () => {
    const stretch = fc.record({
      hours: fc.double({ min: 0, max: 1000, noNaN: true }),
      turns: fc.nat(50),
      shortPercent: fc.double({ min: -50, max: 100, noNaN: true }),
      longPercent: fc.double({ min: -50, max: 100, noNaN: true }),
    });
    fc.assert(fc.property(fc.array(fc.array(stretch)), (accounts) => {
      for (const { short, long } of ratesOf(accounts.map((each) => learnt(each)))) {
        expect(short).toBeGreaterThan(0);
        expect(long).toBeGreaterThan(0);
      }
    }));
  });

  it("is read from status.json only when it is whole", () => {
    expect(parseCost({ turnHours: 1.23456, shortPercent: 2, longPercent: 3 }))
      .toEqual({ turnHours: 1.235, shortPercent: 2, longPercent: 3 });
    expect(parseCost({ turnHours: 1, shortPercent: 2 })).toBeUndefined();
    expect(parseCost({ turnHours: -1, shortPercent: 2, longPercent: 3 })).toBeUndefined();
    expect(parseCost({ turnHours: "1", shortPercent: 2, longPercent: 3 })).toBeUndefined();
    expect(parseCost(null)).toBeUndefined();
  });
});
