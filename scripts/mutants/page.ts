import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TREE } from "../../rig/codex.ts";
import { machine } from "../machine.ts";
import { EQUIVALENTS } from "./equivalent.ts";
import { type Score, tableOf } from "./score.ts";

const PAGE = join(TREE, "docs/mutants.md");
const BEGIN = "<!-- table -->\n";
const END = "<!-- end of table -->\n";
const PACKAGES = { vitest: "vitest", Stryker: "@stryker-mutator/core" };

/** Puts the table of a run into the page, with the machine, the versions and the changes that make no difference. */
export function writePage(scores: readonly Score[]): void {
  const text = readFileSync(PAGE, "utf8");
  const [before] = text.split(BEGIN);
  const [, after] = text.split(END);
  const table = `${machine(PACKAGES)}\n\n${tableOf(scores)}\n${equivalents()}`;
  writeFileSync(PAGE, `${before}${BEGIN}\n${table}${END}${after}`);
}

function equivalents(): string {
  if (EQUIVALENTS.length === 0) return "";
  const code = (text: string) => `\`${text.replaceAll("|", "\\|")}\``;
  const rows = EQUIVALENTS.map(({ file, from, to, why }) => [`\`${file}\``, code(from), code(to), why]);
  const head = ["File", "Code", "Changed to", "Why it makes no difference"];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |\n`).join("") + "\n";
}
