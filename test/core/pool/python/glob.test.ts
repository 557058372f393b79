import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAuthFiles } from "../../../../lib/app/pool/pick/auth_files.ts";
import { parseGlob } from "../../../../lib/core/pool/python/glob.ts";
import { describeWith } from "../../../../rig/tools.ts";
import { askPython } from "./with_python.ts";

let dir: string;
const FILES = [
  "a",
  "b.json",
  ".hidden",
  "A",
  "a b",
  "[x]",
  "x[",
  "]",
  "-",
  "!",
  "^",
  "é.json",
  "😀",
  "a.b/x",
  "a/b/c.json",
  "sub/d.json",
  "sub/.e",
  "sub/deep/f.json",
  "sub/deep/a",
  "z\\",
  "*",
  "?",
  "a*b",
  "zz.jsonx",
]
  .filter((name) => name !== "a" && name !== "a/b/c.json");

beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-glob-")));
  for (const name of FILES) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), "{}");
  }
  symlinkSync("b.json", join(dir, "link.json"));
  symlinkSync("nowhere", join(dir, "dangling"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const piece = fc.constantFrom(
  "*",
  "?",
  "a",
  "b",
  ".",
  "json",
  "[",
  "]",
  "[a-c]",
  "[!a]",
  "[^a]",
  "[]a]",
  "[!]a]",
  "[z-a]",
  "[a-]",
  "[-a]",
  "[",
  "!",
  "^",
  "-",
  "é",
  "😀",
  "\\",
  "[ab",
  "[*]",
  "[?]",
  "[[]",
  "[a-bx-z]",
  "[b-a-c]",
  "x",
);
const level = fc.oneof(
  { weight: 5, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.constantFrom("**", "sub", "deep", ".", "") },
);
const pattern = fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => levels.join("/"))
  .filter((text) =>
    !/^\/|\/$|(^|\/)\.\.(\/|$)/.test(text) && text.split("/").some((name) => name !== "" && name !== ".") &&
    text.split("/").every((name) => name === "**" || !name.includes("**"))
  );

describeWith(["python3"], "as pathlib has it", () => {
  test("a pattern names these files", () => {
    const patterns = [
      "*",
      "**/*",
      "*.json",
      "**/*.json",
      "**",
      "sub/*",
      "*/*",
      "[[]x]",
      "**/deep/**/a",
      ...fc.sample(pattern, { numRuns: 1500, seed: 6 }),
    ];
    const script = `from pathlib import Path
d = Path(cases["dir"])
answers = [sorted({str(p.resolve()) for p in d.glob(g) if p.is_file()}) for g in cases["patterns"]]`;
    const python = askPython<string[][]>(script, { dir, patterns });
    patterns.forEach((text, at) => expect(listAuthFiles(dir, text), text).toEqual(python[at]));
  });
});

describe("a pattern", () => {
  test.each([
    ["/x", "absolute"],
    ["../x", "leaves"],
    ["a/../b", "leaves"],
    [".", "nothing"],
    ["", "nothing"],
    ["a/", "directories only"],
    ["a**", "whole level"],
  ])("%j is refused with its reason", (text, reason) => {
    expect(() => parseGlob(text)).toThrow(reason);
    expect(() => parseGlob(text.replaceAll("/", "\\"), "\\")).toThrow(reason);
    expect(() => listAuthFiles(dir, text)).toThrow(`❌ cannot use the glob '${text}': `);
  });

  test("names its levels with backslashes too where those separate names", () => {
    expect(parseGlob("a\\b\\c/d", "\\")).toEqual(parseGlob("a/b/c/d"));
    expect(parseGlob("a\\b")).toEqual([{ literal: "a\\b" }]);
    expect(() => parseGlob("C:\\x", "\\")).toThrow("absolute");
  });

  test("with many stars is matched in no time", () => {
    const began = performance.now();
    writeFileSync(join(dir, "a".repeat(250)), "{}");
    listAuthFiles(dir, `${"*a".repeat(60)}b`);
    rmSync(join(dir, "a".repeat(250)));
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
