import {
  type Claim,
  claimed,
  holding,
  type Leases,
  parseLeases,
  renderLeases,
} from "../../core/session/leases.ts";
import type { Layout } from "../../core/system/layout.ts";
import { replaceFile } from "../../io/files/replace.ts";
import { livingNow, ownIdentity } from "../../io/process/process.ts";
import { glanceAt, recallFile, type StateHost } from "./state_file.ts";

/** Reads the leases that are still held. Only under the state lock. */
export function recallLeases(host: StateHost, layout: Layout): Leases {
  const found = recallFile(host, layout.leases, parseLeases, "starting it anew");
  return holding(found ?? new Map(), host.clock.now(), livingNow());
}

/** Reads the leases without the lock; changes nothing. */
export function glanceLeases(layout: Layout, nowMs: number): Leases {
  return holding(glanceAt(layout.leases, parseLeases) ?? new Map(), nowMs, livingNow());
}

/** Records a lease of this process, or a reservation, for an alias. Only under the state lock. */
export function recordClaim(
  layout: Layout,
  leases: Leases,
  alias: string,
  isRunHere: boolean,
  nowMs: number,
): void {
  const claim = isRunHere ? ownLease() : "reservation";
  replaceFile(layout.leases, renderLeases(claimed(leases, alias, claim, nowMs)));
}

function ownLease(): Claim {
  const self = ownIdentity();
  // Without a view of processes the end of a lease would go unnoticed.
  return self.startTime === "" ? "reservation" : { by: self };
}

/** Forgets the leases of an alias. Only under the state lock. */
export function forgetLeases(host: StateHost, layout: Layout, alias: string): void {
  const leases = new Map(recallLeases(host, layout));
  if (leases.delete(alias)) replaceFile(layout.leases, renderLeases(leases));
}

/** Gives a renamed alias its leases and reservations. Only under the state lock. */
export function renameLeases(host: StateHost, layout: Layout, alias: string, to: string): void {
  const leases = new Map(recallLeases(host, layout));
  const claims = leases.get(alias);
  if (claims === undefined) return;
  leases.delete(alias);
  replaceFile(layout.leases, renderLeases(leases.set(to, claims)));
}
