import { basename } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import { changesIn } from "../../io/files/changes.ts";
import { Follower } from "../../io/files/follow.ts";
import type { Host } from "../../io/host.ts";

/** The longest time between two looks at the log: not every file system tells of changes. */
const LOOK_MS = 1000;

/**
 * Calls `show` with the last lines of the supervisor's log, `most` at most; with `isFollowed` then with every new one,
 * until it returns false.
 */
export async function readLog(
  { clock }: Pick<Host, "clock">,
  { log: path, root }: Pick<Layout, "log" | "root">,
  { most, isFollowed }: { readonly most: number; readonly isFollowed: boolean },
  show: (lines: readonly string[]) => boolean,
): Promise<void> {
  const log = new Follower(path);
  const changes = isFollowed ? changesIn([root], [basename(path)]) : undefined;
  try {
    const first = log.read();
    let isWanted = show(most === 0 ? [] : first.slice(-most));
    while (isWanted && changes !== undefined) {
      await clock.sleep(LOOK_MS, changes.signal());
      changes.forget();
      const lines = log.read();
      if (lines.length > 0) isWanted = show(lines);
    }
  } finally {
    changes?.end();
    log.close();
  }
}
