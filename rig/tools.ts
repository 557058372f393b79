import { describe } from "vitest";
import { toolPath } from "../scripts/tool_path.ts";

export { toolPath };

/** Tells whether all these programs are on PATH. */
export function hasTools(...names: readonly string[]): boolean {
  return names.every((name) => toolPath(name) !== undefined);
}

/** A `describe` that is skipped, with the reason in its name, when a program is missing. */
export function describeWith(tools: readonly string[], name: string, body: () => void): void {
  const missing = tools.filter((tool) => !hasTools(tool));
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} [needs ${missing.join(", ")}]`, body);
}
