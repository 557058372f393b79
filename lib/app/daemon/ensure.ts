import type { DaemonIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { readOwn } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { isCurrent, livingDaemon } from "./living_daemon.ts";

/**
 * Ensures that a supervisor of at least this version runs, unless `AGENTLB_SUPERVISOR_DISABLED=1`. Loads what starts
 * one only when it has to: nearly every command finds one that runs.
 */
export async function ensureSupervisor(host: Host, layout: Layout): Promise<void> {
  if (isSupervisorDisabled(host.env)) return;
  let living: DaemonIdentity | undefined;
  let record: string | undefined;
  try {
    living = livingDaemon(layout);
    record = isCurrent(living) ? readOwn(layout.ownRecord) : undefined;
  } catch (error) {
    host.err(`agentlb: warning: Cannot start the supervisor: ${wordsOf(error)}\n`);
    return;
  }
  // A supervisor without trouble needs nothing of this caller.
  if (isCurrent(living) && !record?.includes('"trouble"')) return;
  const { startOrReplace } = await import("./daemon.ts");
  await startOrReplace(host, layout, living, record);
}
