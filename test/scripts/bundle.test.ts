import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { standalone } from "../../scripts/bundle.ts";

const MODULE = `import fs, { readFileSync as read } from "node:fs";
import * as path from "node:path";
import process2 from "node:process";
  letter = /^[\\p{L}--[a-z]]$/v;
console.log(JSON.stringify([
  typeof fs.statSync, read(path.join(path.sep, "dev", "null")).length, process2.argv.length, import.meta.url, letter.test("A"),
]));
`;

test("a bundle becomes a script that is valid in modules of either kind, and knows where it is", () => {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const text = standalone(MODULE.replace("  letter", "let letter;\n  letter"));
  for (const kind of ["module", "commonjs"]) {
    const place = join(folder, kind);
    mkdirSync(place);
    writeFileSync(join(place, "package.json"), JSON.stringify({ type: kind }));
    writeFileSync(join(place, "a b.js"), text);
    const { stdout, stderr } = spawnSync("node", [join(place, "a b.js")], { encoding: "utf8" });
    expect(JSON.parse(stdout || "[]"), stderr).toEqual([
      "function",
      0,
      2,
      expect.stringMatching(new RegExp(`^file:.*/${kind}/a%20b\\.js$`)),
      true,
    ]);
  }
});

test.each([
  "export { a };\n",
  'import a from "node:fs" with { type: "json" };\n',
  "console.log(import.meta.dirname);\n",
  "await start();\n",
])("what only modules of one kind may have is not let through: %j", (line) => {
  expect(() => standalone(`const a = 1;\n${line}`)).toThrow(
    "a bundle has what only modules of one kind may have",
  );
});
