import { dirname } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import { current, type Known, mergeKnown } from "../../core/session/readings_file.ts";
import { emptyStatus, parseStatus, renderEntry, renderStatus } from "../../core/session/status.ts";
import { formatTime } from "../../core/text/time.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { fingerprintOf, readText } from "../../io/files/read.ts";
import { NOT_OURS, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";

type Place = Pick<Layout, "root" | "readings" | "readingsLock">;

/** What a process that writes readings.json need not read again as long as nobody else wrote it. */
export class ReadingsMemory {
  /** The version of the file that the rest is about. */
  print: string | undefined;
  known: Known = new Map();
}

/**
 * Adds fresh news of accounts to readings.json; whoever else knows something adds to it as well. `memory` is of the same
 * process's last time; nothing is written when `mayWrite` says no.
 */
export async function publishKnown(
  host: Pick<Host, "clock" | "random">,
  layout: Place,
  fresh: Known,
  memory: ReadingsMemory = new ReadingsMemory(),
  mayWrite: (path: string) => boolean = () => true,
): Promise<void> {
  if (fresh.size === 0) return;
  if (!mayWrite(layout.readingsLock) || !mayWrite(layout.readings)) throw new Error(NOT_OURS);
  ensureFolder(layout.root);
  ensureFolder(dirname(layout.readingsLock));
  await withLock(host, layout.readingsLock, () => {
    const nowMs = host.clock.now();
    const isRemembered = memory.print !== undefined && memory.print === fingerprintOf(layout.readings);
    const known = isRemembered ? memory.known : readingsIn(layout);
    const sessions = mergeKnown(known, fresh, nowMs);
    if (!saysSame(known, sessions)) {
      const status = { ...emptyStatus(), updatedAt: formatTime(nowMs), sessions };
      replaceFile(layout.readings, renderStatus(status), {
        mayReplace: () => mayWrite(layout.readings),
      });
    }
    memory.print = fingerprintOf(layout.readings);
    memory.known = sessions;
  });
}

function saysSame(before: Known, after: Known): boolean {
  return before.size === after.size && [...after].every(([key, session]) => {
    const old = before.get(key);
    return old === session || (old !== undefined && renderEntry(key, old) === renderEntry(key, session));
  });
}

/** What readings.json says that still holds. */
export function knownIn(layout: Pick<Layout, "readings">, nowMs: number): Known {
  return current(readingsIn(layout), nowMs);
}

/** A file that makes no sense says nothing: all of it can be read again. */
function readingsIn({ readings }: Pick<Layout, "readings">): Known {
  try {
    return parseStatus(readText(readings) ?? "{}").sessions;
  } catch {
    return new Map();
  }
}
