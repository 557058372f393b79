import type { Config } from "../../core/config/config.ts";
import type { Policy } from "../../core/pick/policy.ts";
import type { Report } from "../../core/pick/report/report.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { boundSessions } from "./bound.ts";
import { report } from "./report.ts";

/** With a reading younger than this, nothing is amiss with the supervisor. */
const QUIET_MS = 120_000;

/** Reports on all sessions as seen from the current folder, which may be bound to some; starts nothing. */
export async function reportHere(
  host: Host,
  layout: Layout,
  config: Config,
  { policy }: { readonly policy?: Policy },
): Promise<Report> {
  const bound = await boundSessions(host, layout, config);
  const request = { ...(policy === undefined ? {} : { policy }), bound };
  const found = {
    ...report(layout, config, host.clock.now(), request),
    ...(bound === undefined ? {} : { bound }),
  };
  if (found.supervisorPid !== undefined) return found;
  const { whereabouts } = await import("../daemon/whereabouts.ts");
  return { ...found, runsElsewhere: (await whereabouts(host, layout)).at === "elsewhere" };
}

/** The line on a supervisor that is not visible from here, or does no work; none for one that does. */
export async function supervisorLine(
  { system }: Pick<Host, "system">,
  { supervisorPid, runsElsewhere, rows }: Report,
): Promise<string[]> {
  if (supervisorPid !== undefined) {
    const isReading = rows.some(({ ageMs }) => ageMs !== undefined && ageMs < QUIET_MS);
    if (isReading || !system.isStopped(supervisorPid)) return [];
    const way = `let it go on with: kill -CONT ${supervisorPid}`;
    return [`agentlb: the supervisor (pid ${supervisorPid}) is stopped, so limits are not read; ${way}`];
  }
  if (runsElsewhere) return [`agentlb: ${(await import("../daemon/whereabouts.ts")).ELSEWHERE}`];
  return ["agentlb: the supervisor is not running; start it with: agentlb supervisor start --background"];
}
