import type { Environment } from "../shell/surroundings.ts";
import { type Timing, timingFrom } from "./timing.ts";

/** A variable of the environment that counts as a setting. */
export interface VariableSetting {
  readonly name: string;
  /** What counts now; empty = nothing. */
  readonly value: string;
  /** True when the environment has it, with a value that counts. */
  readonly isSet: boolean;
}

const TIMINGS: readonly (readonly [name: string, key: keyof Timing])[] = [
  ["AGENTLB_DAEMON_START_TIMEOUT_MS", "startTimeoutMs"],
  ["AGENTLB_PROBE_INTERVAL_SEC", "probeIntervalSec"],
  ["AGENTLB_PROBE_LIFETIME_SEC", "probeLifetimeSec"],
  ["AGENTLB_STATUS_FLUSH_INTERVAL_SEC", "flushIntervalSec"],
  ["AGENTLB_MAX_RESTARTS_5M", "maxRestarts5m"],
  ["AGENTLB_PRE_STALE_REFRESH_SEC", "preStaleSec"],
  ["AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC", "preStaleCooldownSec"],
];
const SWITCHES = ["AGENTLB_SUPERVISOR_DISABLED", "AGENTLB_NO_CONTINUE"];

/** The variables of agentlb, with what counts of them. `root` is the folder in use. */
export function variableSettings(env: Environment, root: string): VariableSetting[] {
  const timing = timingFrom(env);
  const usual = timingFrom({});
  return [
    { name: "AGENTLB_HOME", value: root, isSet: (env.AGENTLB_HOME ?? "") !== "" },
    ...SWITCHES.map((name) => ({ name, value: env[name] === "1" ? "1" : "", isSet: env[name] === "1" })),
    ...TIMINGS.map(([name, key]) => ({
      name,
      value: String(timing[key]),
      isSet: timing[key] !== usual[key] || env[name]?.trim() === String(usual[key]),
    })),
  ];
}
