import { expect, it } from "vitest";
import { isSupervisorDisabled, timingFrom } from "../../../lib/core/system/timing.ts";

const DEFAULTS = {
  startTimeoutMs: 3000,
  probeIntervalSec: 300,
  probeLifetimeSec: 10,
  flushIntervalSec: 2,
  maxRestarts5m: 10,
  preStaleSec: 60,
  preStaleCooldownSec: 30,
};

it("the pace is the predecessor's unless the environment says otherwise", () => {
  expect(timingFrom({})).toEqual(DEFAULTS);
  const env = {
    AGENTLB_DAEMON_START_TIMEOUT_MS: "1",
    AGENTLB_PROBE_INTERVAL_SEC: "0",
    AGENTLB_PROBE_LIFETIME_SEC: " 3 ",
    AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0",
    AGENTLB_MAX_RESTARTS_5M: "5",
    AGENTLB_PRE_STALE_REFRESH_SEC: "6",
    AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "7",
  };
  expect(Object.values(timingFrom(env))).toEqual([1, 0, 3, 0, 5, 6, 7]);
});

it.each(["", "-1", "1.5", "x", "1e3", "999999999", "0x10", "١"])(
  "a number that can't be read is as good as none: %j",
  (text) => {
    const names = [
      "AGENTLB_DAEMON_START_TIMEOUT_MS",
      "AGENTLB_PROBE_INTERVAL_SEC",
      "AGENTLB_PROBE_LIFETIME_SEC",
      "AGENTLB_STATUS_FLUSH_INTERVAL_SEC",
      "AGENTLB_MAX_RESTARTS_5M",
      "AGENTLB_PRE_STALE_REFRESH_SEC",
      "AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC",
    ];
    expect(timingFrom(Object.fromEntries(names.map((name) => [name, text])))).toEqual(DEFAULTS);
  },
);

it("a probe lives for a second at least", () => {
  expect(timingFrom({ AGENTLB_PROBE_LIFETIME_SEC: "0" }).probeLifetimeSec).toBe(1);
});

it("the supervisor is disabled by exactly 1", () => {
  expect(
    ["1", "0", "", "true", "11", undefined].map((value) =>
      isSupervisorDisabled({ AGENTLB_SUPERVISOR_DISABLED: value })
    ),
  ).toEqual([true, false, false, false, false, false]);
});
