import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TREE } from "../../rig/codex.ts";
import { machine } from "../machine.ts";
import { type DoneRow, tableOf } from "./row.ts";

const PAGE = join(TREE, "docs/torture.md");
const BEGIN = "<!-- table -->\n";
const END = "<!-- end of table -->\n";
const PACKAGES = { Deno: "deno", Bun: "bun", Codex: "@openai/codex" };

/** Puts the table of a run into the page, with the machine and the versions. */
export function writePage(done: readonly DoneRow[]): void {
  const text = readFileSync(PAGE, "utf8");
  const [before] = text.split(BEGIN);
  const [, after] = text.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n${machine(PACKAGES)}\n\n${tableOf(done)}\n${END}${after}`);
}
