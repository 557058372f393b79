import type { DaemonIdentity } from "../../core/system/identity.ts";
import { Failure, UnfitFile, wordsOf } from "../../core/text/failure.ts";
import { ORIGIN, supervisorEnvironment } from "../../core/shell/launch.ts";
import type { Layout } from "../../core/system/layout.ts";
import { timingFrom } from "../../core/system/timing.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { identityOf, isAlive, signal } from "../../io/process/process.ts";
import type { Elsewhere } from "./whereabouts.ts";
import { isCurrent, livingDaemon } from "./living_daemon.ts";
import { pidInFile, predecessorOf } from "./predecessor.ts";
import type { Replaced } from "./replacement.ts";
import { spawnDetached } from "../../io/process/spawn.ts";

/** Set for a daemon that a command starts: it reports on stdout that it is ready, or its error. */
export const ANNOUNCE = "AGENTLB_ANNOUNCE";
export const READY = "ready";

const STOP_MS = 3000;

/** The reasons for replacing a supervisor. */
const WHY = {
  codex: "it has had no codex that starts for a minute, and here there is one",
  network: "it has had no network for a minute, and the network is another here",
} as const;

/**
 * Starts a supervisor of this version, or replaces one that fails for want of what this caller has; `living` and
 * `record` are what is known of the present one. Throws when none can be started.
 */
export async function startOrReplace(
  host: Host,
  layout: Layout,
  living: DaemonIdentity | undefined,
  record: string | undefined,
): Promise<void> {
  const { leaveCaller } = await import("./caller.ts");
  leaveCaller(host, layout);
  if (living === undefined || record === undefined) return await startOrSay(host, layout);
  const { replacementOf } = await import("./replacement.ts");
  const replaced = replacementOf(host, layout, living, record);
  if (replaced !== undefined) await startSupervisor(host, layout, replaced);
}

/** Starts a supervisor unless one runs elsewhere, which is reported once. */
async function startOrSay(host: Host, layout: Layout): Promise<void> {
  const elsewhere = await startSupervisor(host, layout);
  if (elsewhere === undefined) return;
  const { ELSEWHERE, isNewsElsewhere } = await import("./whereabouts.ts");
  if (isNewsElsewhere(layout, elsewhere)) host.err(`agentlb: ${ELSEWHERE}; what it publishes is used\n`);
}

/** The output of a supervisor command and whether it succeeded. */
export interface Supervised {
  readonly lines: readonly string[];
  readonly isDone: boolean;
}

/** Carries out `agentlb supervisor start|restart|stop`. */
export async function superviseCommand(
  host: Host,
  layout: Layout,
  verb: "start" | "restart" | "stop",
): Promise<Supervised> {
  const { ELSEWHERE, whereabouts } = await import("./whereabouts.ts");
  let living: DaemonIdentity | undefined;
  try {
    const { at } = await whereabouts(host, layout);
    if (at === "elsewhere") return { lines: [`${ELSEWHERE}; ${verb} it there`], isDone: false };
    living = livingDaemon(layout, isAlive);
  } catch (error) {
    // None holds what is no file in the place of its lock; the start fails and names it.
    if (verb === "stop" || !(error instanceof UnfitFile)) throw error;
  }
  const predecessor = living ? undefined : predecessorOf(host, layout);
  const pid = living?.pid ?? predecessor;
  if (verb === "start") {
    if (isCurrent(living)) return { lines: [`supervisor is running (pid ${living!.pid})`], isDone: true };
    const before = pid === undefined ? [`supervisor is not running${stale(layout)}`] : [];
    const started = await startedLine(
      host,
      layout,
      "started supervisor in background",
      "attempted to start supervisor in background",
    );
    return { lines: [...before, ...started.lines], isDone: started.isDone };
  }
  const lines = [];
  if (pid !== undefined) {
    lines.push(`stopping supervisor (pid ${pid})`);
    const isGone = await endProcess(host, layout, pid);
    if (verb === "stop") {
      lines.push(isGone ? "supervisor stopped" : "supervisor stop requested");
      if (!isGone) {
        host.err(`agentlb: warning: The supervisor (pid ${pid}) has not ended yet\n`);
        host.err(`agentlb: hint: if it stays, its app-servers end by themselves after: kill -9 ${pid}\n`);
      }
      return { lines, isDone: isGone };
    }
  } else if (verb === "stop") {
    return { lines: [`supervisor already stopped${stale(layout)}`], isDone: true };
  } else {
    lines.push(`supervisor not running${stale(layout)}`);
  }
  const again = await startedLine(
    host,
    layout,
    "supervisor restarted",
    "attempted supervisor restart",
    pid,
  );
  return { lines: [...lines, ...again.lines], isDone: again.isDone };
}

/**
 * Starts a supervisor and waits until it is ready; simultaneous callers start only one. First ends an older one, the
 * one to be replaced, and the predecessor's. If one runs elsewhere, starts none and returns that.
 */
async function startSupervisor(
  host: Host,
  layout: Layout,
  replaced?: Replaced,
): Promise<Elsewhere | undefined> {
  const { startTimeoutMs } = timingFrom(host.env);
  const { whereabouts } = await import("./whereabouts.ts");
  return await withLock(host, layout.startLock, async () => {
    const living = livingDaemon(layout);
    if (isCurrent(living) && living?.pid !== replaced?.pid) return undefined;
    if (living) {
      const why = living.pid === replaced?.pid ? WHY[replaced.why] : undefined;
      const which = why === undefined
        ? `of version ${living.version} (pid ${living.pid})`
        : `(pid ${living.pid}): ${why}`;
      host.err(`agentlb: replacing the supervisor ${which}\n`);
      await endProcess(host, layout, living.pid);
    }
    const predecessor = predecessorOf(host, layout);
    if (predecessor !== undefined) {
      host.err(`agentlb: replacing the supervisor of an earlier program (pid ${predecessor})\n`);
      await endProcess(host, layout, predecessor);
    }
    const found = await whereabouts(host, layout);
    if (found.at === "elsewhere") return found.who;
    await spawnDaemon(host, layout, startTimeoutMs, replaced !== undefined);
    return undefined;
  }, startTimeoutMs + 2 * STOP_MS);
}

/** Spawns the daemon in a new process session, without core dumps, which could contain a login. */
async function spawnDaemon(
  host: Host,
  layout: Layout,
  timeoutMs: number,
  isReplacement: boolean,
): Promise<void> {
  if (host.self.length === 0) {
    throw new Failure(
      "failed",
      "there is no agentlb beside this program; start it with: agentlb supervisor start --background",
    );
  }
  const command = [...host.self, "supervisor", "daemon"];
  const [file = "", ...args] = host.system.withoutCores(command);
  const { originNow } = await import("./caller.ts");
  const { line, error } = await spawnDetached({
    file,
    args,
    env: {
      ...supervisorEnvironment(host),
      [ANNOUNCE]: "1",
      [ORIGIN]: JSON.stringify(originNow(host, isReplacement)),
    },
    cwd: layout.root,
  }, timeoutMs);
  if (error) throw error;
  if (line === READY || livingDaemon(layout)) return;
  const why = line ?? `it was not ready within ${timeoutMs} ms`;
  throw new Failure("failed", why, { hint: `look into ${layout.log}` });
}

/** Starts a supervisor; prints `done` if one other than `old` runs, else `tried`. */
async function startedLine(
  host: Host,
  layout: Layout,
  done: string,
  tried: string,
  old?: number,
): Promise<Supervised> {
  try {
    await startSupervisor(host, layout);
  } catch (error) {
    host.err(`agentlb: warning: Cannot start the supervisor: ${wordsOf(error)}\n`);
    if (error instanceof UnfitFile) return { lines: [tried], isDone: false };
  }
  const living = livingDaemon(layout);
  const isDone = living !== undefined && living.pid !== old;
  if (!isDone && living !== undefined) {
    host.err(`agentlb: warning: The supervisor (pid ${living.pid}) has not ended\n`);
  }
  return { lines: [isDone ? `${done} (pid ${living.pid})` : tried], isDone };
}

/** Asks a process to end and waits; returns whether it is gone. */
async function endProcess(host: Host, layout: Layout, pid: number): Promise<boolean> {
  const { clock } = host;
  const identity = identityOf(pid);
  if (identity === undefined) return true;
  const { askToStop } = await import("./stop_request.ts");
  askToStop(host, layout, identity);
  if (host.system.isStopped(pid)) signal(pid, "SIGCONT"); // stopped, it would never hear of that
  const deadline = clock.monotonic() + STOP_MS;
  while (clock.monotonic() < deadline) {
    if (!isAlive(identity)) return true;
    await clock.sleep(20);
  }
  return !isAlive(identity);
}

function stale(layout: Layout): string {
  const pid = pidInFile(layout);
  return pid === undefined ? "" : ` (stale pid ${pid})`;
}
