import { objectOf, renderObject } from "../text/json.ts";
import type { Mode } from "./policies/scored_candidate.ts";

/** Parses state/policy.json; undefined when the mode is not known. Throws Error unless it is a JSON object. */
export function parseMode(text: string): Mode | undefined {
  const file = objectOf(JSON.parse(text));
  if (file === undefined) throw new Error("not an object");
  const mode = file.get("mode");
  return mode === "drain" || mode === "balanced" ? mode : undefined;
}

/** The text of state/policy.json. */
export function renderMode(mode: Mode): string {
  return `${renderObject([["v", 1], ["mode", mode]])}\n`;
}
