import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkAlias,
  DEFAULT_ALIAS_PATTERN,
  patternFailure,
  refusal,
} from "../../../lib/core/session/alias.ts";
import { Failure } from "../../../lib/core/text/failure.ts";

const any = () => true;
const failureOf = (run: () => void): Failure => {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("an alias", () => {
  it.each([
    "a1",
    "A.b-c_d",
    "9",
    "é",
    "a b",
    "x@y",
    "constructor",
    "__proto__",
    "console",
    "com",
    "com10",
    "auxx",
    "a".repeat(64),
  ])(
    "can be %s when the user's pattern allows it",
    (alias) => {
      expect(refusal(alias, "linux")).toBeUndefined();
      expect(() => checkAlias(alias, ".*", any, "linux")).not.toThrow();
    },
  );

  it.each([
    ["", "it is empty"],
    ["a/b", "it holds a path separator"],
    ["/", "it holds a path separator"],
    ["a\\b", "it holds a path separator"],
    ["a\0", "it holds a control character"],
    ["a\nb", "it holds a control character"],
    ["a\x7f", "it holds a control character"],
    ["a\u0085", "it holds a control character"],
    ["a\ud800", "it is not valid Unicode"],
    [".", 'it starts with "."'],
    ["..", 'it starts with "."'],
    [".git", 'it starts with "."'],
    ["-a", 'it starts with "-"'],
    ["a".repeat(65), "it is longer than 64 bytes"],
    ["é".repeat(33), "it is longer than 64 bytes"],
    ["con", "it is the name of a device on Windows"],
    ["NUL", "it is the name of a device on Windows"],
    ["Aux.txt", "it is the name of a device on Windows"],
    ["prn .a.b", "it is the name of a device on Windows"],
    ["com1", "it is the name of a device on Windows"],
    ["LPT²", "it is the name of a device on Windows"],
    ["CONIN$", "it is the name of a device on Windows"],
  ])("can never be %j", (alias, reason) => {
    expect(refusal(alias, "linux")).toBe(reason);
    const failure = failureOf(() => checkAlias(alias, ".*", any, "linux"));
    expect(failure.code).toBe("usage");
    expect(failure.hint).toContain(reason);
  });

  it.each([
    ["a:b", 'it holds ":", which Windows has in no file name'],
    ["what?", 'it holds "?", which Windows has in no file name'],
    ["a.", 'it ends with ".", which Windows drops'],
    ["a ", 'it ends with " ", which Windows drops'],
  ])("can't be %j on Windows, and can elsewhere", (alias, reason) => {
    expect(refusal(alias, "win32")).toBe(reason);
    expect(refusal(alias, "linux")).toBeUndefined();
    expect(refusal("a.b", "win32")).toBeUndefined();
  });

  it("that the pattern refuses is named as the predecessor names it", () => {
    const failure = failureOf(() => checkAlias('a\t"b"', DEFAULT_ALIAS_PATTERN, () => false, "linux"));
    expect(failure.message).toBe(
      'invalid alias "a\\t\\"b\\""; must match ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ (example: a1)',
    );
    expect([failure.code, failure.verbatim]).toEqual(["usage", true]);
  });

  it("is always a folder directly inside of sessions, on every system", () => {
    const pieces = fc.constantFrom(
      "..",
      ".",
      "/",
      "\\",
      "C:",
      "~",
      "a",
      " ",
      "\0",
      "\n",
      "nul",
      "é",
      "-",
      "//",
    );
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
      fc.string(),
    );
    let accepted = 0;
    fc.assert(
      fc.property(text, (alias) => {
        if (refusal(alias, "linux") !== undefined) return;
        accepted++;
        expect(posix.dirname(posix.resolve("/r/sessions", alias))).toBe("/r/sessions");
        expect(posix.basename(posix.resolve("/r/sessions", alias))).toBe(alias);
        expect(win32.join("C:\\r\\sessions", alias).startsWith("C:\\r\\sessions\\")).toBe(true);
      }),
      { seed: 1, numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});

describe("a pattern that is none", () => {
  it("is named as the predecessor names it", () => {
    const failure = patternFailure('\\d"(', "missing closing ): `(`");
    expect(failure.message).toBe(
      'invalid alias pattern "\\\\d\\"(": regex parse error: missing closing ): `(`',
    );
    expect([failure.code, failure.verbatim]).toEqual(["usage", true]);
  });
});
