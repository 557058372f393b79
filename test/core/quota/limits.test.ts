import { describe, expect, it } from "vitest";
import { left } from "../../../lib/core/quota/limits.ts";

describe("left()", () => {
  it.each([[0, 100], [25, 75], [100, 0], [150, 0], [-5, 100]])(
    "%i used leaves %i",
    (usedPercent, expected) => {
      expect(left({ usedPercent })).toBe(expected);
    },
  );
});
