import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { bun } from "./bun.ts";

/** Bundles a source into one script for Node 20, Deno and Bun; rejects when that needs anything but Node's own modules. */
export async function bundle(tree: string, entry: string, script: string): Promise<void> {
  await bun(tree, ["build", "--target=node", entry, `--outfile=${script}`]);
  const foreign = importsOf(readFileSync(join(tree, script), "utf8")).filter((name) =>
    !name.startsWith("node:") && !builtinModules.includes(name)
  );
  if (foreign.length > 0) throw new Error(`${script} imports ${foreign.join(", ")}`);
}

/** What the statements of a bundle import or require. */
function importsOf(text: string): string[] {
  const found = text.matchAll(
    /^(?:import|export)\b[^"';]*["']([^"']+)["'];?$|\brequire\(["']([^"']+)["']\)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}
