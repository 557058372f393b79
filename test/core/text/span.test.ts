import { describe, expect, it } from "vitest";
import { parseSpan } from "../../../lib/core/text/span.ts";

describe("a span of time", () => {
  it.each([
    ["90s", 90_000],
    ["2h", 7_200_000],
    ["1h30m", 5_400_000],
    ["1d 12h", 129_600_000],
    [" 5m ", 300_000],
    ["0s", 0],
    ["1d1h1m1s", 90_061_000],
  ])("is read as people write it: %j", (text, ms) => expect(parseSpan(text)).toBe(ms));

  it.each(["", " ", "90", "s", "-5m", "1.5h", "5m1h", "2 h", "1h,30m", "5min", "1e3s", "9999999s"])(
    "is not guessed: %j",
    (text) => expect(parseSpan(text)).toBeUndefined(),
  );
});
