import { library } from "./library.ts";

const { parse } = await library("yaml", () => import("yaml"));

/** A YAML text as plain values. Throws Error naming line and column. */
export function parseYaml(text: string): unknown {
  return parse(text, { logLevel: "error" });
}
