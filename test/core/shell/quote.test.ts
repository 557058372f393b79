import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { debugQuote, quote, shCommand } from "../../../lib/core/shell/quote.ts";

describe("quote()", () => {
  it.each([
    ["", "''"],
    ["codex", "codex"],
    ["--model=gpt-5.1+x", "--model=gpt-5.1+x"],
    ["/a/b_c:d", "/a/b_c:d"],
    ["a b", "'a b'"],
    ["it's", `'it'"'"'s'`],
    ["a,b", "'a,b'"],
    ["~", "'~'"],
    ["@", "'@'"],
    ["%", "'%'"],
    ["é", "'é'"],
    ["a\nb", "'a\nb'"],
    ["=ls", "'=ls'"],
    ["a:=ls", "'a:=ls'"],
  ])("writes %j as %s", (word, quoted) => expect(quote(word)).toBe(quoted));
});

describe("shCommand()", () => {
  it("is one line for eval", () => {
    expect(shCommand("/h o/.agentlb/sessions/a1", ["codex", "-m", "gpt 5"])).toBe(
      "CODEX_HOME='/h o/.agentlb/sessions/a1' codex -m 'gpt 5'",
    );
  });
  it("quotes a program whose name would be an assignment or grammar, but not an argument", () => {
    expect(shCommand("/h", ["A=b", "A=b"])).toBe("CODEX_HOME=/h 'A=b' A=b");
    expect(shCommand("/h", ["if", "if"])).toBe("CODEX_HOME=/h 'if' if");
  });
});

/** Half surrogate pairs can't leave a process, NUL ends an argument: neither can be in a word. */
const word = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  {
    weight: 3,
    arbitrary: fc.string({
      unit: fc.constantFrom(..."'\"\\$`!\n\t ~=:;&|<>()[]{}*?#^%@+-éab"),
      maxLength: 8,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "-",
      "--",
      "=ls",
      "a:=ls",
      "~",
      "~root",
      "!!",
      "-n",
      "-e",
      "\n",
      "'",
      "é\n",
    ),
  },
).map((text) => text.replaceAll("\0", ""));

const shells = ["dash", "bash", "zsh"].map((shell) => ({
  shell,
  missing: spawnSync(shell, ["-c", ":"]).status !== 0,
}));

describe.each(shells)("what is quoted is read back byte for byte by $shell", ({ shell, missing }) => {
  // Where nobody promised that all shells are there, a missing one is only reported.
  const inShell = it.skipIf(missing && process.env.CI === undefined);
  const run = (script: string) => {
    const { stdout, stderr } = spawnSync(shell, ["-s"], { input: script, maxBuffer: 2 ** 26 });
    expect(stderr.toString()).toBe("");
    return stdout.toString().split("\0").slice(0, -1);
  };

  inShell("in 4,000 words", () => {
    const words = fc.sample(word, { numRuns: 4000, seed: 1 });
    expect(run(words.map((word) => `printf '%s\\0' ${quote(word)}\n`).join(""))).toEqual(words);
  });

  inShell("in 1,000 commands, home and program included", () => {
    // A function stands in for the program, so that thousands of commands need no thousand processes.
    const commands = fc.sample(fc.tuple(word, fc.array(word, { maxLength: 4 })), { numRuns: 1000, seed: 2 });
    const lines = commands.map(([home, args]) => shCommand(home, ["show", ...args]));
    expect(lines.filter((line) => line.includes("\n"))).toEqual([]);
    const script = lines.map((line) => line + "\n").join("");
    const show = `show() { printf '%s\\0' "$CODEX_HOME" "$#" "$@"; }\n`;
    expect(run(show + script)).toEqual(
      commands.flatMap(([home, args]) => [home, String(args.length), ...args]),
    );
  });

  inShell("as the name of a program, even one that looks like grammar", () => {
    const names = [
      "if",
      "time",
      "repeat",
      "coproc",
      "nocorrect",
      "A=b",
      "A+=b",
      "end",
      "function",
      "x y",
      "=ls",
    ];
    for (const name of names) {
      // Not found is the shell's answer to a name that it took for a name.
      const { status } = spawnSync(shell, ["-c", `PATH=/nowhere; ${shCommand("/h", [name])}`]);
      expect([name, status]).toEqual([name, 127]);
    }
  });
});

describe("debugQuote()", () => {
  it.each([
    ["a1", '"a1"'],
    ["", '""'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["it's é \u{1f600}", '"it\'s é \u{1f600}"'],
    ["\t\n\r\0", '"\\t\\n\\r\\0"'],
    ["\x1b[31m\x7f", '"\\u{1b}[31m\\u{7f}"'],
    ["\u202e\u200b\u00a0", '"\\u{202e}\\u{200b}\\u{a0}"'],
    ["e\u0301", '"e\\u{301}"'],
  ])("shows %j as %s", (text, shown) => expect(debugQuote(text)).toBe(shown));
});
