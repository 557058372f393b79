import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { TREE } from "../../rig/codex.ts";
import { type DoneRow, tableOf } from "./row.ts";

const PAGE = join(TREE, "docs/torture.md");
const BEGIN = "<!-- table -->\n";
const END = "<!-- end of table -->\n";

/** Puts the table of a run into the page, with the machine and the versions. */
export function writePage(done: readonly DoneRow[]): void {
  const text = readFileSync(PAGE, "utf8");
  const [before] = text.split(BEGIN);
  const [, after] = text.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n${machine()}\n\n${tableOf(done)}\n${END}${after}`);
}

function machine(): string {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(join(TREE, "package.json"), "utf8"),
  );
  const known: Record<string, string> = { ...dependencies, ...devDependencies };
  const node = spawnSync("node", ["--version"], { encoding: "utf8" }).stdout.trim().slice(1);
  const day = new Date().toISOString().slice(0, 10);
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${day}, Linux ${release()}, ${availableParallelism()} cores (${
    cpus()[0]?.model ?? "unknown"
  }), ${gigabytes} GB; ` +
    `Node ${node}, Deno ${known.deno}, Bun ${known.bun}, Codex ${known["@openai/codex"]}.`;
}
