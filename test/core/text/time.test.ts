import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAge, formatClock, formatTime, formatTimeMs, parseTime } from "../../../lib/core/text/time.ts";

describe("parseTime()", () => {
  it.each([
    ["2026-11-20T10:20:55Z", 1795170055000],
    ["2026-11-20t10:20:55z", 1795170055000],
    ["2026-11-20 10:20:55Z", 1795170055000],
    ["2026-11-20T10:20:55.4Z", 1795170055400],
    ["2026-11-20T10:20:55.435999Z", 1795170055435],
    ["2026-11-20T11:50:55+01:30", 1795170055000],
    ["2026-11-20T10:20:55-00:00", 1795170055000],
    ["2026-11-20T00:20:55-10:00", 1795170055000],
    ["2028-02-29T00:00:00Z", 1835395200000],
    ["2016-12-31T23:59:60Z", 1483228800000],
    ["0050-01-01T00:00:00Z", -60589296000000],
  ])("reads %s", (text, ms) => expect(parseTime(text)).toBe(ms));

  it.each([
    "",
    "soon",
    "2026-11-20",
    "2026-11-20T10:20:55",
    "2026-11-20T10:20Z",
    "2026-11-20T10:20:55.Z",
    "2026-11-20T10:20:55+0100",
    "2026-11-20T10:20:55+24:00",
    "2026-11-20T24:00:00Z",
    "2026-11-20T10:60:00Z",
    "2026-11-20T10:20:61Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2027-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-11-00T00:00:00Z",
    " 2026-11-20T10:20:55Z",
    "2026-11-20T10:20:55Z\n",
    "+002026-11-20T10:20:55Z",
    undefined,
    null,
    1795170055,
    {},
  ])("refuses %j", (text) => expect(parseTime(text)).toBeUndefined());
});

describe("formatTime()", () => {
  it("and formatTimeMs() are read back, to the second and to the millisecond", () => {
    const times = fc.integer({
      min: Date.parse("0000-01-01T00:00:00Z"),
      max: Date.parse("9999-12-31T23:59:59Z"),
    });
    fc.assert(
      fc.property(times, (ms) => {
        expect(parseTime(formatTimeMs(ms))).toBe(ms);
        expect(parseTime(formatTime(ms))).toBe(Math.floor(ms / 1000) * 1000);
      }),
      { seed: 1 },
    );
  });

  it("has seconds only, and formatTimeMs() milliseconds", () => {
    expect(formatTime(1795170055999)).toBe("2026-11-20T10:20:55Z");
    expect(formatTimeMs(1795170055009)).toBe("2026-11-20T10:20:55.009Z");
    expect(formatClock(1795170055999)).toBe("10:20:55Z");
  });

  it("stays a time of four-digit years", () => {
    expect(formatTime(8.64e15)).toBe("9999-12-31T23:59:59Z");
    expect(formatTime(-8.64e15)).toBe("0000-01-01T00:00:00Z");
  });
});

describe("formatAge()", () => {
  it.each([
    [-5000, "0s"],
    [0, "0s"],
    [59_999, "59s"],
    [60_000, "1m"],
    [3_599_999, "59m"],
    [3_600_000, "1h"],
    [86_399_999, "23h"],
    [86_400_000, "1d"],
    [40 * 86_400_000, "40d"],
  ])("shows %i ms as %s", (ms, shown) => expect(formatAge(ms)).toBe(shown));
});
