import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HistoryEncoder, isNews, parseHistory, type Sample, SEAL } from "../../../lib/core/quota/history.ts";

const T = Date.parse("2026-11-20T12:00:00Z");
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

const window = fc.record({
  used: fc.nat(100),
  resetsAtMs: fc.integer({ min: 1, max: 4e9 }).map((sec) => sec * 1000),
  durationMs: fc.constantFrom(300, 10_080, 43_200).map((mins) => mins * MIN),
}, { requiredKeys: ["used"] });
const sample: fc.Arbitrary<Sample> = fc.record({
  atMs: fc.integer({ min: 0, max: 4e9 }).map((sec) => sec * 1000),
  alias: fc.constantFrom("work", "é\u2028", "-"),
  short: window,
  long: window,
  turns: fc.nat(20),
}, { requiredKeys: ["atMs"] });
const noted = fc.array(fc.tuple(fc.constantFrom("a", "b", "__proto__"), sample), { maxLength: 12 });

function textOf(entries: readonly (readonly [string, Sample])[], encoder = new HistoryEncoder()): string {
  return entries.map(([account, sample]) => encoder.line(account, sample)).join("");
}

function byAccount(entries: readonly (readonly [string, Sample])[]): Map<string, Sample[]> {
  const all = new Map<string, Sample[]>();
  for (const [account, sample] of entries) all.set(account, [...all.get(account) ?? [], sample]);
  return all;
}

const at = (minutes: number, used: number, more: Partial<Sample> = {}): Sample => ({
  atMs: T + minutes * MIN,
  alias: "work",
  short: { used, resetsAtMs: T + 2 * HOUR, durationMs: 300 * MIN },
  long: { used: 40, resetsAtMs: T + 3 * DAY, durationMs: 10_080 * MIN },
  turns: 1,
  ...more,
});

describe("the history", () => {
  it("gives back what was written, whatever that was", () => {
    fc.assert(
      fc.property(noted, (entries) => {
        expect(parseHistory(textOf(entries))).toEqual(byAccount(entries));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("tells all at first, and then only what is added", () => {
    const lines = textOf([
      ["9f", at(0, 25)],
      ["77", at(0, 50)],
      ["9f", at(1, 26)],
      ["77", at(2, 50, { turns: 0 })],
      ["9f", at(3, 0, { short: { used: 0, resetsAtMs: T + 7 * HOUR, durationMs: 300 * MIN } })],
    ]).split("\n");
    const whole =
      '"at":1795176000,"alias":"work","short":[25,1795183200,300],"long":[40,1795435200,10080],"turns":1}';
    expect(lines).toEqual([
      `{"n":0,"account":"9f",${whole}`,
      `{"n":1,"account":"77",${whole.replace("[25", "[50")}`,
      "0,1o,1",
      "1,3c,,,-1",
      "0,3c,-q,,,dw0",
      "",
    ]);
  });

  it("tells all again when windows come or go, and now and then", () => {
    const isWhole = (entries: readonly Sample[]) =>
      textOf(entries.map((each) => ["a", each])).trimEnd().split("\n").map((line) => line.startsWith("{"));
    const { short: _, ...weekly } = at(1, 0);
    expect(isWhole([at(0, 1), weekly, { ...weekly, atMs: T + 2 * MIN }])).toEqual([true, true, false]);
    expect(isWhole([at(0, 1), at(1, 1, { alias: "other" })])).toEqual([true, true]);
    const many = isWhole(Array.from({ length: 500 }, (_, minute) => at(minute, minute % 100)));
    expect(many.flatMap((each, index) => each ? index : [])).toEqual([0, 241, 482]);
  });

  it("loses to a cut nothing but what was cut off, wherever it was", () => {
    fc.assert(
      fc.property(noted, fc.nat(), (entries, where) => {
        const text = textOf(entries);
        const cut = where % (text.length + 1);
        const whole = text.slice(0, cut).split("\n").length - 1;
        expect(parseHistory(text.slice(0, cut))).toEqual(byAccount(entries.slice(0, whole)));
        // Of what begins in the middle all is right, though not all is there.
        const all = byAccount(entries);
        for (const [account, samples] of parseHistory(text.slice(cut))) {
          expect(all.get(account)?.slice(-samples.length)).toEqual(samples);
        }
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  it("goes on after half a line that a killed writer left", () => {
    const first = textOf([["a", at(0, 25)], ["b", at(0, 1)], ["a", at(1, 26)]]);
    for (let cut = 1; cut < first.length; cut++) {
      const left = first.slice(0, cut);
      const sealed = left.endsWith("\n") ? left : `${left}${SEAL}`;
      const found = parseHistory(sealed + textOf([["b", at(2, 2)], ["a", at(2, 28)], ["a", at(3, 29)]]));
      const whole = left.split("\n").length - 1;
      const kept = ([["a", at(0, 25)], ["b", at(0, 1)], ["a", at(1, 26)]] as const).slice(0, whole);
      expect(found).toEqual(
        byAccount([...kept, ["b", at(2, 2)], ["a", at(2, 28)], ["a", at(3, 29)]]),
      );
    }
  });

  it.each([
    "",
    "\n",
    "x\n",
    "{}\n",
    "{\n",
    "[]\n",
    "0,1\n",
    "-1,2\n",
    '{"n":0,"account":"a"}\n',
    ",,,\n",
    "\0\0\n",
  ])(
    "finds nothing in %j",
    (text) => expect(parseHistory(text)).toEqual(new Map()),
  );

  it("builds nothing on a line that can't be read", () => {
    const [whole, next] = textOf([["a", at(0, 1)], ["a", at(1, 2)], ["a", at(2, 3)]]).split("\n");
    expect(parseHistory(`${whole}\nspoilt?\n${next}\n`)).toEqual(new Map([["a", [at(0, 1)]]]));
  });

  it("passes over what builds on a line that is gone, and loses nothing else", () => {
    const [whole, next] = textOf([["a", at(0, 1)], ["a", at(1, 2)]]).split("\n");
    expect(parseHistory(`${whole}\n5,1o,1\n${next}\n`)).toEqual(new Map([["a", [at(0, 1), at(1, 2)]]]));
  });

  it("of ten accounts that all change every minute for 90 days takes no more than 20 MB", () => {
    const encoder = new HistoryEncoder();
    let bytes = 0;
    for (let minute = 0; minute < 90 * 24 * 60; minute++) {
      for (let account = 0; account < 10; account++) {
        // Every figure moves with every line; both windows begin anew as often as they can.
        const own = minute + account * 31;
        const atMs = T + minute * MIN + account * 1000;
        bytes += encoder.line(`0123456789abcde${account}`, {
          atMs,
          alias: `session-number-${account}`,
          short: { used: own % 101, resetsAtMs: T + Math.floor(own / 300) * 5 * HOUR, durationMs: 300 * MIN },
          long: {
            used: (own * 37) % 101,
            resetsAtMs: T + Math.floor(own / 10_080) * 7 * DAY,
            durationMs: 7 * DAY,
          },
          turns: own % 9,
        }).length;
      }
    }
    console.log(`figure: 90 days of 10 accounts at their worst: ${(bytes / 2 ** 20).toFixed(1)} MB`);
    expect(bytes).toBeLessThan(20 * 2 ** 20);
  });
});

describe("a sample", () => {
  it.each([
    ["the first", undefined, at(0, 25), true],
    ["the same reading again", at(0, 25), at(0, 26), false],
    ["a later reading that says the same", at(0, 25), at(5, 25), false],
    ["one more percent", at(0, 25), at(1, 26), true],
    ["one more turn", at(0, 25), at(1, 25, { turns: 2 }), true],
    [
      "another reset",
      at(0, 25),
      at(1, 25, { short: { ...at(0, 25).short!, resetsAtMs: T + 3 * HOUR } }),
      true,
    ],
    [
      "a second of difference in the reset",
      at(0, 25),
      at(1, 25, {
        short: { ...at(0, 25).short!, resetsAtMs: T + 2 * HOUR + 1000 },
      }),
      false,
    ],
    [
      "the reset of a window of which nothing is used",
      at(0, 0),
      at(1, 0, {
        short: { ...at(0, 0).short!, resetsAtMs: T + 3 * HOUR },
      }),
      false,
    ],
    ["a window less", at(0, 25), { atMs: T + MIN, alias: "work", turns: 1, short: at(0, 25).short! }, true],
    ["nothing new for an hour", at(0, 25), at(60, 25), true],
    ["nothing new for nearly an hour", at(0, 25), at(59, 25), false],
  ])("is worth a line or not: %s", (_, last, next, isWorth) => {
    expect(isNews(last, next as Sample)).toBe(isWorth);
  });
});
