import { parseChildren } from "../core/children.ts";
import { type Layout, threadLocksOf } from "../core/layout.ts";
import { readText } from "../io/files.ts";
import { type Opener, openersIn } from "../io/openers.ts";
import { isAlive } from "../io/process.ts";

/** The Codex processes that have a home open, other than app-servers of ours. */
export function openersOf(layout: Pick<Layout, "children">, home: string): Opener[] {
  const ours = parseChildren(readText(layout.children)).filter((child) => child.pid !== 0 && isAlive(child));
  return openersIn(home, threadLocksOf(home), new Set(ours.map((child) => child.pid)));
}
