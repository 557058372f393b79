import { describe, expect, it } from "vitest";
import { markOf } from "../../../lib/core/codex/refusal.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const window = (usedPercent: number, resetsIn?: number) => ({
  usedPercent,
  windowDurationMins: 300,
  ...(resetsIn === undefined ? {} : { resetsAt: NOW / 1000 + resetsIn }),
});

describe("how long a refused turn marks its account", () => {
  it.each([
    ["its only full window resets", "codex", window(100, 60), window(99, 3600), "2026-11-20T12:01:00Z"],
    ["the later of two full ones does", "codex", window(150, 60), window(100, 3600), "2026-11-20T13:00:00Z"],
    ["a reading says otherwise, when nobody knows the reset", "codex", window(100), window(100, 60), ""],
    ["a reading says otherwise, when no window is full", "codex", window(99, 60), null, ""],
    ["a reading says otherwise, when it was told no window", "", null, null, ""],
    ["a second, if that is all there is", "", window(100, 1), null, "2026-11-20T12:00:01Z"],
    ["no time at all, when the reset has passed", "codex", window(100, 0), null, undefined],
    [
      "no time at all, when it is another limit that is full",
      "codex_other",
      window(100, 60),
      null,
      undefined,
    ],
    [
      "a reading says otherwise, when it is not the other limit that is full",
      "codex_other",
      window(99, 60),
      null,
      "",
    ],
  ])("until %s", (_, limitId, primary, secondary, mark) => {
    expect(
      markOf(
        new Map<string, unknown>([["limitId", limitId], ["primary", primary], ["secondary", secondary]]),
        NOW,
      ),
    )
      .toBe(mark);
  });

  it("until a reading says otherwise, when nothing was told", () => {
    expect(markOf(undefined, NOW)).toBe("");
  });
});
