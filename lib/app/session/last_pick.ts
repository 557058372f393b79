import { type Layout, sessionStateOf } from "../../core/system/layout.ts";
import { parseSessionState, pickMarkOf } from "../../core/session/state.ts";
import { parseTime } from "../../core/text/time.ts";
import { readText } from "../../io/files/read.ts";

/** The key in a session's state that says when the mark of a refused turn was cleared. */
export const CLEARED = "cleared_at";

/** When an alias was last picked. */
export interface LastPick {
  /** Epoch milliseconds; 0 = never. */
  readonly ms: number;
  /** As the state file says it, RFC 3339; empty when only the predecessor's words are there. */
  readonly at: string;
  /** When the user cleared the mark of a refused turn, epoch milliseconds; 0 = never. */
  readonly clearedMs: number;
}

const NEVER: LastPick = { ms: 0, at: "", clearedMs: 0 };

/** The last pick of an alias; never, when its state can't be read: a command will put that aside and say so. */
export function lastPickOf(layout: Layout, alias: string): LastPick {
  try {
    const text = readText(sessionStateOf(layout, alias));
    if (text === undefined) return NEVER;
    const session = parseSessionState(text);
    return {
      ms: pickMarkOf(session).atMs ?? 0,
      at: session.lastSelectedAt,
      clearedMs: parseTime(session.others?.get(CLEARED)) ?? 0,
    };
  } catch {
    return NEVER;
  }
}
