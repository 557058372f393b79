import type { Environment } from "../shell/surroundings.ts";

/** What the environment may change about the supervisor's pace. Seconds unless the name says otherwise. */
export interface Timing {
  readonly startTimeoutMs: number;
  /** Between two probes of an alias; 0 = only when a reading is about to go stale. */
  readonly probeIntervalSec: number;
  readonly probeLifetimeSec: number;
  readonly flushIntervalSec: number;
  readonly maxRestarts5m: number;
  /** How long before it goes stale a reading is renewed. */
  readonly preStaleSec: number;
  /** The least time between two tries to renew one reading. */
  readonly preStaleCooldownSec: number;
}

/** The timing that `AGENTLB_*` variables name; a number that can't be read is as good as none. */
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

/** Whether commands must leave the supervisor alone. */
export function isSupervisorDisabled(env: Environment): boolean {
  return env.AGENTLB_SUPERVISOR_DISABLED === "1";
}

/** At most eight digits: three years, which is as good as never. */
function whole(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\d{1,8}$/.test(text.trim()) ? Number(text.trim()) : fallback;
}
