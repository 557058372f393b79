import { printable } from "../text/printable.ts";
import type { Verdict } from "./score.ts";

const SHOWN = 5;

/** Why nobody was picked, for one line: of the first few the reason, of the others how many they are. */
export function reasonsOf(verdicts: readonly Verdict[]): string {
  const shown = verdicts.slice(0, SHOWN).map(({ alias, reason }) =>
    `${printable(alias)}: ${printable(reason)}`
  );
  const more = verdicts.length > shown.length ? [`${verdicts.length - shown.length} more`] : [];
  return [...shown, ...more].join("; ");
}
