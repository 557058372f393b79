import type { Layout } from "../../core/system/layout.ts";
import { parseStatus, renderStatus, type Status } from "../../core/session/status.ts";
import { readText } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { livingDaemon } from "../daemon/living_daemon.ts";

const PATIENCE_MS = 2000;
const LOOK_MS = 25;

/**
 * Waits until status.json is as it should be, up to 2 s: changing it is the supervisor's task while one lives, else it is
 * changed here, under the supervisor's lock. Returns whether it is.
 */
export async function awaitPublished(
  host: Pick<Host, "clock">,
  layout: Layout,
  isDone: (status: Status) => boolean,
  change: (status: Status) => Status,
): Promise<boolean> {
  const deadline = host.clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const status = publishedStatus(layout);
    if (status === undefined || isDone(status)) return true;
    if (livingDaemon(layout) === undefined && await changeAlone(layout, change)) return true;
    if (host.clock.monotonic() >= deadline) return false;
    await host.clock.sleep(LOOK_MS);
  }
}

/** What status.json says; undefined when there is none, or it is broken: the next supervisor writes it anew. */
export function publishedStatus(layout: Layout): Status | undefined {
  try {
    const text = readText(layout.status);
    return text === undefined ? undefined : parseStatus(text);
  } catch {
    return undefined;
  }
}

/** Only who holds the supervisor's lock writes status.json. */
async function changeAlone(layout: Layout, change: (status: Status) => Status): Promise<boolean> {
  const lock = await tryLock(layout.supervisorLock);
  if (lock === undefined) return false;
  try {
    const status = publishedStatus(layout);
    if (status !== undefined) replaceFile(layout.status, renderStatus(change(status)));
    return true;
  } finally {
    lock.release();
  }
}
