import { claimed, holding, type Leases, parseLeases, renderLeases } from "../../core/session/leases.ts";
import type { Layout } from "../../core/system/layout.ts";
import { replaceFile } from "../../io/files/replace.ts";
import { livingNow, ownIdentity } from "../../io/process/process.ts";
import { glanceAt, recallFile, type Told } from "./state_file.ts";

/** Who was given which session and still holds it. Only under the state lock. */
export function recallLeases(host: Told, layout: Layout): Leases {
  const found = recallFile(host, layout.leases, parseLeases, "starting it anew");
  return holding(found ?? new Map(), host.clock.now(), livingNow());
}

/** The same without the lock; nothing is changed. */
export function glanceLeases(layout: Layout, nowMs: number): Leases {
  return holding(glanceAt(layout.leases, parseLeases) ?? new Map(), nowMs, livingNow());
}

/** Writes down that this process, or whoever is told of it, gets an alias. Only under the state lock. */
export function recordClaim(
  layout: Layout,
  leases: Leases,
  alias: string,
  isRunHere: boolean,
  nowMs: number,
): void {
  const self = ownIdentity();
  // Where processes can't be seen, nobody could tell whether a lease still holds.
  const claim = isRunHere && self.startTime !== "" ? { by: self } : "reservation";
  replaceFile(layout.leases, renderLeases(claimed(leases, alias, claim, nowMs)));
}

/** Forgets who was given an alias. Only under the state lock. */
export function forgetLeases(host: Told, layout: Layout, alias: string): void {
  const leases = new Map(recallLeases(host, layout));
  if (leases.delete(alias)) replaceFile(layout.leases, renderLeases(leases));
}
