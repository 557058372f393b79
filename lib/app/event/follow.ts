import { basename } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import { type Changes, changesIn } from "../../io/files/changes.ts";
import { folderIdentity } from "../../io/files/folders.ts";
import { Follower } from "../../io/files/follow.ts";
import type { Host } from "../../io/host.ts";
import { onSignals } from "../../io/process/process.ts";
import type { End } from "../codex/run.ts";

/** A change may go unnoticed, and a folder that is not there yet cannot be watched: it is looked this often. */
const LOOK_MS = 2_000;

/**
 * Passes on the lines of the file of events, those that are kept and then each new one, until `take` returns false or a
 * signal comes. Returns the end of the process. The files and their folder may be moved or removed meanwhile.
 */
export async function followEvents(
  { clock }: Pick<Host, "clock">,
  layout: Layout,
  take: (lines: readonly string[]) => boolean,
): Promise<End> {
  const stop = new AbortController();
  let end: NodeJS.Signals | undefined;
  const release = onSignals(["SIGINT", "SIGTERM", "SIGHUP"], (name) => {
    end = name;
    stop.abort();
  });
  const follower = new Follower(layout.events);
  const watches = watchOf(layout);
  try {
    while (!stop.signal.aborted) {
      const changed = watches.signal();
      if (!take(follower.read())) break;
      await clock.sleep(LOOK_MS, AbortSignal.any([changed, stop.signal]));
    }
    return end ?? 0;
  } finally {
    release();
    watches.end();
    follower.close();
  }
}

/** A signal for the next change of the events, in whatever folder is there now. */
function watchOf({ root, state, events }: Layout): Pick<Changes, "signal" | "end"> {
  let changes: Changes | undefined;
  let watched: string | undefined;
  return {
    signal() {
      const folders = [root, state].map((path) => folderIdentity(path) ?? "").join(" ");
      if (changes === undefined || folders !== watched) {
        changes?.end();
        changes = changesIn([root, state], [basename(state), basename(events)]);
        watched = folders;
      }
      changes.forget();
      return changes.signal();
    },
    end: () => changes?.end(),
  };
}
