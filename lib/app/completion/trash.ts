import { type Candidate, isOfferable } from "../../core/completion/candidate.ts";
import type { Layout } from "../../core/system/layout.ts";
import { trashOf } from "../moving/trash.ts";

/** The former aliases of removed sessions that can be brought back. Changes nothing. */
export function knownRemoved(layout: Layout): Candidate[] {
  const all = new Map(trashOf(layout).map(({ alias, email }) => [alias, email ?? ""]));
  return Array.from(all, ([text, about]) => ({ text, about })).filter(({ text }) => isOfferable(text));
}
