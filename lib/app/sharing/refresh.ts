import { isEnding } from "../../core/sharing/record.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { shareLockOf } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import type { Host } from "../../io/host.ts";
import { printsOf, readRecord } from "./record_file.ts";

/**
 * Makes the settings of a home that shares some anew when the user's, or the session's own, have changed. A failure is
 * only told: the settings made last are still there.
 */
export async function refreshShared(
  host: Pick<Host, "clock" | "random" | "err">,
  home: string,
): Promise<void> {
  const tell = (words: string) => host.err(`agentlb: ${printable(words)}\n`);
  try {
    const record = readRecord(home);
    if (record === undefined || isEnding(record)) return;
    if (record.prints === printsOf(home, record.from)) return;
    const [{ makeSettings }, { withLock }] = await Promise.all([
      import("./make_settings.ts"),
      import("../../io/lock/lock.ts"),
    ]);
    await withLock(host, shareLockOf(home), () => {
      const now = readRecord(home);
      if (now === undefined || isEnding(now)) return;
      for (const note of makeSettings(home, now).notes) tell(`note: ${note}`);
    });
  } catch (error) {
    tell(`warning: Cannot renew the shared settings of ${home}: ${wordsOf(error)}; those made last are used`);
    if (error instanceof Failure && error.hint !== undefined) tell(`hint: ${error.hint}`);
  }
}
