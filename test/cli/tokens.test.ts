import { parseArgs } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tokensOf } from "../../lib/cli/arguments.ts";
import type { Options } from "../../lib/cli/declaration/option.ts";

const OPTIONS: Options = {
  cmd: { value: "<command>", about: "" },
  json: { about: "" },
  help: { short: "h", about: "" },
};
/** The same for `node:util`. */
const SAME = {
  cmd: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const pieces = fc.constantFrom(
  "-",
  "--",
  "=",
  "h",
  "x",
  "cmd",
  "json",
  "help",
  "no-",
  "a b",
  "é",
  "😀",
  "",
  "__proto__",
);
/** Of these the runtimes themselves make different things. */
const isOdd = (word: string) =>
  word === "--" || word.startsWith("--=") || /^-[^-].*[-=😀]/u.test(word) || /^-😀/u.test(word);
const words = fc.array(pieces, { maxLength: 4 }).map((parts) => parts.join("")).filter((word) =>
  !isOdd(word)
);

/** What `node:util` makes of it. */
function expected(args: readonly string[]): unknown {
  const { tokens } = parseArgs({
    args: [...args],
    options: SAME,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.map(({ index: _, ...token }) => ({ ...token }));
}

test.each([
  [["rr", "--json", "--cmd", "x", "-h"]],
  [["--cmd=", "--cmd", "-", "--cmd", "--json", "--cmd"]],
  [["-hx", "--x=y=z", "--json=1", "-", ""]],
])("options are told from words as everywhere: %j", (args) => {
  expect(tokensOf(args, OPTIONS)).toEqual(expected(args));
});

test("whatever is typed", () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), (args) => {
      expect(tokensOf(args, OPTIONS)).toEqual(expected(args));
    }),
    { numRuns: 2000 },
  );
});

test("of a dash and letters each is an option, whatever it is", () => {
  const names = tokensOf(["-hx-=😀"], OPTIONS).map((token) =>
    token.kind === "option" ? [token.name, token.rawName] : []
  );
  expect(names).toEqual([["help", "-h"], ["x", "-x"], ["-", "--"], ["=", "-="], ["😀", "-😀"]]);
});

test("a name may be empty", () => {
  const [first, second] = tokensOf(["--=x", "--=x=y"], OPTIONS);
  expect(first).toMatchObject({ name: "=x", rawName: "--=x", value: undefined });
  expect(second).toMatchObject({ name: "", rawName: "--", value: "x=y" });
});
