import { dirname } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import { current, type Known, mergeKnown } from "../../core/session/readings_file.ts";
import { emptyStatus, parseStatus, renderEntry, renderStatus } from "../../core/session/status.ts";
import { formatTime } from "../../core/text/time.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { fingerprintOf, readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { NOT_OURS, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";

type Place = Pick<Layout, "root" | "readings" | "readingsLock">;

/** The content of readings.json as a writer last saw it, read again only after another process wrote. */
export class ReadingsMemory {
  /** Identifies the version of the file that has this content. */
  fingerprint: string | undefined;
  known: Known = new Map();
}

/**
 * Merges fresh readings of accounts into readings.json, which other processes write as well. `memory` is kept by the
 * process between calls; nothing is written when `mayWrite` returns false.
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
    const isRemembered = memory.fingerprint !== undefined &&
      memory.fingerprint === fingerprintOf(layout.readings);
    const known = isRemembered ? memory.known : readingsIn(layout);
    const sessions = mergeKnown(known, fresh, nowMs);
    if (!saysSame(known, sessions)) {
      const status = { ...emptyStatus(), updatedAt: formatTime(nowMs), sessions };
      replaceFile(layout.readings, renderStatus(status), {
        mayReplace: () => mayWrite(layout.readings),
      });
    }
    memory.fingerprint = fingerprintOf(layout.readings);
    memory.known = sessions;
  });
}

function saysSame(before: Known, after: Known): boolean {
  return before.size === after.size && [...after].every(([key, session]) => {
    const old = before.get(key);
    return old === session || (old !== undefined && renderEntry(key, old) === renderEntry(key, session));
  });
}

/** Reads the entries of readings.json that still hold. */
export function knownIn(layout: Pick<Layout, "readings">, nowMs: number): Known {
  return current(readingsIn(layout), nowMs);
}

/** Reads all entries; a broken file counts as empty, since all readings can be taken again. */
function readingsIn({ readings }: Pick<Layout, "readings">): Known {
  try {
    return parseStatus(readOwn(readings, MOST_BYTES.table) ?? "{}").sessions;
  } catch {
    return new Map();
  }
}
