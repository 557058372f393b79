import { printable } from "../text/printable.ts";
import type { Verdict } from "./score.ts";

const SHOWN = 5;

/** The reasons why no session is eligible, on one line: the first few, then the number of the others. */
export function reasonsOf(verdicts: readonly Verdict[]): string {
  const shown = verdicts.slice(0, SHOWN).map(({ alias, reason }) =>
    `${printable(alias)}: ${printable(reason)}`
  );
  const more = verdicts.length > shown.length ? [`${verdicts.length - shown.length} more`] : [];
  return [...shown, ...more].join("; ");
}
