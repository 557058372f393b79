import type { Face } from "./face.ts";
import type { Tone } from "./paint.ts";

const LOW_PERCENT = 50;
const NEARLY_OUT_PERCENT = 20;

/** A bar that is full at 100 percent; it is empty only at 0, and full only at 100. */
export function barOf(percent: number, columns: number, { hasUnicode }: Pick<Face, "hasUnicode">): string {
  const [full, empty] = hasUnicode ? ["█", "░"] : ["#", "."];
  const part = Math.min(Math.max(Math.round(percent * columns / 100), 1), columns - 1);
  const filled = percent <= 0 ? 0 : percent >= 100 ? columns : part;
  return full.repeat(filled) + empty.repeat(columns - filled);
}

/** The tone for so much left. */
export function toneOf(percent: number): Tone {
  if (percent >= LOW_PERCENT) return "plenty";
  return percent >= NEARLY_OUT_PERCENT ? "low" : "out";
}
