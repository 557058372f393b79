import { objectOf, renderObject } from "../text/json.ts";
import type { Mode } from "./policies/scored_candidate.ts";

/** What state/policy.json says; undefined when it says nothing that is known. Throws Error unless it is a JSON object. */
export function parseMode(text: string): Mode | undefined {
  const file = objectOf(JSON.parse(text));
  if (file === undefined) throw new Error("not an object");
  const mode = file.get("mode");
  return mode === "drain" || mode === "balanced" ? mode : undefined;
}

export function renderMode(mode: Mode): string {
  return `${renderObject([["v", 1], ["mode", mode]])}\n`;
}
