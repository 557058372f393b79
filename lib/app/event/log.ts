import { eventLine, type Happening } from "../../core/event/event.ts";
import type { Layout } from "../../core/system/layout.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { appendText } from "../../io/files/append.ts";
import { Follower, olderOf } from "../../io/files/follow.ts";
import { isFolder, sizeOf } from "../../io/files/read.ts";
import { NOT_OURS, rename } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";

type LogHost = Pick<Host, "clock" | "random">;

/** Beyond this size the file becomes the older one of two. */
const MOST_BYTES = 1024 * 1024;

/** Appends whole lines to the file of events, under its lock. `choose` may leave out lines, by those that are kept. */
export async function appendEvents(
  host: LogHost,
  layout: Layout,
  lines: readonly string[],
  options: {
    readonly choose?: (kept: readonly string[]) => readonly string[];
    readonly mayWrite?: (path: string) => boolean;
  } = {},
): Promise<void> {
  const { events } = layout;
  const { choose, mayWrite = () => true } = options;
  await withLock(host, layout.eventsLock, () => {
    const chosen = choose === undefined ? lines : choose(keptEvents(layout));
    if (chosen.length === 0) return;
    if (!mayWrite(events)) throw new Error(NOT_OURS);
    if (sizeOf(events) > MOST_BYTES) rename(events, olderOf(events));
    appendText(events, chosen.join(""), "\n", () => mayWrite(layout.state));
  });
}

/** The kept lines of both files, the oldest first. */
export function keptEvents(layout: Layout): readonly string[] {
  const follower = new Follower(layout.events);
  try {
    return follower.read();
  } finally {
    follower.close();
  }
}

/** Notes what a command did, where agentlb is in use. What was done is done: a failure is only passed to `warn`. */
export async function noteEvent(
  host: LogHost,
  layoutHere: () => Layout,
  happening: Happening,
  warn: (why: string) => void,
): Promise<void> {
  try {
    const layout = layoutHere();
    if (!isFolder(layout.state) || !isFolder(layout.locks)) return;
    await appendEvents(host, layout, [eventLine(happening, host.clock.now())]);
  } catch (error) {
    warn(printable(wordsOf(error)));
  }
}
