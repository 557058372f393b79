import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bun } from "./bun.ts";
import { bundle } from "./bundle.ts";

/** Builds the library into a tree's `dist`: `js/mod.js`, which needs only Node, and its declarations in `types`. */
export async function buildLibrary(tree: string): Promise<void> {
  await Promise.all([bundle(tree, "mod.ts", "dist/js/mod.js"), declare(tree)]);
}

/** The declarations of `mod.ts`'s exports and of everything that they refer to. */
async function declare(tree: string): Promise<void> {
  const all = mkdtempSync(join(tmpdir(), "agentlb-types-"));
  try {
    const compiler = join(tree, "node_modules/typescript/bin/tsc");
    await bun(tree, [compiler, "-p", "scripts/library.tsconfig.json", "--outDir", all]);
    const types = join(tree, "dist/types");
    rmSync(types, { recursive: true, force: true });
    for (const [path, text] of reachable(all, "mod.d.ts")) {
      mkdirSync(dirname(join(types, path)), { recursive: true });
      writeFileSync(join(types, path), text);
    }
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

const SPECIFIER = /\b(from|import\()\s*"(\.[^"]*)\.ts"/g;

/** A declaration file and its imports, by path. Renames imports of `.ts` sources, which tsc keeps, to `.js`. */
function reachable(folder: string, path: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(path)) return found;
  const text = readFileSync(join(folder, path), "utf8");
  found.set(path, text.replace(SPECIFIER, '$1 "$2.js"').replaceAll('import( "', 'import("'));
  for (const [, , name] of text.matchAll(SPECIFIER)) {
    reachable(folder, join(dirname(path), `${name}.d.ts`), found);
  }
  return found;
}
