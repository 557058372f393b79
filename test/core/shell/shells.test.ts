import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { powershellCommand } from "../../../lib/core/shell/quote_powershell.ts";
import { printedCommand, type Shell, usualShell } from "../../../lib/core/shell/quote.ts";
import { describeWith } from "../../../rig/tools.ts";
import { argumentsOf, legacyLine, literalsOf } from "./powershell.ts";

/** What a shell could take for something else; NUL ends an argument, so it is in none. */
const word = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  {
    weight: 3,
    arbitrary: fc.string({
      unit: fc.constantFrom(..."'\"\\$`!\n\r\t ~=:;&|<>()[]{}*?#^%@+-éab‘’“\u{1f600}\u00a0"),
      maxLength: 8,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "-",
      "--",
      "--%",
      "-n",
      "=ls",
      "~root",
      "!!",
      "\n",
      "\\\n",
      "a\\",
      'a\\"',
      "$(id)",
      "%self",
    ),
  },
).map((text) => text.replaceAll("\0", ""));
const commands = fc.tuple(word, fc.array(word, { maxLength: 12 }));

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-shells-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A program, whose own name needs quotes, that prints its home and its arguments as one line of JSON. */
function showing(dir: string): string {
  const path = join(dir, 'it\'s "$x" é');
  const lines = ["#!/usr/bin/python3 -IS", "import json, os, sys"];
  writeFileSync(
    path,
    [...lines, 'print(json.dumps([os.environ["CODEX_HOME"], *sys.argv[1:]]))', ""].join("\n"),
  );
  chmodSync(path, 0o755);
  return path;
}

/** Each shell, how it is started with a script, and how its users run what a command printed into a file. */
const READERS: readonly (readonly [name: string, shell: Shell, words: readonly string[], script: string])[] =
  [
    ["dash", "sh", ["dash", "-c"], 'for f in "$@"; do eval "$(cat "$f")"; done'],
    ["bash", "sh", ["bash", "--norc", "-c"], 'for f in "$@"; do eval "$(cat "$f")"; done'],
    ["zsh", "sh", ["zsh", "-fc"], 'for f in "$@"; do eval "$(cat "$f")"; done'],
    ["busybox", "sh", ["busybox", "sh", "-c"], 'for f in "$@"; do eval "$(cat "$f")"; done'],
    ["fish", "fish", ["fish", "--no-config", "-c"], "for f in $argv; eval (cat $f); end"],
    ["fish", "fish", ["fish", "--no-config", "-c"], "for f in $argv; cat $f | source; end"],
  ];

for (const [name, shell, [file = "", ...before], script] of READERS) {
  describeWith([name, "python3"], `a command printed for ${shell}, run by ${name} as: ${script}`, () => {
    it("starts the right program with every word, byte for byte", async () => {
      const dir = folder();
      const program = showing(dir);
      const sample = fc.sample(commands, { numRuns: 60, seed: 3 });
      const files = await Promise.all(sample.map(async ([home, args], n) => {
        const path = join(dir, String(n));
        writeFileSync(path, `${await printedCommand(shell, home, [program, ...args])}\n`);
        return path;
      }));
      // Other shells than fish have a word between the script and its arguments.
      const words = [...before, script, ...(shell === "fish" ? [] : [name]), ...files];
      const { stdout, stderr } = spawnSync(file, words, {
        encoding: "utf8",
        env: { PATH: process.env.PATH },
      });
      expect(stderr).toBe("");
      expect(stdout.trim().split("\n").map((line) => JSON.parse(line))).toEqual(
        sample.map(([home, args]) => [home, ...args]),
      );
    });
  });
}

describe("a command printed for fish", () => {
  it("is one line, whatever the words hold", async () => {
    expect(await printedCommand("fish", "/h", ["codex", "a\nb", "it's", "\\"])).toBe(
      "CODEX_HOME=/h codex 'a'\\n'b' 'it\\'s' '\\\\'",
    );
  });

  describeWith(["fish"], "and fish", () => {
    it.each(["if", "time", "and", "not", "!", "end", "command", "A=b", "x y"])(
      "takes %j for the name of a program",
      async (name) => {
        const line = await printedCommand("fish", "/h", [name]);
        const { status } = spawnSync("fish", ["--no-config", "-c", `set PATH /nowhere; ${line}`]);
        expect(status).toBe(127); // not found is its answer to a name
      },
    );
  });
});

describe("a command printed for PowerShell", () => {
  it("is one line that leaves CODEX_HOME as it was", () => {
    expect(powershellCommand("C:\\Users\\me\\.agentlb\\sessions\\a", ["codex", "exec", "a b"])).toBe(
      "& { $PSNativeCommandArgumentPassing = 'Legacy'; $before = $env:CODEX_HOME; " +
        "$env:CODEX_HOME = 'C:\\Users\\me\\.agentlb\\sessions\\a'; " +
        "try { & 'codex' 'exec' '\"a b\"' } finally { $env:CODEX_HOME = $before } }",
    );
  });

  it.each([
    // Words without blanks and quotes are themselves on a command line (Parsing C command-line arguments).
    ["plain", "'plain'"],
    ["a\\b\\", "'a\\b\\'"],
    ["$x`n;&|", "'$x`n;&|'"],
    ["--%", "'--%'"],
    // A quote in a single-quoted string is written twice (about_Quoting_Rules).
    ["it's", "'it''s'"],
    // An empty argument would be dropped: it comes as a pair of quotes (about_Parsing).
    ["", "'\"\"'"],
    // Backslashes count before a double quote only, and the closing one is such (Parsing C command-line arguments).
    ['say "hi"', `'"say \\"hi\\""'`],
    ["a b\\", `'"a b\\\\"'`],
    ['a\\"b', `'"a\\\\\\"b"'`],
    // Curly quotes are quotes to PowerShell (about_Quoting_Rules), and no code page has all of Unicode.
    ["‘’", `('"' + [char]8216 + [char]8217 + '"')`],
    ["é", `('"' + [char]233 + '"')`],
    ["a\nb", `('"a' + [char]10 + 'b"')`],
    ["\u{1f600}", `('"' + [char]55357 + [char]56832 + '"')`],
  ])("writes the argument %j as %s", (word, written) => {
    expect(powershellCommand("C:\\h", ["codex", word])).toContain(`try { & 'codex' ${written} } finally`);
  });

  it.each([["C:\\Users\\René", "('C:\\Users\\Ren' + [char]233)"], ["é", "('' + [char]233)"]])(
    "writes the home %s as %s",
    (home, written) => {
      expect(powershellCommand(home, ["codex"])).toContain(`$env:CODEX_HOME = ${written};`);
    },
  );

  it("is printable ASCII, and by its rules gives every word back", () => {
    fc.assert(
      fc.property(commands, ([home, args]) => {
        const line = powershellCommand(home, ["codex", ...args]);
        expect(line).toMatch(/^[ -~]+$/);
        const [mode, where, name, ...given] = literalsOf(line);
        expect([mode, where, name]).toEqual(["Legacy", home, "codex"]);
        for (const edition of ["5.1", "7"] as const) {
          expect(argumentsOf(legacyLine(given, edition))).toEqual(args);
        }
      }),
      { numRuns: 2000, seed: 4 },
    );
  });

  it("whose arguments were not quoted for programs would not be given back", () => {
    expect(argumentsOf(legacyLine(['a "b" c'], "7"))).toEqual(["a b c"]);
    expect(argumentsOf(legacyLine([""], "7"))).toEqual([]);
    expect(argumentsOf(legacyLine(["a b\\"], "5.1"))).toEqual(['a b"']);
  });
});

it.each([["win32", "powershell"], ["linux", "sh"], ["darwin", "sh"]])(
  "on %s it is %s's",
  (platform, shell) => {
    expect(usualShell(platform)).toBe(shell);
  },
);
