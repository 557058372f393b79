import { library } from "./library.ts";

const { parse } = await library("yaml", () => import("yaml"));

/**
 * Parses a YAML text to plain values; merges are applied, and of duplicate keys the last wins. Throws Error naming line
 * and column.
 */
export function parseYaml(text: string): unknown {
  return parse(text, { logLevel: "error", merge: true, uniqueKeys: false });
}
