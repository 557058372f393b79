import { describe, expect, it } from "vitest";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";
import { gaugesIn, gaugesOf, isShort } from "../../../lib/core/quota/windows.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const HOUR_MS = 3_600_000;

const window = (usedPercent: number, windowDurationMins?: number, resetsAtMs?: number): LimitWindow => ({
  usedPercent,
  ...(windowDurationMins === undefined ? {} : { windowDurationMins }),
  ...(resetsAtMs === undefined ? {} : { resetsAt: resetsAtMs / 1000 }),
});
const gauges = (primary: LimitWindow | null, secondary: LimitWindow | null = null) =>
  gaugesOf({ limitId: "codex", primary, secondary }, NOW);

describe("a window", () => {
  it("is short up to a day, whatever its place; without a length the first one is", () => {
    expect([1, 300, 1440, 1441, 10_080].map((minutes) => isShort(window(0, minutes), false))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect([isShort(window(0), true), isShort(window(0), false)]).toEqual([true, false]);
    expect(gauges(window(10, 10_080), window(20, 300))).toMatchObject({
      short: { left: 80 },
      long: { left: 90 },
    });
  });

  it("shows what is left, its length and its reset as far as known", () => {
    expect(gauges(window(30, 300, NOW + HOUR_MS)).short).toEqual({
      left: 70,
      durationMs: 5 * HOUR_MS,
      resetsAtMs: NOW + HOUR_MS,
    });
    expect(gauges(window(30)).short).toEqual({ left: 70, durationMs: undefined, resetsAtMs: undefined });
    expect([gauges(window(130)).short?.left, gauges(window(-5)).short?.left]).toEqual([0, 100]);
  });

  it("is unused from the moment of its reset on, and not before", () => {
    const reset = { left: 100, durationMs: 5 * HOUR_MS, resetsAtMs: undefined };
    expect(gauges(window(100, 300, NOW)).short).toEqual(reset);
    expect(gauges(window(100, 300, NOW - 1000)).short).toEqual(reset);
    expect(gauges(window(100, 300, NOW + 1000)).short).toMatchObject({ left: 0, resetsAtMs: NOW + 1000 });
  });

  it("counts by the one with less left where two are of one kind, by the first where they are alike", () => {
    expect(gauges(window(10, 300), window(20, 60)).short?.left).toBe(80);
    expect(gauges(window(20, 300), window(10, 60)).short?.left).toBe(80);
    expect(gauges(window(20, 300), window(20, 60)).short?.durationMs).toBe(5 * HOUR_MS);
  });

  it("that is not there is not counted", () => {
    expect(gaugesIn(gauges(null))).toEqual([]);
    expect(gaugesIn(gauges(window(1, 10_080))).map(({ left }) => left)).toEqual([99]);
    expect(gaugesIn(gauges(window(1, 10_080), window(2, 300))).map(({ left }) => left)).toEqual([98, 99]);
  });
});
