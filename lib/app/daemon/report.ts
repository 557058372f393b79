import { type OwnRecord, parseOwnRecord } from "../../core/supervisor/own_record.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readOwn } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { type Whereabouts, whereabouts } from "./whereabouts.ts";

/** The location and the own record of the supervisor. */
export interface SupervisorReport {
  readonly where: Whereabouts;
  /** The record of the running supervisor; undefined before the first write, or without a supervisor. */
  readonly record: OwnRecord | undefined;
}

/** Finds the supervisor of a root; starts nothing. */
export async function supervisorReport(
  host: Pick<Host, "clock">,
  layout: Layout,
): Promise<SupervisorReport> {
  const where = await whereabouts(host, layout);
  const record = parseOwnRecord(readOwn(layout.ownRecord) ?? "");
  const isIts = where.at === "elsewhere" || (where.at === "here" && record?.pid === where.identity.pid);
  return { where, record: isIts ? record : undefined };
}
