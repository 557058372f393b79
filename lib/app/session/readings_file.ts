import { dirname } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import { current, type Known, mergeKnown } from "../../core/session/readings_file.ts";
import { emptyStatus, parseStatus, renderStatus } from "../../core/session/status.ts";
import { formatTime } from "../../core/text/time.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { readText } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";

type Place = Pick<Layout, "root" | "readings" | "readingsLock">;

/** Adds fresh news of accounts to readings.json; whoever else knows something adds to it as well. */
export async function publishKnown(
  host: Pick<Host, "clock" | "random">,
  layout: Place,
  fresh: Known,
): Promise<void> {
  if (fresh.size === 0) return;
  ensureFolder(layout.root);
  ensureFolder(dirname(layout.readingsLock));
  await withLock(host, layout.readingsLock, () => {
    const nowMs = host.clock.now();
    const known = readingsIn(layout);
    const sessions = mergeKnown(known, fresh, nowMs);
    const text = renderStatus({ ...emptyStatus(), sessions });
    if (text === renderStatus({ ...emptyStatus(), sessions: known })) return;
    replaceFile(layout.readings, renderStatus({ ...emptyStatus(), updatedAt: formatTime(nowMs), sessions }));
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
