import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitWords } from "../../../lib/core/shell/split_words.ts";

describe("splitWords()", () => {
  it.each<[string, string[]]>([
    ["", []],
    [" \t\n ", []],
    ["codex", ["codex"]],
    ["codex --model 'gpt 5'", ["codex", "--model", "gpt 5"]],
    ['codex --model "gpt 5"', ["codex", "--model", "gpt 5"]],
    ["a\nb\tc  d", ["a", "b", "c", "d"]],
    ["a'b'\"c\"d", ["abcd"]],
    ["'' \"\"", ["", ""]],
    ["a\\ b \\' \\\\ \\\"", ["a b", "'", "\\", '"']],
    ["a\\\nb", ["ab"]],
    ["\\\n", []],
    ["'a\\b'", ["a\\b"]],
    ['"a\\b \\$ \\` \\" \\\\ \\n"', ['a\\b $ ` " \\ \\n']],
    ['"a\\\nb"', ["ab"]],
    ["'a\nb'", ["a\nb"]],
    ["$HOME `x` *? ~ #no ; | & > <( )", ["$HOME", "`x`", "*?", "~", "#no", ";", "|", "&", ">", "<(", ")"]],
    ["end\\", ["end\\"]],
    ["é \u{1f600}\u00a0x", ["é", "\u{1f600}\u00a0x"]],
  ])("splits %j", (text, words) => expect(splitWords(text, "linux")).toEqual({ words }));

  it.each<[string, string]>([
    ["a 'b", "the quote ' at character 3 is never closed"],
    ['"', 'the quote " at character 1 is never closed'],
    ['"a\\"', 'the quote " at character 1 is never closed'],
    ['"a\\', 'the quote " at character 1 is never closed'],
  ])(
    "tells which quote in %j never closes",
    (text, problem) => expect(splitWords(text, "linux")).toEqual({ problem }),
  );

  it.each<[string, string[]]>([
    ["C:\\Users\\me\\codex.exe -m x", ["C:\\Users\\me\\codex.exe", "-m", "x"]],
    ['"C:\\Program Files\\codex.exe" \'a b\' "c\\"', ["C:\\Program Files\\codex.exe", "a b", "c\\"]],
    ["a\\ b", ["a\\", "b"]],
    ["end\\", ["end\\"]],
  ])("splits %j on Windows, where a backslash is one", (text, words) => {
    expect(splitWords(text, "win32")).toEqual({ words });
  });

  it("agrees with sh on all that sh neither expands nor takes for an operator", () => {
    // A newline outside of quotes ends sh's command, so it is left out here.
    const texts = fc.sample(fc.string({ unit: fc.constantFrom("a", "é", " ", "\t", "'", '"', "\\", "=") }), {
      numRuns: 1000,
      seed: 1,
    }).filter((text) => "words" in splitWords(text, "linux") && !/\\$/.test(text));
    expect(texts.length).toBeGreaterThan(300);
    // "set --" takes even a first word that looks like an assignment.
    const script = texts.map((text) => `set -- ${text}\nprintf '%s\\0' "$#" "$@"\n`).join("");
    const { stdout } = spawnSync("sh", ["-s"], { input: script, encoding: "utf8" });
    const expected = texts.flatMap((text) => {
      const split = splitWords(text, "linux");
      return "words" in split ? [String(split.words.length), ...split.words] : [];
    });
    expect(stdout.split("\0").slice(0, -1)).toEqual(expected);
  });
});
