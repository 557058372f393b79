import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Package } from "./bundled.ts";

const RULE = "-".repeat(80);

/**
 * The text of THIRD-PARTY-LICENSES: the licence file of each package, and Bun's own notice, because its runtime is the
 * larger part of a compiled program; scripts go without. Throws when a package brings no licence file.
 */
export function licencesText(tree: string, packages: readonly Package[], bun?: Package): string {
  const parts = packages.map((found) => part(heading(found), licenceOf(tree, found)));
  return [
    "agentlb contains the following software of others.\n",
    ...parts,
    ...bun === undefined
      ? []
      : [part(`${heading(bun)}, the runtime inside the compiled programs`, bunNotice(tree, bun))],
  ].join("\n");
}

function heading({ name, version, license }: Package): string {
  return `${name} ${version} (${license})`;
}

function part(title: string, text: string): string {
  return `${RULE}\n${title}\n${RULE}\n\n${text.replaceAll("\r\n", "\n").trim()}\n`;
}

function licenceOf(tree: string, { name, folder }: Package): string {
  const whole = join(tree, "node_modules", folder);
  const file = readdirSync(whole).sort().find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  if (file === undefined) throw new Error(`${name} brings no licence file`);
  return readFileSync(join(whole, file), "utf8");
}

/** The package of Bun's documentation has it, and that of Bun itself hasn't. */
function bunNotice(tree: string, { version }: Package): string {
  const docs = join(tree, "node_modules/bun-types");
  const { version: told } = JSON.parse(readFileSync(join(docs, "package.json"), "utf8"));
  if (told !== version) throw new Error(`bun-types is ${told}, and Bun is ${version}`);
  return readFileSync(join(docs, "docs/project/license.mdx"), "utf8").replace(/^---\n[^]*?\n---\n/, "");
}
