import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { patience } from "../../../rig/patience.ts";

/**
 * Stops a process in its tracks, and returns when it stands; what is returned lets it go on, which the end of the test
 * does in any case.
 */
export function pause(pid: number): () => void {
  process.kill(pid, "SIGSTOP");
  // On a busy machine it may be in the middle of a system call.
  const deadline = Date.now() + patience(5_000);
  while (!isStopped(pid) && Date.now() < deadline);
  const goOn = () => {
    try {
      process.kill(pid, "SIGCONT");
    } catch {
      // it has ended all the same
    }
  };
  onTestFinished(goOn);
  return goOn;
}

/** Tells whether no thread of a process runs. */
function isStopped(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return /^[TtZ]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}
