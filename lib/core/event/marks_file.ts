import { objectOf, recordOf, renderLines } from "../text/json.ts";
import { sortByBytes } from "../text/byte_order.ts";
import type { Mark } from "./marks.ts";

/** What was told of all sessions, and the lines that may not be in the file of events yet. */
export interface Told {
  readonly marks: ReadonlyMap<string, Mark>;
  readonly pending: readonly string[];
}

/** The text of state/event-marks.json. */
export function renderTold({ marks, pending }: Told): string {
  const aliases = Object.fromEntries(
    sortByBytes([...marks.keys()]).map((alias) => [alias, marks.get(alias)]),
  );
  return `${renderLines([["v", 1], ["aliases", aliases], ["pending", pending]])}\n`;
}

/** Parses state/event-marks.json; values of a wrong type are left out. Throws Error unless it is a JSON object. */
export function parseTold(text: string): Told {
  const file = objectOf(JSON.parse(text));
  if (file === undefined) throw new Error("not an object");
  const pending = file.get("pending");
  return {
    marks: new Map(
      Array.from(objectOf(file.get("aliases")) ?? [], ([alias, value]) => [alias, markIn(value)]),
    ),
    pending: Array.isArray(pending) ? pending.filter((line) => typeof line === "string") : [],
  };
}

function markIn(value: unknown): Mark {
  const fields = recordOf(value) ?? {};
  const mark: { -readonly [K in keyof Mark]: Mark[K] } = {};
  if (typeof fields.account === "string") mark.account = fields.account;
  for (const name of ["exhausted", "short", "long", "crashLoop"] as const) {
    const ms = fields[name];
    if (typeof ms === "number" && Number.isFinite(ms)) mark[name] = ms;
  }
  if (fields.isLoginDead === true) mark.isLoginDead = true;
  return mark;
}
