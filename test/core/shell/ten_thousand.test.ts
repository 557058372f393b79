import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { printedCommand, type Shell, typed } from "../../../lib/core/shell/quote.ts";
import { describeWith } from "../../../rig/tools.ts";

const COUNT = 10_000;
const AT_ONCE = 250;
const special = fc.constantFrom(..."'\"\\$`!\n\r\t ~=:;&|<>()[]{}*?#^%@+-,éab‘\u{1f600}\u00a0\x1b\x7f");
const piece = fc.oneof(
  special,
  fc.constantFrom("$(id)", "`id`", "-n", "--", "=ls", "~root", "\\\n", "%s", "\\0"),
);
const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.array(piece, { maxLength: 9 }).map((all) => all.join("")),
)
  .map((text) => text.replaceAll("\0", ""));
/** Different words, none of them special by its place: the first is the program's. */
const WORDS = [...new Set(fc.sample(word, { numRuns: 2 * COUNT, seed: 11 }))].slice(0, COUNT);

/** How the users of each shell run what was printed into files. */
const SHELLS: readonly (readonly [name: string, shell: Shell, words: readonly string[], script: string])[] = [
  ["dash", "sh", ["-c"], 'for f in "$@"; do eval "$(cat "$f")"; done'],
  ["bash", "sh", ["--norc", "-c"], 'for f in "$@"; do eval "$(cat "$f")"; done'],
  ["zsh", "sh", ["-fc"], 'for f in "$@"; do eval "$(cat "$f")"; done'],
  ["fish", "fish", ["--no-config", "-c"], "for f in $argv; cat $f | source; end"],
];

function run(
  name: string,
  options: readonly string[],
  script: string,
  commands: readonly string[],
): string[] {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-words-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const files = commands.map((command, nth) => {
    const path = join(dir, String(nth));
    writeFileSync(path, `${command}\n`);
    return path;
  });
  const words = [...options, script, ...(name === "fish" ? [] : [name]), ...files];
  const { stdout, stderr } = spawnSync(name, words, {
    encoding: "utf8",
    env: { PATH: process.env.PATH, LANG: "C.UTF-8" },
    maxBuffer: 1 << 27,
  });
  expect(stderr).toBe("");
  return stdout.split("\0").slice(0, -1);
}

it("the words are ten thousand different ones", () => expect(new Set(WORDS).size).toBe(COUNT));

for (const [name, shell, options, script] of SHELLS) {
  describeWith([name], `${name}, in a printed command`, () => {
    it("gives every word back, byte for byte", async () => {
      const commands: string[] = [];
      for (let at = 0; at < COUNT; at += AT_ONCE) {
        const line = await printedCommand(shell, "/h", [
          "/usr/bin/printf",
          "%s\\0",
          ...WORDS.slice(at, at + AT_ONCE),
        ]);
        expect(line).not.toContain("\n");
        commands.push(line);
      }
      expect(run(name, options, script, commands)).toEqual(WORDS);
    });
  });

  if (shell !== "sh") continue;
  describeWith([name], `${name}, in a command that a message advises`, () => {
    it("takes each word for one word, and nothing in it for its own", () => {
      const commands: string[] = [];
      for (let at = 0; at < COUNT; at += AT_ONCE) {
        commands.push(`/usr/bin/printf '%s\\0' ${WORDS.slice(at, at + AT_ONCE).map(typed).join(" ")}`);
      }
      const back = run(name, options, script, commands);
      expect(back).toHaveLength(COUNT);
      const plain = WORDS.flatMap((each, at) => /^[\x20-\x7e]*$/.test(each) ? [[each, back[at]]] : []);
      expect(plain.length).toBeGreaterThan(1000);
      expect(plain.map(([, found]) => found)).toEqual(plain.map(([each]) => each));
    });
  });
}
