import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf, type Peer, processes } from "./backend/peer.ts";
import { until } from "./until.ts";

/** The processes whose environment has this HOME, zombies left out; none where there is no `/proc`. */
export function processesOf(home: string): Peer[] {
  return processes().filter((pid) => pid !== process.pid && belongsTo(pid, home))
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

/** Ends the supervisor in the lock file of a root, if it has this HOME; fails when it does not end. */
export async function endSupervisor(root: string, home: string): Promise<void> {
  const pid = supervisorOf(root);
  if (pid === undefined || !isAlive(pid, home)) return;
  process.kill(pid, "SIGTERM");
  await until(() => !isAlive(pid, home), `the supervisor ${pid} ended after SIGTERM`, 20_000);
}

/** The pid in `locks/supervisor.lock`, alive or not. */
export function supervisorOf(root: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(join(root, "locks", "supervisor.lock"), "utf8"));
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined; // never ran, or ended and emptied the file
  }
}

function isAlive(pid: number, home: string): boolean {
  if (processes().length > 0) return belongsTo(pid, home);
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A zombie has no environment, so it doesn't count. */
function belongsTo(pid: number, home: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${home}`);
  } catch {
    return false; // gone, or another user's
  }
}
