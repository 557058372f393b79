import { describe, expect, test } from "vitest";
import { parseReading } from "../../../../lib/core/codex/rate_limits.ts";
import { labelOf, minutesOf, windowWords } from "../../../../lib/core/pool/limits/window_words.ts";

describe("windows", () => {
  test.each([
    [300, "5h"],
    [301, "5h"],
    [1440, "daily"],
    [10_080, "weekly"],
    [44_640, "monthly"],
    [180, "3h"],
    [45, "45m"],
    [undefined, "limit"],
  ])(
    "of %s minutes are called %s",
    (minutes, label) => expect(labelOf(minutes)).toBe(label),
  );

  test.each([
    ["5h", 300],
    ["daily", 1440],
    ["weekly", 10_080],
    ["monthly", 43_200],
    ["annual", 525_600],
    [
      "3h",
      180,
    ],
    ["45m", 45],
    ["limit", undefined],
  ])(
    "that a card calls %s have %s minutes",
    (label, minutes) => expect(minutesOf(label)).toBe(minutes),
  );

  test("of an app-server's answer are the account's own, shortest first", () => {
    const answer = parseReading({
      accountId: "acct",
      rateLimits: {
        primary: { usedPercent: 40, windowDurationMins: 10_080 },
        secondary: { usedPercent: 100, windowDurationMins: 300 },
        rateLimitReachedType: "rate_limit_reached",
      },
      rateLimitsByLimitId: { other: { primary: { usedPercent: 99 } } },
    });
    expect(answer).toMatchObject({
      accountId: "acct",
      readings: { allowance: { reachedType: "rate_limit_reached" } },
    });
    expect(windowWords(answer!.readings.limits)).toBe("5h=0% weekly=60%");
  });
});
