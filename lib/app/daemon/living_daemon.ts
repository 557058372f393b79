import { type DaemonIdentity, parseIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";
import { mayBeAlive } from "../../io/process/process.ts";

/** The supervisor of this root, if one lives: the identity in its lock file is that of a process that `runs`. */
export function livingDaemon(layout: Layout, runs = mayBeAlive): DaemonIdentity | undefined {
  const identity = parseIdentity(readText(layout.supervisorLock) ?? "");
  return identity && runs(identity) ? identity : undefined;
}
