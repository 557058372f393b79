import { describe, expect, it } from "vitest";
import { usedUpIn } from "../../../lib/core/thread/used_up.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => (NOW + hours * HOUR_MS) / 1000;

function snapshot(primary: unknown, secondary: unknown, more: Readonly<Record<string, unknown>> = {}) {
  return new Map<string, unknown>(Object.entries({ limitId: "codex", primary, secondary, ...more }));
}

const window = (usedPercent: number, windowDurationMins: number, resetsAt?: number) => ({
  usedPercent,
  windowDurationMins,
  ...(resetsAt === undefined ? {} : { resetsAt }),
});

describe("the limit that ended a turn", () => {
  it("is the full window that resets last", () => {
    const full = snapshot(window(100, 300, inHours(2)), window(100, 10_080, inHours(50)));
    expect(usedUpIn({ at: NOW, snapshot: full }, NOW, undefined)).toEqual({
      windowMins: 10_080,
      name: "",
      untilMs: NOW + 50 * HOUR_MS,
    });
    const one = snapshot(window(100, 300, inHours(2)), window(99, 10_080, inHours(50)));
    expect(usedUpIn({ at: NOW, snapshot: one }, NOW, undefined)).toEqual({
      windowMins: 300,
      name: "",
      untilMs: NOW + 2 * HOUR_MS,
    });
  });

  it("ends when Codex's message says, if no window is full", () => {
    const message = "You've hit your usage limit. Try again in 3 hours 5 minutes.";
    expect(usedUpIn({ at: NOW, snapshot: undefined, message }, NOW, NOW + HOUR_MS)).toEqual({
      windowMins: undefined,
      name: "",
      untilMs: NOW + 3 * HOUR_MS + 5 * 60_000,
    });
  });

  it("ends when the supervisor has heard, if the refusal does not say", () => {
    const refusal = { at: NOW, snapshot: snapshot(window(100, 300), null) };
    expect(usedUpIn(refusal, NOW, NOW + HOUR_MS).untilMs).toBe(NOW + HOUR_MS);
    expect(usedUpIn(refusal, NOW, NOW - 1).untilMs).toBeUndefined();
    expect(usedUpIn(refusal, NOW, undefined).untilMs).toBeUndefined();
  });

  it("of a single model is called by its name, and the account's own end is not its end", () => {
    const other = { limitId: "codex_other", limitName: "gpt-5-mini" };
    const refusal = { at: NOW, snapshot: snapshot(window(100, 300), null, other) };
    expect(usedUpIn(refusal, NOW, NOW + HOUR_MS)).toEqual({
      windowMins: 300,
      name: "gpt-5-mini",
      untilMs: undefined,
    });
  });
});
