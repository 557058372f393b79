import type { Layout } from "../../core/system/layout.ts";
import { parseStatus, renderStatus, type Status } from "../../core/session/status.ts";
import { errnoOf, UnfitFile } from "../../core/text/failure.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { livingDaemon } from "../daemon/living_daemon.ts";

const PATIENCE_MS = 2000;
const LOOK_MS = 25;

/**
 * Waits up to 2 s until status.json is as it should be. A living supervisor changes it; otherwise it is changed here,
 * under the supervisor's lock. Returns true when it is as it should be.
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

/**
 * Reads status.json; undefined when it is missing or broken: the next supervisor replaces it. Throws what keeps the
 * system from reading it, as it may be intact.
 */
export function publishedStatus(layout: Layout): Status | undefined {
  try {
    const text = readOwn(layout.status, MOST_BYTES.table);
    return text === undefined ? undefined : parseStatus(text);
  } catch (error) {
    if (error instanceof UnfitFile || errnoOf(error) === undefined) return undefined;
    throw error;
  }
}

/** The same without an error: undefined when it can't be read, for whatever reason. */
export function glancePublished(layout: Layout): Status | undefined {
  try {
    return publishedStatus(layout);
  } catch {
    return undefined;
  }
}

/** Changes status.json when it is not as it should be and no supervisor lives, which would do it; waits for nothing. */
export async function changePublished(
  layout: Layout,
  isDone: (status: Status) => boolean,
  change: (status: Status) => Status,
): Promise<void> {
  const status = publishedStatus(layout);
  if (status === undefined || isDone(status) || livingDaemon(layout) !== undefined) return;
  await changeAlone(layout, change);
}

/** Changes status.json under the supervisor's lock, which every writer of it holds. */
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
