import { printable } from "../text/printable.ts";
import type { Thread } from "./thread.ts";

const SHORTEST = 8;

/** The shortest beginning of a thread's id that no other one shares; its time is in it, so that old ones are short. */
export function shortIds(ids: readonly string[]): (id: string) => string {
  const sorted = [...new Set(ids)].sort();
  const longest = new Map<string, number>();
  sorted.forEach((id, index) => {
    const [before, after] = [sorted[index - 1] ?? "", sorted[index + 1] ?? ""];
    longest.set(id, Math.max(sharedBy(id, before), sharedBy(id, after)) + 1);
  });
  // One length for all, so that a column is even.
  const length = Math.max(SHORTEST, ...longest.values());
  return (id) => id.slice(0, length).replace(/-$/, "");
}

function sharedBy(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** A thread in a sentence: `thread 01a22d36-672a…`, with its name if it has one. */
export function threadWords({ id, name }: Pick<Thread, "id" | "name">): string {
  const short = `${printable(id.slice(0, 13), 64)}…`;
  return name === undefined ? `thread ${short}` : `thread "${printable(name, 80)}" (${short})`;
}

/** How a thread stands: open in a Codex, or the end of its last turn. */
export type ThreadState = "open" | "done" | "limit" | "login" | "interrupted" | "unknown";

/**
 * The state of a thread. A turn that never ended in a thread that is not open was interrupted; old versions of Codex do
 * not record how a turn ended.
 */
export function stateOf({ isOpen, lastTurn }: Pick<Thread, "isOpen" | "lastTurn">): ThreadState {
  if (isOpen) return "open";
  switch (lastTurn?.end) {
    case "limit":
    case "login":
      return lastTurn.end;
    case "running":
    case "other":
      return "interrupted";
    case "completed":
      return "done";
    default:
      return "unknown";
  }
}
