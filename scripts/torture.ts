/**
 * `npm run torture`: tries to break each promise for a long time and prints a table; `npm run torture -- kills pool` for
 * some parts, `--short` as the tests do, `--write` puts the table into docs/torture.md. Builds first. Run with Bun.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TREE } from "../rig/codex.ts";
import { inside, isInside } from "./isolated.ts";
import { ROWS } from "./torture/all.ts";
import { writePage } from "./torture/page.ts";
import { type DoneRow, faultsOf, runRow, tableOf } from "./torture/row.ts";

process.exitCode = isInside() ? await torture(process.argv.slice(2)) : inside(fileURLToPath(import.meta.url));

async function torture(words: readonly string[]): Promise<number> {
  const options = words.filter((word) => word.startsWith("--"));
  const names = words.filter((word) => !word.startsWith("--"));
  const unknown = [
    ...options.filter((option) => !["--short", "--write"].includes(option)),
    ...names.filter((name) => !ROWS.some((row) => row.name === name)),
  ];
  if (unknown.length > 0) {
    console.log(`no such part: ${unknown.join(", ")}; there are ${ROWS.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  if (spawnSync(process.execPath, [join(TREE, "scripts/build.ts")], { stdio: "inherit" }).status !== 0) {
    return 1;
  }
  const done: DoneRow[] = [];
  for (const row of ROWS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`${row.name}: ${row.promise}`);
    const ended = await runRow(row, options.includes("--short") ? "short" : "long");
    for (const [name, value] of Object.entries(ended.figures ?? {})) {
      console.log(`  ${name.padEnd(14)} ${value}`);
    }
    for (const line of faultsOf(ended)) console.log(`FAILED: ${line}`);
    done.push(ended);
  }
  console.log(`\n${tableOf(done)}`);
  if (options.includes("--write")) writePage(done);
  const isBroken = done.some((row) => faultsOf(row).length > 0);
  console.log(isBroken ? "failed" : "ok");
  return isBroken ? 1 : 0;
}
