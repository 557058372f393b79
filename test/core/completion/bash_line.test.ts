import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBashLine } from "../../../lib/core/completion/bash_line.ts";
import { quoteForBash } from "../../../lib/core/completion/bash_quote.ts";
import { describeWith } from "../../../rig/tools.ts";

const BREAKS = " \t\n\"'@><=;|&(:";

describe("a command line of bash is read up to the cursor:", () => {
  test.each([
    ["agentlb new w", ["agentlb", "new"], "w", ""],
    ["agentlb new ", ["agentlb", "new"], "", ""],
    ["A=1 B=2 agentlb  new\tw", ["agentlb", "new"], "w", ""],
    ["cd x && agentlb new w", ["agentlb", "new"], "w", ""],
    ["(agentlb new w", ["agentlb", "new"], "w", ""],
    ["agentlb new 2>file w", ["agentlb", "new"], "w", ""],
    ["agentlb new me@ex", ["agentlb", "new"], "me@ex", "me"],
    ["agentlb --policy=sc", ["agentlb"], "--policy=sc", "--policy="],
    ["agentlb new a\\ b", ["agentlb", "new"], "a b", ""],
    ["agentlb 'a b' c\"d e\"f", ["agentlb", "a b"], "cd ef", ""],
    ["agentlb x$'a\\nb\\'c' d", ["agentlb", "xa\nb'c"], "d", ""],
    ["agentlb '' ", ["agentlb", ""], "", ""],
  ])("%j", (line, before, current, kept) => {
    expect(readBashLine(line, BREAKS)).toEqual({ before, current, kept, quote: "" });
  });

  test.each([
    ["agentlb new 'a b", "a b", "", "'"],
    ['agentlb new --x="a=b', "--x=a=b", "--x=", '"'],
    ['agentlb new "a \\" \\x', 'a " \\x', "", '"'],
    ["agentlb new $'a\\tb", "a\tb", "", "$'"],
  ])("with an open quote: %j", (line, current, kept, quote) => {
    expect(readBashLine(line, BREAKS)).toMatchObject({ current, kept, quote });
  });
});

const texts = fc.string({ unit: fc.constantFrom(..."ab 'é\"$`\\!\n#~*?[]{}();&|<>=:@,%^-\u{1f389}") });

test("what is quoted is read back as it was, in every quote", () => {
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom("" as const, "'" as const, '"' as const, "$'" as const),
      (text, quote) => {
        const inserted = quoteForBash(text, quote);
        const end = quote === "" || (inserted !== "" && inserted.endsWith(quote.at(-1)!))
          ? ""
          : quote.at(-1)!;
        const line = `show x${quote}${inserted}${end} `;
        expect(readBashLine(line, BREAKS).before).toEqual(["show", `x${text}`]);
      },
    ),
  );
});

describeWith(["bash"], "bash itself", () => {
  test("reads back what is quoted for it, and runs nothing", () => {
    const samples = fc.sample(texts, { numRuns: 300, seed: 7 });
    const lines = samples.flatMap((text) =>
      (["", "'", '"', "$'"] as const).map((quote) => {
        const inserted = quoteForBash(text, quote);
        const end = quote === "" || (inserted !== "" && inserted.endsWith(quote.at(-1)!))
          ? ""
          : quote.at(-1)!;
        return [text, `printf '%s\\0' x${quote}${inserted}${end}`] as const;
      })
    );
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", lines.map(([, line]) => line).join("\n")], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout.split("\0").slice(0, -1)).toEqual(lines.map(([text]) => `x${text}`));
  });
});
