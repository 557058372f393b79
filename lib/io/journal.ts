import { renameSync, statSync } from "node:fs";
import { appendText } from "./files/append.ts";
import type { Clock } from "./host.ts";
import { system } from "./platform/here.ts";

/** The supervisor's log for people: never a secret, and of a child's output the last line at most. */
export interface Journal {
  note(what: string, details?: Readonly<Record<string, string | number>>): void;
}

const LIMIT = 1024 * 1024;
/** The older files: `.1` is the newest of them. */
const OLDER = 2;
const REPEAT_MS = 60_000;

/**
 * A log of one JSON line per note, 0600, at most three files of 1 MiB; the same note is written once a minute. Nothing
 * is written while `mayWrite` returns false.
 */
export function openJournal(path: string, clock: Clock, mayWrite = () => true): Journal {
  const notedAt = new Map<string, number>();
  return {
    note(what, details = {}) {
      const key = `${what} ${JSON.stringify(details)}`.replace(/[0-9a-f]{16}/g, ""); // names of temporary files
      const now = clock.monotonic();
      if (now - (notedAt.get(key) ?? -Infinity) < REPEAT_MS) return;
      if (notedAt.size > 500) notedAt.clear();
      notedAt.set(key, now);
      try {
        if (!mayWrite()) return;
        append(path, `${JSON.stringify({ t: new Date(clock.now()).toISOString(), what, ...details })}\n`);
      } catch {
        // A full disk: there is no place to report it.
      }
    },
  };
}

function append(path: string, line: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LIMIT) {
    for (let n = OLDER; n > 0; n--) {
      const from = n === 1 ? path : `${path}.${n - 1}`;
      if (statSync(from, { throwIfNoEntry: false }) === undefined) continue;
      system.patiently(() => renameSync(from, `${path}.${n}`));
    }
  }
  appendText(path, line, "\n");
}
