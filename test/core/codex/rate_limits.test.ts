import { describe, expect, it } from "vitest";
import { mergeUpdate, NOTHING, parseReading, type Readings } from "../../../lib/core/codex/rate_limits.ts";

const PRIMARY = { usedPercent: 25, windowDurationMins: 300, resetsAt: 1_795_176_915 };
const SECONDARY = { usedPercent: 40, windowDurationMins: 10_080, resetsAt: 1_795_428_915 };
const MAIN = { limitId: "codex", primary: PRIMARY, secondary: SECONDARY };
const OTHER = { limitId: "codex_other", primary: { usedPercent: 99 }, secondary: null };

describe("an answer with limits", () => {
  it("is read with both windows and the account it speaks of", () => {
    const answer = {
      rateLimits: { ...MAIN, limitName: null, planType: null },
      rateLimitsByLimitId: { codex: MAIN },
      accountId: "acct-a",
    };
    expect(parseReading(answer)).toEqual({
      readings: { limits: MAIN, allowance: {} },
      accountId: "acct-a",
    });
  });

  it("tells what else the account may do", () => {
    const snapshot = {
      ...MAIN,
      planType: "team",
      credits: { hasCredits: true, unlimited: false, balance: "12.50" },
      individualLimit: { limit: "100", used: "75", remainingPercent: 25, resetsAt: 1_900_000_000 },
      spendControlReached: true,
      rateLimitReachedType: "workspace_member_usage_limit_reached",
    };
    const answer = {
      ordinaryUsageAllowed: false,
      rateLimits: snapshot,
      rateLimitsByLimitId: null,
      rateLimitResetCredits: { availableCount: 3, credits: null },
    };
    expect(parseReading(answer)?.readings.allowance).toEqual({
      plan: "team",
      credits: { hasCredits: true, unlimited: false, balance: "12.50" },
      spendLimit: { limit: "100", used: "75", remainingPercent: 25, resetsAt: 1_900_000_000 },
      spendControlReached: true,
      ordinaryUsageAllowed: false,
      resetCredits: 3,
      reachedType: "workspace_member_usage_limit_reached",
    });
  });

  it("of several limits keeps each under its own name, and only the account's own as the main one", () => {
    const named = { ...OTHER, limitName: "Other model", credits: { hasCredits: true, unlimited: true } };
    const answer = { rateLimits: MAIN, rateLimitsByLimitId: { codex_other: named, codex: MAIN } };
    expect(parseReading(answer)?.readings).toEqual({
      limits: MAIN,
      allowance: { others: [{ ...OTHER, limitName: "Other model" }] },
    });
  });

  it("that names no limit codex takes the one it puts first for the account's own, and its updates too", () => {
    const answer = {
      rateLimits: OTHER,
      rateLimitsByLimitId: { codex_spark: { primary: { usedPercent: 7 } } },
    };
    const { readings } = parseReading(answer)!;
    expect(readings).toEqual({
      limits: OTHER,
      allowance: { others: [{ limitId: "codex_spark", primary: { usedPercent: 7 }, secondary: null }] },
    });
    const update = { rateLimits: { limitId: "codex_other", primary: { usedPercent: 100 } } };
    expect(mergeUpdate(readings, update)).toMatchObject({
      isReading: true,
      readings: { limits: { limitId: "codex_other", primary: { usedPercent: 100 } } },
    });
    expect(mergeUpdate(readings, { rateLimits: MAIN })?.isReading).toBe(false);
  });

  it("with a monthly budget and no windows has it as a long window", () => {
    const budget = { limit: "20000", used: "19800.25", remainingPercent: 1, resetsAt: 1_797_000_000 };
    const rateLimits = { primary: null, secondary: null, individualLimit: budget, planType: "business" };
    const { readings } = parseReading({ rateLimits })!;
    const window = { usedPercent: 99, windowDurationMins: 43_200, resetsAt: 1_797_000_000 };
    expect(readings.limits).toEqual({ limitId: "codex", primary: null, secondary: window });
    const update = { rateLimits: { individualLimit: { ...budget, remainingPercent: 0 } } };
    expect(mergeUpdate(readings, update)?.readings.limits.secondary?.usedPercent).toBe(100);
    const windows = { rateLimits: { primary: PRIMARY, secondary: SECONDARY } };
    expect(mergeUpdate(readings, windows)?.readings.limits).toEqual(MAIN);
    expect(parseReading({ rateLimits: { ...MAIN, individualLimit: budget } })?.readings.limits).toEqual(MAIN);
  });

  it.each([
    ["0", false],
    ["0.0000000000", false],
    [".00", false],
    ["0.01", true],
    [null, true],
    ["", true],
    [0, false],
    ["-3.5", false],
    [2, true],
  ])(
    "with credits of a balance of %j has credits: %j",
    (balance, hasCredits) => {
      const credits = { hasCredits: true, unlimited: false, balance };
      const answer = parseReading({ rateLimits: { ...MAIN, credits } });
      expect(answer?.readings.allowance.credits?.hasCredits).toBe(hasCredits);
    },
  );

  it.each([
    ["only a first window", { primary: PRIMARY }, PRIMARY, null],
    ["only a second window", { primary: null, secondary: SECONDARY }, null, SECONDARY],
    ["a week in the first place", { primary: SECONDARY }, SECONDARY, null],
    ["no window", {}, null, null],
    ["null windows", { limitId: null, primary: null, secondary: null }, null, null],
  ])("with %s is no error", (_, rateLimits, primary, secondary) => {
    const main = parseReading({ rateLimits })?.readings.limits;
    expect(main).toEqual({ limitId: "codex", primary, secondary });
  });

  it.each([undefined, null, "no", 7, [], {}, { rateLimits: null }, { rateLimits: [] }, { rateLimits: "x" }])(
    "is not found in %j",
    (result) => {
      expect(parseReading(result)).toBeUndefined();
    },
  );

  const HOUR = { ...PRIMARY, resetsAt: 1_795_176_915 };
  it.each<[string, unknown, unknown]>([
    [
      "numbers spelled as texts",
      { usedPercent: "25", windowDurationMins: "300", resetsAt: "1795176915" },
      HOUR,
    ],
    ["a reset spelled as a moment", { ...PRIMARY, resetsAt: "2026-11-20T12:15:15Z" }, HOUR],
    ["a reset that is no moment", { ...PRIMARY, resetsAt: "soon" }, {
      usedPercent: 25,
      windowDurationMins: 300,
    }],
  ])("with %s is read", (_, primary, expected) => {
    expect(parseReading({ rateLimits: { primary } })?.readings.limits.primary).toEqual(expected);
  });

  it.each<[string, object]>([
    ["a window that does not say how much is used", { primary: { windowDurationMins: 300, resetsAt: 9 } }],
    ["a used part that is null", { primary: { ...PRIMARY, usedPercent: null } }],
    ["a used part that is a text", { primary: { ...PRIMARY, usedPercent: "25%" } }],
    ["a used part that is a fact", { primary: { ...PRIMARY, usedPercent: true } }],
    ["a used part beyond numbers", { primary: { ...PRIMARY, usedPercent: Infinity } }],
    ["a window that is a list", { primary: [25] }],
    ["one such window beside a good one", { primary: PRIMARY, secondary: { usedPercent: {} } }],
    ["a budget that says nothing", { primary: PRIMARY, individualLimit: {} }],
    ["a budget that is a text", { individualLimit: "100" }],
  ])("with %s is not understood: it counts as no room", (_, rateLimits) => {
    expect(parseReading({ rateLimits })).toBeUndefined();
  });

  it.each<[string, unknown, number]>([
    ["spelled as a text", { limit: "100", used: "99", remainingPercent: "1", resetsAt: "9" }, 1],
    ["told by its amounts alone", { limit: "100", used: "100", resetsAt: 9 }, 0],
    ["overdrawn", { limit: 100, used: 120.5, remainingPercent: -20, resetsAt: 9 }, 0],
  ])("with a budget %s has it", (_, individualLimit, remainingPercent) => {
    expect(parseReading({ rateLimits: { individualLimit } })?.readings).toMatchObject({
      limits: { secondary: { usedPercent: 100 - remainingPercent, resetsAt: 9 } },
      allowance: { spendLimit: { remainingPercent, resetsAt: 9 } },
    });
  });

  it.each<[string, object]>([
    ["nothing beside a map", { rateLimitsByLimitId: { codex: MAIN } }],
    ["null beside a map", { rateLimits: null, rateLimitsByLimitId: { codex: MAIN } }],
    ["an empty one beside a map", { rateLimits: {}, rateLimitsByLimitId: { codex: MAIN } }],
    ["none called codex", { rateLimitsByLimitId: { premium: { ...MAIN, limitId: "premium" } } }],
  ])("that has its limits in the map only is read: %s", (_, answer) => {
    expect(parseReading(answer)?.readings.limits).toMatchObject({ primary: PRIMARY, secondary: SECONDARY });
  });

  it.each<[unknown, unknown]>([
    [{ ordinaryUsageAllowed: "false" }, { ordinaryUsageAllowed: false }],
    [{ rateLimits: { ...MAIN, spendControlReached: "true" } }, { spendControlReached: true }],
    [{ rateLimits: { ...MAIN, rateLimitReachedType: { type: "rate_limit_reached" } } }, {
      reachedType: "rate_limit_reached",
    }],
  ])("tells a verdict in another form: %j", (answer, allowance) => {
    expect(parseReading({ rateLimits: MAIN, ...(answer as object) })?.readings.allowance).toEqual(allowance);
  });

  it("may name limits like keys of every object", () => {
    const answer = JSON.parse(
      `{"rateLimits":${JSON.stringify(MAIN)},"rateLimitsByLimitId":{"__proto__":${
        JSON.stringify(OTHER)
      },"constructor":7}}`,
    );
    const { limits, allowance } = parseReading(answer)!.readings;
    expect([limits, allowance.others?.map(({ limitId }) => limitId)]).toEqual([MAIN, ["__proto__"]]);
  });
});

describe("an update", () => {
  const known: Readings = {
    limits: MAIN,
    allowance: {
      plan: "pro",
      credits: { hasCredits: true, unlimited: false, balance: "5" },
      resetCredits: 1,
    },
  };

  it("that is sparse changes only what it says, and null takes nothing back", () => {
    const update = {
      rateLimits: {
        primary: { usedPercent: 31 },
        secondary: null,
        credits: null,
        planType: null,
        individualLimit: null,
        spendControlReached: null,
        rateLimitReachedType: null,
      },
    };
    expect(mergeUpdate(known, update)).toEqual({
      readings: { ...known, limits: { ...MAIN, primary: { ...PRIMARY, usedPercent: 31 } } },
      isReading: true,
    });
  });

  it("without a percentage does not make a window unused", () => {
    const update = { rateLimits: { limitId: "codex", primary: { resetsAt: 1_795_199_999 } } };
    expect(mergeUpdate(known, update)?.readings.limits.primary).toEqual({
      ...PRIMARY,
      resetsAt: 1_795_199_999,
    });
  });

  it("of another window in the same place replaces it whole", () => {
    const week = { usedPercent: 3, windowDurationMins: 10_080 };
    expect(mergeUpdate(known, { rateLimits: { primary: week } })?.readings.limits.primary).toEqual(week);
  });

  it("of another limit leaves the main windows alone, and is no reading of them", () => {
    const merged = mergeUpdate(known, {
      rateLimits: { ...OTHER, planType: "free", limitName: "Other model" },
    });
    expect(merged?.isReading).toBe(false);
    expect(merged?.readings.limits).toBe(MAIN);
    expect(merged?.readings.allowance).toEqual({
      ...known.allowance,
      others: [{ ...OTHER, limitName: "Other model" }],
    });
    const more = { limitId: "codex_other", secondary: { usedPercent: 7 } };
    expect(mergeUpdate(merged!.readings, { rateLimits: more })?.readings.allowance.others).toEqual([
      { ...OTHER, limitName: "Other model", secondary: { usedPercent: 7 } },
    ]);
  });

  it("is whole where nothing was known", () => {
    expect(mergeUpdate(NOTHING, { rateLimits: MAIN })?.readings.limits).toEqual(MAIN);
  });

  it("may tell of credits alone, and is then no reading of the windows", () => {
    const update = { rateLimits: { limitId: "codex", primary: null, credits: { hasCredits: false } } };
    expect(mergeUpdate(known, update)).toEqual({
      readings: {
        ...known,
        allowance: { ...known.allowance, credits: { hasCredits: false, unlimited: false } },
      },
      isReading: false,
    });
  });

  it.each([
    undefined,
    null,
    {},
    { rateLimits: null },
    { rateLimits: [] },
    { rateLimits: { limitId: "codex", primary: null, secondary: null } },
    { rateLimits: { limitId: "codex_other", primary: null, credits: { hasCredits: true } } },
    { rateLimits: { primary: { usedPercent: "31" } } },
  ])("that says nothing is none: %j", (params) => {
    expect(mergeUpdate(known, params)).toBeUndefined();
  });
});
