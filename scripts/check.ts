/** Format, lint, documentation and types, offline, one line per step: `npm run check`. Run with Bun. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DENO } from "./tool_path.ts";

const TREE = fileURLToPath(new URL("..", import.meta.url));
const TSC = join(TREE, "node_modules/typescript/bin/tsc");
const ENTRIES = ["cli.ts", "mod.ts"].filter((path) => existsSync(join(TREE, path)));

const STEPS: readonly (readonly [name: string, file: string, ...args: string[]])[] = [
  ["format", DENO, "fmt", "--check", "--quiet"],
  ["lint", DENO, "lint", "--quiet"],
  ["documentation of the library", DENO, "doc", "--lint", "--quiet", "mod.ts"],
  ["types", "node", TSC, "--noEmit"],
  ["types as Deno sees them", DENO, "check", "--quiet", "--node-modules-dir=manual", ...ENTRIES],
];

let failed = 0;
for (const [name, file, ...args] of STEPS) {
  const began = Date.now();
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: TREE, encoding: "utf8" });
  const isGood = status === 0;
  if (!isGood) {
    failed++;
    console.log(`${stdout ?? ""}${stderr ?? ""}${error === undefined ? "" : error.message}`.trim());
  }
  console.log(`${isGood ? "ok    " : "FAILED"} ${name}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
process.exitCode = failed === 0 ? 0 : 1;
