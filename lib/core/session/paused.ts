import { objectOf, renderObject } from "../text/json.ts";
import { byteOrder } from "../text/byte_order.ts";

/** The aliases in state/paused.json. Throws Error unless it is a JSON object. */
export function parsePaused(text: string): ReadonlySet<string> {
  const file = objectOf(JSON.parse(text));
  if (file === undefined) throw new Error("not an object");
  const aliases = file.get("aliases");
  return new Set(Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === "string") : []);
}

export function renderPaused(aliases: Iterable<string>): string {
  return `${renderObject([["v", 1], ["aliases", [...aliases].sort(byteOrder)]])}\n`;
}
