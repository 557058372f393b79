import { type DaemonIdentity, isOlder, parseIdentity } from "../../core/system/identity.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { selfEnvironment } from "../../core/shell/launch.ts";
import type { Layout } from "../../core/system/layout.ts";
import { isSupervisorDisabled, timingFrom } from "../../core/system/timing.ts";
import { VERSION } from "../../core/text/version.ts";
import { readText } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import {
  commandLineOf,
  identityOf,
  isAlive,
  mayBeAlive,
  ownerOf,
  variableOf,
} from "../../io/process/process.ts";
import { spawnDetached } from "../../io/process/spawn.ts";

/** Set for the daemon that a command starts: it says on stdout when it is ready, or why it will not be. */
export const ANNOUNCE = "AGENTLB_ANNOUNCE";
export const READY = "ready";

const STOP_MS = 3000;

/** The supervisor of this root, if one lives: the identity in its lock file is that of a process that `runs`. */
export function livingDaemon(layout: Layout, runs = mayBeAlive): DaemonIdentity | undefined {
  const identity = parseIdentity(readText(layout.supervisorLock) ?? "");
  return identity && runs(identity) ? identity : undefined;
}

/**
 * Makes sure that a supervisor of at least this version runs, unless `AGENTLB_SUPERVISOR_DISABLED=1`. That it can't be
 * started is said on stderr and is no failure: what is known already still serves.
 */
export async function ensureSupervisor(host: Host, layout: Layout): Promise<void> {
  if (isSupervisorDisabled(host.env) || isCurrent(livingDaemon(layout))) return;
  try {
    await startSupervisor(host, layout);
  } catch (error) {
    host.err(`agentlb: warning: Cannot start the supervisor: ${wordsOf(error)}\n`);
  }
}

/** Carries out `agentlb supervisor start|restart|stop`; returns the lines to print. */
export async function superviseCommand(
  host: Host,
  layout: Layout,
  verb: "start" | "restart" | "stop",
): Promise<string[]> {
  const living = livingDaemon(layout, isAlive);
  const predecessor = living ? undefined : predecessorOf(host, layout);
  const pid = living?.pid ?? predecessor;
  if (verb === "start") {
    if (isCurrent(living)) return [`supervisor is running (pid ${living!.pid})`];
    const before = pid === undefined ? [`supervisor is not running${stale(layout)}`] : [];
    return [
      ...before,
      await startedLine(
        host,
        layout,
        "started supervisor in background",
        "attempted to start supervisor in background",
      ),
    ];
  }
  const lines = [];
  if (pid !== undefined) {
    lines.push(`stopping supervisor (pid ${pid})`);
    const isGone = await endProcess(host, layout, pid);
    if (verb === "stop") return [...lines, isGone ? "supervisor stopped" : "supervisor stop requested"];
  } else if (verb === "stop") {
    return [`supervisor already stopped${stale(layout)}`];
  } else {
    lines.push(`supervisor not running${stale(layout)}`);
  }
  return [
    ...lines,
    await startedLine(host, layout, "supervisor restarted", "attempted supervisor restart", pid),
  ];
}

/** Starts a supervisor and waits until it is ready; many callers at once start one. Ends an older one, and the predecessor's. */
async function startSupervisor(host: Host, layout: Layout): Promise<void> {
  const { startTimeoutMs } = timingFrom(host.env);
  await withLock(host, layout.startLock, async () => {
    const living = livingDaemon(layout);
    if (isCurrent(living)) return;
    if (living) {
      host.err(`agentlb: replacing the supervisor of version ${living.version} (pid ${living.pid})\n`);
      await endProcess(host, layout, living.pid);
    }
    const predecessor = predecessorOf(host, layout);
    if (predecessor !== undefined) {
      host.err(`agentlb: replacing the supervisor of an earlier program (pid ${predecessor})\n`);
      await endProcess(host, layout, predecessor);
    }
    await spawnDaemon(host, layout, startTimeoutMs);
  }, startTimeoutMs + 2 * STOP_MS);
}

/** A daemon of its own session and without core dumps, which could hold a login. */
async function spawnDaemon(host: Host, layout: Layout, timeoutMs: number): Promise<void> {
  if (host.self.length === 0) {
    throw new Failure(
      "failed",
      "there is no agentlb beside this program; start it with: agentlb supervisor start --background",
    );
  }
  const command = [...host.self, "supervisor", "daemon"];
  const [file = "", ...args] = host.system.withoutCores(command);
  const { line, error } = await spawnDetached({
    file,
    args,
    env: { ...selfEnvironment(host), [ANNOUNCE]: "1" },
    cwd: layout.root,
  }, timeoutMs);
  if (error) throw error;
  if (line === READY || livingDaemon(layout)) return;
  const why = line ?? `it was not ready within ${timeoutMs} ms`;
  throw new Failure("failed", why, { hint: `look into ${layout.log}` });
}

/** `done` when a supervisor runs that is not the `old` one. */
async function startedLine(
  host: Host,
  layout: Layout,
  done: string,
  tried: string,
  old?: number,
): Promise<string> {
  try {
    await startSupervisor(host, layout);
  } catch (error) {
    host.err(`agentlb: warning: Cannot start the supervisor: ${wordsOf(error)}\n`);
  }
  const living = livingDaemon(layout);
  return living && living.pid !== old ? `${done} (pid ${living.pid})` : tried;
}

/** Asks a process to end and waits; whether it is gone. */
async function endProcess(host: Host, layout: Layout, pid: number): Promise<boolean> {
  const { clock } = host;
  const identity = identityOf(pid);
  if (identity === undefined) return true;
  const { askToStop } = await import("./stop_request.ts");
  askToStop(host, layout, identity);
  const deadline = clock.monotonic() + STOP_MS;
  while (clock.monotonic() < deadline) {
    if (!isAlive(identity)) return true;
    await clock.sleep(20);
  }
  return !isAlive(identity);
}

/** The predecessor's daemon of this root: ours to signal, by its command line and its environment. */
function predecessorOf(host: Host, layout: Layout): number | undefined {
  const pid = pidInFile(layout);
  if (pid === undefined || identityOf(pid) === undefined || ownerOf(pid) !== host.uid) return undefined;
  if (commandLineOf(pid).slice(-2).join(" ") !== "supervisor daemon") return undefined;
  const names = variableOf(pid, "AGENTLB_HOME") === layout.root ||
    `${variableOf(pid, "HOME")}/.agentlb` === layout.root;
  return names ? pid : undefined;
}

function isCurrent(living: DaemonIdentity | undefined): boolean {
  return living !== undefined && !isOlder(living.version, VERSION);
}

function stale(layout: Layout): string {
  const pid = pidInFile(layout);
  return pid === undefined ? "" : ` (stale pid ${pid})`;
}

function pidInFile(layout: Layout): number | undefined {
  const [, digits] = /^\s*(\d{1,10})\s*$/.exec(readText(layout.pidFile) ?? "") ?? [];
  const pid = Number(digits);
  return digits !== undefined && pid > 1 ? pid : undefined;
}
