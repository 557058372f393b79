import { describe, expect, it } from "vitest";
import type { RateLimits } from "../../lib/core/limits.ts";
import { MAIN_LIMIT, mergeUpdate, parseReading, type Readings } from "../../lib/core/readings.ts";

const PRIMARY = { usedPercent: 25, windowDurationMins: 300, resetsAt: 1_795_176_915 };
const SECONDARY = { usedPercent: 40, windowDurationMins: 10_080, resetsAt: 1_795_428_915 };
const MAIN = { limitId: "codex", primary: PRIMARY, secondary: SECONDARY };
const OTHER = { limitId: "codex_other", primary: { usedPercent: 99 }, secondary: null };

describe("an answer with limits", () => {
  it("is read with both windows and the account it speaks of", () => {
    const answer = {
      ordinaryUsageAllowed: true,
      rateLimits: { ...MAIN, limitName: null, planType: "pro" },
      rateLimitsByLimitId: { codex: MAIN },
      accountId: "acct-a",
    };
    expect(parseReading(answer)).toEqual({ readings: new Map([[MAIN_LIMIT, MAIN]]), accountId: "acct-a" });
  });

  it("of several limits keeps each under its own name", () => {
    const answer = { rateLimits: MAIN, rateLimitsByLimitId: { codex_other: OTHER, codex: MAIN } };
    expect(parseReading(answer)?.readings).toEqual(
      new Map<string, RateLimits>([["codex_other", OTHER], ["codex", MAIN]]),
    );
  });

  it.each([
    ["only a first window", { primary: PRIMARY }, PRIMARY, null],
    ["only a second window", { primary: null, secondary: SECONDARY }, null, SECONDARY],
    ["a week in the first place", { primary: SECONDARY }, SECONDARY, null],
    ["no window", {}, null, null],
    ["null windows", { limitId: null, primary: null, secondary: null }, null, null],
  ])("with %s is no error", (_, rateLimits, primary, secondary) => {
    const main = parseReading({ rateLimits })?.readings.get(MAIN_LIMIT);
    expect(main).toEqual({ limitId: "codex", primary, secondary });
  });

  it.each([undefined, null, "no", 7, [], {}, { rateLimits: null }, { rateLimits: [] }, { rateLimits: "x" }])(
    "is not found in %j",
    (result) => {
      expect(parseReading(result)).toBeUndefined();
    },
  );

  it("may name limits like keys of every object", () => {
    const answer = JSON.parse(
      `{"rateLimits":${JSON.stringify(MAIN)},"rateLimitsByLimitId":{"__proto__":${
        JSON.stringify(OTHER)
      },"constructor":7}}`,
    );
    expect([...parseReading(answer)!.readings.keys()]).toEqual(["__proto__", "codex"]);
  });
});

describe("an update", () => {
  const known: Readings = new Map([["codex", MAIN]]);

  it("that is sparse changes only what it says", () => {
    const update = { rateLimits: { primary: { usedPercent: 31 }, secondary: null } };
    expect(mergeUpdate(known, update)?.get("codex")).toEqual({
      ...MAIN,
      primary: { ...PRIMARY, usedPercent: 31 },
    });
  });

  it("without a percentage does not make a window unused", () => {
    const update = { rateLimits: { limitId: "codex", primary: { resetsAt: 1_795_199_999 } } };
    expect(mergeUpdate(known, update)?.get("codex")?.primary).toEqual({
      ...PRIMARY,
      resetsAt: 1_795_199_999,
    });
  });

  it("of another limit leaves the main windows alone", () => {
    const merged = mergeUpdate(known, { rateLimits: OTHER });
    expect(merged?.get("codex")).toBe(MAIN);
    expect(merged?.get("codex_other")).toEqual(OTHER);
  });

  it("is whole where nothing was known", () => {
    expect(mergeUpdate(new Map(), { rateLimits: MAIN })?.get("codex")).toEqual(MAIN);
  });

  it.each([
    undefined,
    null,
    {},
    { rateLimits: null },
    { rateLimits: [] },
    { rateLimits: { limitId: "codex", primary: null, secondary: null, credits: { hasCredits: true } } },
    { rateLimits: { primary: { usedPercent: "31" } } },
  ])("that says nothing of a window is none: %j", (params) => {
    expect(mergeUpdate(known, params)).toBeUndefined();
  });
});
