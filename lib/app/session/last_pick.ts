import { type Layout, sessionStateOf } from "../../core/system/layout.ts";
import { parseSessionState, pickMarkOf } from "../../core/session/state.ts";
import { readText } from "../../io/files/read.ts";

/** When an alias was last picked. */
export interface LastPick {
  /** Epoch milliseconds; 0 = never. */
  readonly ms: number;
  /** As the state file says it, RFC 3339; empty when only the predecessor's words are there. */
  readonly at: string;
}

/** The last pick of an alias; never, when its state can't be read: a command will put that aside and say so. */
export function lastPickOf(layout: Layout, alias: string): LastPick {
  try {
    const text = readText(sessionStateOf(layout, alias));
    if (text === undefined) return { ms: 0, at: "" };
    const session = parseSessionState(text);
    return { ms: pickMarkOf(session).atMs ?? 0, at: session.lastSelectedAt };
  } catch {
    return { ms: 0, at: "" };
  }
}
