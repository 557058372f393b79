import { readFileSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { LEAST } from "../lib/core/system/which_program.ts";
import { bun } from "./bun.ts";

/** Bundles a source into one module for Node 20, Deno and Bun; rejects if it needs modules other than Node's own. */
export async function bundle(tree: string, entry: string, script: string): Promise<void> {
  await bun(tree, ["build", "--target=node", entry, `--outfile=${script}`]);
  const foreign = importsOf(readFileSync(join(tree, script), "utf8")).filter((name) =>
    !name.startsWith("node:") && !builtinModules.includes(name)
  );
  if (foreign.length > 0) throw new Error(`${script} imports ${foreign.join(", ")}`);
}

/**
 * The same as a program that reports a too old runtime in one line. It has no import statements, because a missing
 * module would end it on an old runtime before its first line, and is valid in both kinds of modules, whatever a
 * package.json beside it declares.
 */
export async function bundleProgram(tree: string, entry: string, script: string): Promise<void> {
  await bundle(tree, entry, script);
  const path = join(tree, script);
  writeFileSync(
    path,
    `#!/usr/bin/env node\n${standalone(readFileSync(path, "utf8").replace(/^#!.*\n/, ""))}`,
  );
}

const NODE_TAKES_ONLY = LEAST.node.join(" or ");

/** Replacements for the imports of Node's modules and for `import.meta.url`. */
const HEAD = `"use strict";
const builtin = globalThis.process.getBuiltinModule ?? (typeof require === "function" ? require : undefined);
if (builtin === undefined) {
  const [, file = ""] = /([^\\\\/]*)$/.exec(globalThis.process.argv[1] ?? "") ?? [];
  const [name] = /^(?:cap|clb)(?![\\w])/.exec(file) ?? /^(?:cap|clb)$/.exec(globalThis.process.argv[2] ?? "") ?? ["agentlb"];
  console.error(name + ": needs Node ${NODE_TAKES_ONLY}, this is " + globalThis.process.versions.node);
  globalThis.process.exit(1);
}
const __entry = typeof __filename === "string"
  ? builtin("node:url").pathToFileURL(__filename).href
  : /((?:file|https?):\\S+?):\\d+:\\d+\\)?$/m.exec(new Error().stack)?.[1] ?? "";
`;

/** Removes import statements, `import.meta` and syntax that Node 16 rejects. */
export function standalone(text: string): string {
  const taken: string[] = [];
  const rest = text
    .replace(/^import\s+([^"';]+?)\s+from\s+"([^"]+)";?\n/gm, (_, clause: string, name: string) => {
      taken.push(...taking(clause, name));
      return "";
    })
    .replaceAll("import.meta.url", "__entry")
    .replace(/\bprocess\d*\.getBuiltinModule\b/g, "builtin")
    .replace(/\bcreateRequire\(__entry\)/g, "((name) => builtin(name))")
    // Older engines reject this flag.
    .replace(
      /(?<=^\s*\w+ = )\/(.+)\/v;$/gm,
      (_, source: string) => `new RegExp(String.raw\`${source}\`, "v");`,
    );
  const strange = /^(?:import|export)\b.*|\bimport\.meta\b.*|^await\b.*/m.exec(rest);
  if (strange !== null) throw new Error(`a bundle has what only modules of one kind may have: ${strange[0]}`);
  return `${HEAD}${taken.join("\n")}\n${rest}`;
}

/** The clause of an import as declarations. */
function taking(clause: string, name: string): string[] {
  const from = `builtin(${JSON.stringify(name)})`;
  const [, whole, list] = /^(?:(?:\* as )?(\w+))?,?\s*(?:\{([^}]*)\})?$/.exec(clause.trim()) ?? [];
  if (whole === undefined && list === undefined) throw new Error(`not understood: import ${clause}`);
  return [
    ...whole === undefined ? [] : [`const ${whole} = ${from};`],
    ...list === undefined ? [] : [`const {${list.replace(/ as /g, ": ").replace(/\s+/g, " ")}} = ${from};`],
  ];
}

/** The modules that a bundle imports or requires. */
function importsOf(text: string): string[] {
  const found = text.matchAll(
    /^(?:import|export)\b[^"';]*["']([^"']+)["'];?$|\brequire\(["']([^"']+)["']\)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}
