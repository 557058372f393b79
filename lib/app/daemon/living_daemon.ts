import { type DaemonIdentity, isOlder, parseIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import { VERSION } from "../../core/text/version.ts";
import { readOwn } from "../../io/files/read.ts";
import { mayBeAlive } from "../../io/process/process.ts";

/** The identity in the lock file if its process `runs`; undefined otherwise. */
export function livingDaemon(layout: Layout, runs = mayBeAlive): DaemonIdentity | undefined {
  const identity = parseIdentity(readOwn(layout.supervisorLock) ?? "");
  return identity && runs(identity) ? identity : undefined;
}

/** True when a supervisor of at least this version runs. */
export function isCurrent(living: DaemonIdentity | undefined): boolean {
  return living !== undefined && !isOlder(living.version, VERSION);
}
