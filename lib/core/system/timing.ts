import type { Environment } from "../shell/surroundings.ts";

/** The supervisor's pace, as the environment sets it. Seconds unless the name says otherwise. */
export interface Timing {
  readonly startTimeoutMs: number;
  /** Time between two probes of an alias; 0 = only when a reading is about to go stale. */
  readonly probeIntervalSec: number;
  readonly probeLifetimeSec: number;
  readonly flushIntervalSec: number;
  readonly maxRestarts5m: number;
  /** Time before staleness at which a reading is renewed. */
  readonly preStaleSec: number;
  /** Minimum time between two tries to renew one reading. */
  readonly preStaleCooldownSec: number;
}

/** The timing in `AGENTLB_*` variables; an unreadable number is ignored. */
export function timingFrom(env: Environment): Timing {
  return {
    startTimeoutMs: whole(env.AGENTLB_DAEMON_START_TIMEOUT_MS, 3000),
    probeIntervalSec: whole(env.AGENTLB_PROBE_INTERVAL_SEC, 300),
    probeLifetimeSec: Math.max(1, whole(env.AGENTLB_PROBE_LIFETIME_SEC, 10)),
    flushIntervalSec: whole(env.AGENTLB_STATUS_FLUSH_INTERVAL_SEC, 2),
    maxRestarts5m: whole(env.AGENTLB_MAX_RESTARTS_5M, 10),
    preStaleSec: whole(env.AGENTLB_PRE_STALE_REFRESH_SEC, 60),
    preStaleCooldownSec: whole(env.AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC, 30),
  };
}

/** Tells whether commands must leave the supervisor alone. */
export function isSupervisorDisabled(env: Environment): boolean {
  return env.AGENTLB_SUPERVISOR_DISABLED === "1";
}

/** At most eight digits: three years, practically never. */
function whole(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\d{1,8}$/.test(text.trim()) ? Number(text.trim()) : fallback;
}
