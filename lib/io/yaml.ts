import { library } from "./library.ts";

const { parse } = await library("yaml", () => import("yaml"));

/**
 * A YAML text as plain values; merges count, and of a key that stands twice the last. Throws Error naming line and
 * column.
 */
export function parseYaml(text: string): unknown {
  return parse(text, { logLevel: "error", merge: true, uniqueKeys: false });
}
