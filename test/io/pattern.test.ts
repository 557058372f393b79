import { afterEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_ALIAS_PATTERN } from "../../lib/core/session/alias.ts";
import { compilePattern } from "../../lib/io/pattern.ts";

async function matcher(pattern: string): Promise<(text: string) => boolean> {
  const compiled = await compilePattern(pattern, DEFAULT_ALIAS_PATTERN);
  if ("problem" in compiled) throw new Error(compiled.problem);
  return compiled.matches;
}

afterEach(() => {
  vi.doUnmock("re2js");
  vi.resetModules();
});

describe("an alias pattern", () => {
  it.each([
    ["a", "a", true],
    ["a", "x/../../y a", false],
    ["a", "ab", false],
    ["a|bc", "bc", true],
    ["a|bc", "abc", false],
    ["^a", "ab", false],
    ["a$", "ba", false],
    ["^[a-z]+$", "work", true],
    ["[a-z]+", "work\n", false],
    ["^[a-z]+$", "work\n", false],
    ["(?i)WORK", "work", true],
    [".*", "é \u{1f600}", true],
    [".", "\u{1f600}", true],
    [".*", "a\nb", false],
    ["\\p{Greek}+", "αβγ", true],
  ])("%s matches %j as a whole: %s", async (pattern, text, matches) => {
    expect((await matcher(pattern))(text)).toBe(matches);
  });

  it("takes time that grows with the text only, so that no pattern can hang a command", async () => {
    const hanging = await matcher("(a+)+b|(a|a)*c|(.*)*d");
    expect(hanging("a".repeat(2000))).toBe(false);
  });

  it.each(["(", "[z-a]", "a{2,1}", "(?=a)", "\\1", "*"])("that is none is told so: %s", async (pattern) => {
    const compiled = await compilePattern(pattern, DEFAULT_ALIAS_PATTERN);
    expect("problem" in compiled && compiled.problem).toMatch(/\S/);
  });

  it("by default means the same on both engines", async () => {
    const [own, theirs] = [await matcher(DEFAULT_ALIAS_PATTERN), await matcher(`${DEFAULT_ALIAS_PATTERN}|`)];
    for (
      const text of ["a1", "A.b-c_d", "9", "-a", ".a", "a b", "a\n", "é", "a".repeat(64), "a".repeat(65)]
    ) {
      expect([text, own(text)]).toEqual([text, theirs(text)]);
    }
  });

  it("by default loads no library", async () => {
    vi.doMock("re2js", () => {
      throw new Error("loaded");
    });
    const { compilePattern } = await import("../../lib/io/pattern.ts");
    expect(await compilePattern(DEFAULT_ALIAS_PATTERN, DEFAULT_ALIAS_PATTERN)).toHaveProperty("matches");
    await expect(compilePattern("a", DEFAULT_ALIAS_PATTERN)).rejects.toThrow();
  });
});
