import type { Layout } from "../../core/system/layout.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { readOwn } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { isCurrent, livingDaemon } from "./living_daemon.ts";

/**
 * Ensures that a supervisor of at least this version runs, unless `AGENTLB_SUPERVISOR_DISABLED=1`; `isNeeded` is asked
 * before one is started. A failed start is only a warning on stderr, because known limits can still be used. Loads what
 * starts one only when it has to: nearly every command finds one that runs.
 */
export async function ensureSupervisor(host: Host, layout: Layout, isNeeded = () => true): Promise<void> {
  if (isSupervisorDisabled(host.env)) return;
  try {
    const living = livingDaemon(layout);
    const record = isCurrent(living) ? readOwn(layout.ownRecord) : undefined;
    // A supervisor without trouble needs nothing of this caller.
    if (isCurrent(living) && !record?.includes('"trouble"')) return;
    if (!isNeeded()) return;
    const { startOrReplace } = await import("./daemon.ts");
    await startOrReplace(host, layout, living, record);
  } catch (error) {
    host.err(`agentlb: warning: Cannot start the supervisor: ${wordsOf(error)}\n`);
  }
}
