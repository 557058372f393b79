import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { TREE } from "../../../rig/codex.ts";

/** The texts of all files below a folder of the tree whose names end so; bytes that are no UTF-8 are replaced. */
export function textsBelow(folder: string, ending: string): string[] {
  return readdirSync(join(TREE, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

/** Texts of any kind, and JSON of any kind: the same ones every time. */
export const ANY_TEXTS: readonly string[] = [
  ...fc.sample(fc.string({ unit: "binary", maxLength: 60 }), { numRuns: 60, seed: 1 }),
  ...fc.sample(fc.string({ unit: "grapheme", maxLength: 40 }), { numRuns: 40, seed: 2 }),
];
export const ANY_JSON: readonly string[] = fc.sample(fc.json({ maxDepth: 5 }), { numRuns: 100, seed: 3 });

/** The quoted words and the numbers of some JSON: what a grammar of the format would be made of. */
export function piecesOfJson(texts: readonly string[]): string[] {
  const found = texts.flatMap((text) => text.slice(0, 20_000).match(/"(?:[^"\\]|\\.){1,60}":?|-?\d+/g) ?? []);
  return [...new Set(found)].slice(0, 400);
}
