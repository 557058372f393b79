import { basename } from "node:path";
import type { Config } from "../../core/config/config.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import type { Verdict } from "../../core/pick/score.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { parseTime } from "../../core/text/time.ts";
import { isSupervisorDisabled, timingFrom } from "../../core/system/timing.ts";
import { isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { livingDaemon } from "../daemon/living_daemon.ts";
import { aliasesOf } from "../session/sessions.ts";
import { allowed, look, looker, type PickRequest, readStatus, type StatusRead } from "./survey.ts";

const LOOK_MS = 50;

/**
 * Waits until a session is eligible, at most as long as a supervisor may take to start; ends early when waiting can't
 * help: no sessions, or only reasons that waiting does not change. Returns the last read of status.json.
 */
export async function awaitReadings(
  host: Host,
  layout: Layout,
  config: Config,
  request: PickRequest = {},
): Promise<StatusRead | undefined> {
  if (isSupervisorDisabled(host.env)) return undefined;
  const first = readStatus(layout);
  if (isAnyReady(layout, config, first, host.clock.now(), request)) return first;
  const deadline = host.clock.monotonic() + timingFrom(host.env).startTimeoutMs;
  let read: StatusRead = first;
  for (;;) {
    const aliases = allowed(aliasesOf(layout), request);
    read = readStatus(layout, read);
    const { status, decision } = look(layout, config, aliases, host.clock.now(), request, read);
    if (decision.winner !== undefined) return read;
    const tried = livingDaemon(layout)?.pid === status.daemon.pid
      ? parseTime(status.daemon.startedAt)
      : undefined;
    const isOver = decision.verdicts.every((verdict) =>
      isFinal(verdict, status.sessions.get(verdict.alias), tried)
    );
    if (isOver || host.clock.monotonic() >= deadline) return read;
    await host.clock.sleep(LOOK_MS);
  }
}

/** True when some session is eligible; the pick itself decides which one it takes. */
function isAnyReady(
  layout: Layout,
  config: Config,
  read: StatusRead,
  nowMs: number,
  request: PickRequest,
): boolean {
  const lookAt = looker(layout, config, nowMs, request, read);
  for (const alias of allowed([...read.status.sessions.keys()], request)) {
    if (basename(alias) !== alias || alias.startsWith(".")) continue; // not a valid alias
    if (lookAt([alias]).decision.winner !== undefined && isFolder(homeOf(layout, alias))) return true;
  }
  return false;
}

/** True when waiting does not help: a final verdict, or a failed probe by the supervisor that runs now. */
function isFinal(
  verdict: Verdict,
  entry: SessionStatus | undefined,
  tryingSinceMs: number | undefined,
): boolean {
  if (verdict.eligible) return false;
  if (verdict.final) return true;
  if (entry === undefined || tryingSinceMs === undefined || ["", "ok"].includes(entry.lastProbeResult)) {
    return false;
  }
  return (parseTime(entry.lastProbeAt) ?? -Infinity) >= tryingSinceMs;
}
