import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson, renderJson } from "../../../../lib/core/pool/python/json.ts";
import { describeWith } from "../../../../rig/tools.ts";
import { askPython } from "./with_python.ts";

const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("\u2028", "\x7f", "\x01", "\b\f", "/", "é😀", "1", "__proto__", "constructor"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 3 }),
        fc.constantFrom("__proto__", "7", "/a.json", "01"),
      ),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;
const texts = [
  '{"b": 1, "7": {"z": [], "3": {}}, "0": 3}',
  "[1234567890123456, 12345678901234567, -12345678901234567]",
  ...fc.sample(anything, { numRuns: 2000, seed: 5 }).map((value, at) =>
    at % 2 === 0 ? JSON.stringify(value) : JSON.stringify(value, null, 1)
  ),
];

describeWith(["python3"], "as Python has it", () => {
  test("a document is written byte for byte", () => {
    const script = "answers = [json.dumps(json.loads(c), ensure_ascii=False, indent=2) for c in cases]";
    expect(texts.map((text) => renderJson(parseJson(text)))).toEqual(askPython(script, texts));
  });

  test("what is accepted and what is refused", () => {
    const odd = [
      "{",
      "",
      " ",
      "[1,]",
      "[1 2]",
      '{"a"}',
      '{"a":1,}',
      "01",
      "1.",
      ".5",
      "1e",
      "+1",
      "NaN",
      "[-Infinity]",
      "[nan]",
      "nul",
      '"\n"',
      '"\\x"',
      '"\\ud800"',
      '{"a":1,"a":2}',
      "[1]x",
      "1.50",
      "[1e5]",
      '{"1":1,"0":2}',
      "[1.0]",
      "-",
      "[--1]",
      "[1_0]",
      "'a'",
      "\u00a0[]",
      "[9999999999999999999999]",
      "[1.5",
      '{"a":1.5',
      '{"a":NaN,}',
      "[NaN",
    ];
    const cut = texts.filter((text) => text.length > 3).slice(0, 1000).map((text, at) =>
      text.slice(0, at % text.length) + '}]0",:x'.charAt(at % 8) + text.slice(at % text.length + at % 2)
    );
    const cases = [...odd, ...cut, ...cut.map((text) => `[1.5, ${text}]`)];
    const script = `
def ok(c):
    try: json.loads(c); return True
    except ValueError: return False
answers = [ok(c) for c in cases]`;
    const ours = cases.map((text) => {
      try {
        parseJson(text);
        return true;
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return false;
      }
    });
    const python = askPython<boolean[]>(script, cases);
    expect(cases.filter((_, at) => ours[at] !== python[at])).toEqual([]);
  });

  test("numbers that JavaScript would change come back as they were", () => {
    const cases = [
      "[1.0]",
      "[1e5]",
      "[12345678901234567890]",
      "[NaN, Infinity, -Infinity]",
      '{"7": 1.50, "0": -0.0}',
    ];
    expect(
      cases.map((text) =>
        renderJson(parseJson(text)).replace(/\s+/g, " ").replace(/([[{]) | ([\]}])/g, "$1$2")
      ),
    )
      .toEqual(cases);
  });
});

describe("a text", () => {
  test("that nests without end is refused, not a crash", () => {
    for (
      const text of [
        "[".repeat(100_000),
        `[1.5,${"[".repeat(100_000)}`,
        `${"[".repeat(600)}1${"]".repeat(600)}`,
      ]
    ) {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    }
  });

  test("keeps the order of keys that look like numbers, and keys of Object.prototype", () => {
    const text = '{"b": 1, "7": 2, "0": 3, "__proto__": 4, "constructor": 5}';
    expect([...(parseJson(text) as Map<string, unknown>)]).toEqual([
      ["b", 1],
      ["7", 2],
      ["0", 3],
      ["__proto__", 4],
      ["constructor", 5],
    ]);
  });

  test("may begin with a byte order mark", () => {
    expect(renderJson(parseJson("\ufeff{}"))).toBe("{}");
  });
});
