import { gaugesIn } from "../../quota/windows.ts";
import { byteOrder } from "../../text/byte_order.ts";
import { HINDRANCES } from "../hindrance.ts";
import type { Row } from "./report.ts";

/** The orders of `status --sort`. */
export const SORTS = ["left", "alias", "reset", "active"] as const;
export type Sort = typeof SORTS[number];

/** What an order depends on. */
export type Ranked = Pick<Row, "alias" | "verdict" | "figure" | "priority" | "gauges" | "active">;
type Order = (a: Ranked, b: Ranked) => number;

/** The rows in an order: most left, alias, soonest reset or most active first; without one the best first. */
export function sortRows<Kind extends Ranked>(
  rows: readonly Kind[],
  selected: string | undefined,
  sort?: Sort,
): Kind[] {
  const best: Order = (a, b) => byMerit(a, b, selected) || byteOrder(a.alias, b.alias);
  const orders: Readonly<Record<Sort, Order>> = {
    left: (a, b) => falling(leastLeft(a), leastLeft(b)) || best(a, b),
    alias: (a, b) => byteOrder(a.alias, b.alias),
    reset: (a, b) => rising(nextReset(a), nextReset(b)) || best(a, b),
    active: (a, b) => b.active - a.active || best(a, b),
  };
  return [...rows].sort(sort === undefined ? best : orders[sort]);
}

/** The picked one, then in the order in which they would be picked; then what ends by itself, then what does not. */
function byMerit(a: Ranked, b: Ranked, selected: string | undefined): number {
  return Number(b.alias === selected) - Number(a.alias === selected) ||
    rising(classOf(a), classOf(b)) ||
    (a.verdict.eligible ? b.priority - a.priority : 0) ||
    falling(a.figure, b.figure) ||
    falling(scoreOf(a), scoreOf(b)) ||
    rising(backMs(a), backMs(b)) ||
    b.verdict.usage - a.verdict.usage;
}

function classOf({ verdict }: Ranked): number {
  if (verdict.eligible) {
    return Number(verdict.isPaid ?? false) * 2 + Number(verdict.reason !== "eligible") - 10;
  }
  return verdict.kind === "missing" ? 1000 : HINDRANCES[verdict.kind].fallbackOrder;
}

function scoreOf({ verdict }: Ranked): number | undefined {
  return verdict.eligible ? verdict.score : undefined;
}

function backMs({ verdict }: Ranked): number | undefined {
  return verdict.eligible ? undefined : verdict.comesBackMs;
}

/** Percent left of the window that has the least. */
function leastLeft({ gauges }: Ranked): number | undefined {
  const all = gaugesIn(gauges).map(({ left }) => left);
  return all.length === 0 ? undefined : Math.min(...all);
}

/** The end of its exhaustion, else the reset of the window that has the least left, as a screen shows it. */
function nextReset(row: Ranked): number | undefined {
  const open = gaugesIn(row.gauges).filter(({ resetsAtMs }) => resetsAtMs !== undefined);
  return backMs(row) ?? open.sort((a, b) => a.left - b.left)[0]?.resetsAtMs;
}

/** The unknown comes last. */
function rising(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  return (a ?? Infinity) < (b ?? Infinity) ? -1 : 1;
}

function falling(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  return (a ?? -Infinity) > (b ?? -Infinity) ? -1 : 1;
}
