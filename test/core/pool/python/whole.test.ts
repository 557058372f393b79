import fc from "fast-check";
import { expect, test } from "vitest";
import { type Json, parseJson } from "../../../../lib/core/pool/python/json.ts";
import { wholeOf } from "../../../../lib/core/pool/python/numbers.ts";
import {
  localTime,
  modulo,
  quotedAsPython,
  splitLines,
  strip,
  successor,
  wholeOfText,
} from "../../../../lib/core/pool/python/whole.ts";
import { sha256 } from "../../../../lib/core/text/sha256.ts";
import { describeWith } from "../../../../rig/tools.ts";
import { askPython } from "./with_python.ts";

const ODD = " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u200b\u2028\u2029\u202f\u205f\u3000\ufeff\0'\"\\"
  .split("");
const text = fc.array(fc.oneof(fc.constantFrom(...ODD), fc.constantFrom("a", "#", ":", "é", "😀", "0")), {
  maxLength: 12,
}).map((chars) => chars.join(""));
const samples = fc.sample(text, { numRuns: 3000, seed: 4 });

describeWith(["python3"], "as Python does it", () => {
  test("texts are stripped", () => {
    expect(samples.map(strip)).toEqual(askPython("answers = [c.strip() for c in cases]", samples));
  });

  test("lines are split", () => {
    expect(samples.map(splitLines)).toEqual(askPython("answers = [c.splitlines() for c in cases]", samples));
  });

  test("texts are quoted", () => {
    expect(samples.map(quotedAsPython)).toEqual(askPython("answers = [repr(c) for c in cases]", samples));
  });

  test("texts are read as whole numbers, in every script", () => {
    const digits = fc.array(
      fc.oneof(
        fc.constantFrom("0", "1", "7", "9", "_", "+", "-", " ", ".", "e", "\t", "\xa0", "\x1c", "\u2003"),
        fc.constantFrom("٣", "߉", "९", "𝟗", "𝟢", "０", "²", "½"),
      ),
      { maxLength: 7 },
    ).map((chars) => chars.join(""));
    const cases = [
      ...fc.sample(digits, { numRuns: 5000, seed: 1 }),
      "9".repeat(30),
      "9".repeat(4300),
      "9".repeat(4301),
    ];
    const script = `
def read(c):
    try: return str(int(c))
    except ValueError: return None
answers = [read(c) for c in cases]`;
    expect(cases.map((c) => wholeOfText(c)?.toString() ?? null)).toEqual(askPython(script, cases));
  });

  test("values of a state are read as whole numbers", () => {
    const cases = [
      "2.9",
      "-2.9",
      "1e3",
      "1e300",
      "NaN",
      "Infinity",
      "-Infinity",
      "true",
      "false",
      "null",
      '"4"',
      '" 5 "',
      '"4.0"',
      "[]",
      "{}",
      "-0",
      "12345678901234567890",
      "1E2",
      "0.99999999999999999999",
    ];
    const script = `
def read(c):
    try: return str(int(json.loads(c)))
    except Exception: return None
answers = [read(c) for c in cases]`;
    const ours = cases.map((c) =>
      wholeOf(parseJson(`[${c}]`) instanceof Array ? (parseJson(`[${c}]`) as Json[])[0]! : null)
    );
    expect(ours.map((value) => value?.toString() ?? null)).toEqual(askPython(script, cases));
  });

  test("numbers go on and are divided", () => {
    const cases = [["-5", 3], ["5", 3], ["-6", 3], ["9007199254740991", 7], ["-90071992547409919", 11], [
      "0",
      1,
    ]] as const;
    const script = "answers = [[str(int(a) % n), str(int(a) + 1)] for a, n in cases]";
    const ours = cases.map(([a, n]) => {
      const value = wholeOfText(a)!;
      return [String(modulo(value, n)), String(successor(value))];
    });
    expect(ours).toEqual(askPython(script, cases));
  });

  test("names are hashed", () => {
    const script = `import hashlib
answers = [hashlib.sha256(c.encode()).hexdigest() for c in cases]`;
    expect(samples.map((c) => Buffer.from(sha256(c)).toString("hex"))).toEqual(askPython(script, samples));
  });

  test("a moment is written in local time", () => {
    const moments = fc.sample(fc.integer({ min: 0, max: 4_000_000_000 }), { numRuns: 300, seed: 2 });
    const script = `from datetime import datetime
answers = [datetime.fromtimestamp(c).isoformat(timespec="seconds") for c in cases]`;
    const env = process.env.TZ === undefined ? {} : { TZ: process.env.TZ };
    expect(moments.map((moment) => localTime(moment * 1000))).toEqual(askPython(script, moments, env));
  });
});

test("white space inside takes no more time than other text", () => {
  const text = `1${" ".repeat(1_000_000)}1`;
  expect(strip(` ${text}\t`)).toBe(text);
  expect(wholeOfText(text)).toBeUndefined();
});
