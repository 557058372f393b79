import { Failure } from "../../core/text/failure.ts";

/** EBADF, EINVAL, ENOLCK, ENOSYS and EOPNOTSUPP of Linux and macOS: retries never help. */
const CANNOT_LOCK = new Set([9, 22, 37, 77, 38, 78, 95, 45, 102]);

/** Tells whether an error number of `flock(2)` means that locks are unsupported here. */
export function isWithoutLocks(errno: number): boolean {
  return CANNOT_LOCK.has(errno);
}

/** The failure where files cannot be locked: nothing is written there. */
export function noLocks(path: string, why: string): Failure {
  return new Failure("failed", `Cannot lock ${path}: this file system has no locks (${why})`, {
    hint: "use a folder on a local disk: AGENTLB_HOME for agentlb, the state file for cap and clb",
  });
}
