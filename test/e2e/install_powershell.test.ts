import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { completionScript } from "../../lib/core/completion/script.ts";
import { TREE } from "../../rig/codex.ts";

/** What is used of the parser that Visual Studio Code has. */
interface Node {
  readonly type: string;
  readonly isError: boolean;
  readonly isMissing: boolean;
  readonly startPosition: { readonly row: number };
  readonly children: readonly Node[];
}

interface Parser {
  setLanguage(language: unknown): void;
  parse(text: string): { readonly rootNode: Node };
}

const TEXT = readFileSync(join(TREE, "install.ps1"), "utf8");
const LINES = TEXT.split("\n");
let parser: Parser;

beforeAll(async () => {
  const require = createRequire(import.meta.url);
  const main = require.resolve("@vscode/tree-sitter-wasm");
  const { Parser, Language } = require("@vscode/tree-sitter-wasm");
  await Parser.init();
  parser = new Parser();
  parser.setLanguage(await Language.load(join(dirname(main), "tree-sitter-powershell.wasm")));
});

/** The lines at which a text is no PowerShell. */
function errorsIn(text: string): number[] {
  const found: number[] = [];
  const walk = (node: Node) => {
    if (node.isError || node.isMissing) found.push(node.startPosition.row + 1);
    node.children.forEach(walk);
  };
  walk(parser.parse(text).rootNode);
  return found;
}

/** What Windows PowerShell 5.1 can't read, though PowerShell 7 can. */
function newerIn(text: string): string[] {
  return text.match(/&&|\|\||\?\?|\?\.\w|\$\w+ \? |-Parallel\b|\bclean \{/g) ?? [];
}

describe("the completions for PowerShell", () => {
  test.each(["agentlb", "cap", "clb"] as const)(
    "of %s are PowerShell, also for Windows PowerShell 5.1",
    (program) => {
      const text = completionScript("powershell", program);
      expect(text).toContain(`-CommandName '${program}'`);
      expect(errorsIn(text)).toEqual([]);
      expect(newerIn(text)).toEqual([]);
      expect(text).toMatch(/^[\n -~]+$/);
      expect(errorsIn(text.replace("param(", "param((")).length).toBeGreaterThan(0);
    },
  );
});

describe("install.ps1, which nothing here can run,", () => {
  test("says which lines of $PROFILE complete its programs", () => {
    expect(TEXT).toContain("add to $PROFILE:'");
  });

  test("is PowerShell as far as its grammar tells", () => {
    expect(errorsIn(TEXT)).toEqual([]);
  });

  test("would be told from what isn't", () => {
    const planted = [
      [
        "a brace that is not closed",
        TEXT.replace("    finally {\n      $key.Close()\n    }\n", "    finally {\n"),
      ],
      ["a bracket too many", TEXT.replace("TrimEnd('/')", "TrimEnd('/'))")],
      ["a string that doesn't end", TEXT.replace("'unpacked')", "'unpacked)")],
      ["a keyword without its block", TEXT.replace("catch {", "catch")],
      ["a half", TEXT.slice(0, TEXT.length / 2)],
    ] as const;
    for (const [fault, text] of planted) {
      expect(text).not.toBe(TEXT);
      expect([fault, errorsIn(text).length > 0]).toEqual([fault, true]);
    }
  });

  test("has nothing that only newer PowerShells read", () => {
    expect(newerIn("$a = $b ? 1 : 2; $c ?? 1; x && y")).toHaveLength(3);
    expect(newerIn(TEXT)).toEqual([]);
    // Without a mark at its beginning, it is read there as the code page of the machine.
    expect(LINES.filter((line) => /[^\x20-\x7e]/.test(line))).toEqual([]);
  });

  test("describes every parameter that it has", () => {
    const block = /^param\(\n([^]*?)^\)/m.exec(TEXT)?.[1] ?? "";
    const parameters = [...block.matchAll(/\$(\w+)/g)].map(([, name]) => name);
    const described = [...TEXT.matchAll(/^\.PARAMETER (\w+)$/gm)].map(([, name]) => name);
    expect(parameters.length).toBeGreaterThan(8);
    expect(described).toEqual(parameters);
  });

  test("takes what install.sh takes", () => {
    const words = (text: string, pattern: RegExp) =>
      [...text.matchAll(pattern)].map(([, name = ""]) => name.replace("-", "").toLowerCase()).sort();
    const sh = words(readFileSync(join(TREE, "install.sh"), "utf8"), /^ {2}--([\w-]+) /gm);
    const ps1 = words(TEXT, /^\.PARAMETER (\w+)$/gm);
    expect(ps1.filter((name) => name !== "nopath")).toEqual(sh);
  });
});
