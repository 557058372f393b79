import { library } from "./library.ts";

const { parse } = await library("yaml", () => import("yaml"));

/** The library recurses; how deep it gets before the stack is full depends on the runtime. */
const DEEPEST = 200;
/** Lines with more dashes, or further indented, than any value less deep needs. */
const DEEP_LINE = /^(?:[ \t]*(?:[-?][ \t]+){201}| {800})/m;

/**
 * Parses a YAML text to plain values; merges are applied, and of duplicate keys the last wins. Throws Error naming line
 * and column.
 */
export function parseYaml(text: string): unknown {
  if (isDeep(text)) throw new Error(`nested more than ${DEEPEST} deep`);
  return parse(text, { logLevel: "error", merge: true, uniqueKeys: false });
}

/** Tells whether a text may be nested too deeply; brackets inside of texts count as well. */
function isDeep(text: string): boolean {
  let open = 0;
  for (const char of text) {
    if (char === "[" || char === "{") open++;
    else if (char === "]" || char === "}") open = Math.max(0, open - 1);
    if (open > DEEPEST) return true;
  }
  return DEEP_LINE.test(text);
}
