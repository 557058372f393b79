import { type Layout, sessionStateOf } from "../../core/system/layout.ts";
import { parseSessionState, pickMarkOf } from "../../core/session/state.ts";
import { parseTime } from "../../core/text/time.ts";
import { readOwn } from "../../io/files/read.ts";

/** The key in a session's state for the time when the mark of a refused turn was cleared. */
export const CLEARED = "cleared_at";

/** The last pick of an alias. */
export interface LastPick {
  /** Epoch milliseconds; 0 = never. */
  readonly ms: number;
  /** The time in the state file, RFC 3339; empty when only the predecessor's fields are there. */
  readonly at: string;
  /** The time when the user cleared the mark of a refused turn, epoch milliseconds; 0 = never. */
  readonly clearedMs: number;
}

const NEVER: LastPick = { ms: 0, at: "", clearedMs: 0 };

/** Reads the last pick of an alias; an unreadable state counts as never, and the next command puts it aside. */
export function lastPickOf(layout: Layout, alias: string): LastPick {
  try {
    const text = readOwn(sessionStateOf(layout, alias));
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
