import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../../../lib/core/text/printable.ts";

const UNSAFE = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)), // C0
  ...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(0x7f + code)), // DEL, C1
  ..."\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", // direction
  ..."\u00ad\u200b\u200c\u200d\u2060\u2061\u2064\ufeff\u180e\u3164", // seen by nobody
  ..."\u2028\u2029\ufff9\u2800",
  "\ud800",
  "\udfff",
  "\u{e0041}",
];

describe("printable()", () => {
  it.each([
    ["codex", "codex"],
    ["é 日本 \u{1f600} e\u0301 \\n", "é 日本 \u{1f600} e\u0301 \\n"],
    ["a\nb\tc\r", "a\\nb\\tc\\r"],
    ["\x1b]0;title\x07\x9b31m", "\\u{1b}]0;title\\u{7}\\u{9b}31m"],
    ["\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["a\u200bb", "a\\u{200b}b"],
    ["\ud83d", "\\u{d83d}"],
  ])("shows %j as %j", (text, shown) => expect(printable(text)).toBe(shown));

  it("leaves nothing that steers a terminal or hides, in at most 512 characters", () => {
    const piece = fc.oneof(fc.constantFrom(...UNSAFE), fc.string({ unit: "binary" }));
    const text = fc.tuple(fc.array(piece), fc.integer({ min: 1, max: 40 }))
      .map(([pieces, times]) => pieces.join("").repeat(times));
    let cut = 0;
    fc.assert(
      fc.property(text, (text) => {
        const shown = printable(text);
        for (const unsafe of UNSAFE.slice(0, -3)) expect(shown).not.toContain(unsafe);
        expect(shown).not.toMatch(/\p{Cs}|[\u{e0000}-\u{e007f}]/u);
        expect(shown.length).toBeLessThanOrEqual(512);
        expect(printable(shown)).toBe(shown);
        if (shown.endsWith("…")) cut++;
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(cut).toBeGreaterThan(20);
  });

  it("escapes each unsafe character by itself", () => {
    for (const unsafe of UNSAFE) expect(printable(`a${unsafe}b`)).toMatch(/^a\\(n|r|t|u\{[0-9a-f]+\})b$/);
  });

  it("cuts only what is too long, and never through an escape or a pair", () => {
    expect(printable("x".repeat(512))).toBe("x".repeat(512));
    expect(printable("x".repeat(513))).toBe(`${"x".repeat(511)}…`);
    expect(printable("abc\u{1f600}d", 5)).toBe("abc…");
    expect(printable("abc\x1bd", 7)).toBe("abc…");
    expect(printable("abcdef", 3)).toBe("ab…");
  });
});
