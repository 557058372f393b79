import { type OwnRecord, parseOwnRecord } from "../../core/supervisor/own_record.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { type Whereabouts, whereabouts } from "./whereabouts.ts";

/** What can be told of the supervisor. */
export interface SupervisorReport {
  readonly where: Whereabouts;
  /** What the one that runs tells of itself; undefined before it has, and when none runs. */
  readonly record: OwnRecord | undefined;
}

/** Looks for the supervisor of a root; starts nothing. */
export async function supervisorReport(
  host: Pick<Host, "clock">,
  layout: Layout,
): Promise<SupervisorReport> {
  const where = await whereabouts(host, layout);
  const record = parseOwnRecord(readText(layout.ownRecord) ?? "");
  const isIts = where.at === "elsewhere" || (where.at === "here" && record?.pid === where.identity.pid);
  return { where, record: isIts ? record : undefined };
}
