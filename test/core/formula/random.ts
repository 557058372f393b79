import fc from "fast-check";
import type { Config } from "../../../lib/core/config/config.ts";
import { type Case, type SettingName, state } from "./statement.ts";
import type { Verdict } from "../../../lib/core/pick/score.ts";
import type { Formula } from "./module.ts";
import { NOW } from "./golden.ts";

const NOW_SEC = NOW / 1000;
const resetsAt = fc.constantFrom(NOW_SEC - 1, NOW_SEC, NOW_SEC + 1, NOW_SEC + 7200);
const window = fc.option(
  fc.record({
    usedPercent: fc.oneof(fc.constantFrom(0, 33, 50, 67, 99, 100, 150, -5), fc.integer({ min: 0, max: 100 })),
    windowDurationMins: fc.constantFrom(300, 1440, 1441, 10_080),
    resetsAt,
  }, { requiredKeys: ["usedPercent"] }),
  { nil: null, freq: 4 },
);
/** What else there is to say of an account; mostly nothing. */
const allowance = fc.record({
  credits: fc.record({ hasCredits: fc.boolean(), unlimited: fc.boolean() }),
  spendLimit: fc.tuple(fc.constantFrom(0, 0, 1, 60), fc.oneof(resetsAt, fc.constant(0))).map((
    [remainingPercent, resetsAt],
  ) => ({ limit: "1", used: "1", remainingPercent, resetsAt })),
  reachedType: fc.constantFrom(
    "rate_limit_reached",
    "workspace_owner_credits_depleted",
    "workspace_member_credits_depleted",
    "workspace_owner_usage_limit_reached",
    "workspace_member_usage_limit_reached",
    "something_new",
  ),
  spendControlReached: fc.boolean(),
  ordinaryUsageAllowed: fc.boolean(),
}, { requiredKeys: [] });
const standing = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record({
      allowance,
      exhaustedUntil: fc.constantFrom(-1, 0, 1, 999_000).map((ms) => new Date(NOW + ms).toISOString()),
    }, { requiredKeys: [] }),
  },
);
const ageMs = fc.oneof(
  fc.constantFrom(0, 41_000, 42_000, 419_999, 420_000, 420_999, 421_000, -4000, -5000, -5001, -9000),
  fc.integer({ min: -6000, max: 430_000 }),
);
const described = fc.record({
  health: fc.constantFrom("healthy", "healthy", "healthy", "healthy", "unhealthy", ""),
  appServer: fc.record({
    state: fc.constant("running"),
    pid: fc.nat(99_999),
    restartCount: fc.oneof(fc.constantFrom(0, 0, 0, 1), fc.nat(15), fc.constant(90_000_000)),
  }),
  rateLimits: fc.record({ limitId: fc.constant("codex"), primary: window, secondary: window }),
  usageLeftPercent: fc.nat(100),
  activity: fc.record({
    activeTurns: fc.oneof(fc.constantFrom(0, 0, 1, 2), fc.nat(20), fc.constant(90_000_000)),
    turns: fc.nat(3),
  }, { requiredKeys: ["activeTurns"] }),
  lastRateLimitUpdateAt: fc.oneof(
    { weight: 9, arbitrary: ageMs.map((ms) => new Date(NOW - ms).toISOString()) },
    { weight: 1, arbitrary: fc.constantFrom("", "yesterday") },
  ),
  lastProbeAt: fc.constant(""),
  lastProbeResult: fc.oneof(
    { weight: 8, arbitrary: fc.constant("ok") },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "no network",
        "login required",
        "token refused",
        "usage service answers 503",
      ),
    },
  ),
  lastSelectedAt: fc.constant(""),
});

const session = fc.tuple(described, standing).map(([session, standing]) => ({ ...session, ...standing }));

/** Few values that add up to the same scores, so that each tie-break has its say. */
const calm = fc.record({
  turns: fc.constantFrom(0, 1, 2),
  used: fc.constantFrom(0, 5, 10),
  restartCount: fc.constantFrom(0, 5),
}).map(({ turns, used, restartCount }) => ({
  health: "healthy",
  appServer: { state: "running", pid: 1, restartCount },
  rateLimits: { limitId: "codex", primary: { usedPercent: used }, secondary: null },
  usageLeftPercent: 100 - used,
  activity: { activeTurns: turns },
  lastRateLimitUpdateAt: new Date(NOW).toISOString(),
  lastProbeAt: "",
  lastProbeResult: "ok",
  lastSelectedAt: "",
}));

/** The same numbers for two sessions in a row, so that ties are common. */
const sessions = fc.tuple(
  fc.uniqueArray(fc.constantFrom("a", "a0", "b", "B", "10", "9", "é", "\uff5e", "\u{1f600}", "constructor"), {
    maxLength: 5,
  }),
  fc.oneof(...[session, calm].map((one) => fc.array<unknown>(one, { minLength: 5, maxLength: 5 }))),
  fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
).map(([aliases, values, repeats]) =>
  Object.fromEntries(aliases.map((alias, at) => [alias, repeats[at] ? values[0] : values[at]]))
);

const settings: fc.Arbitrary<Record<SettingName, number>> = fc.oneof(
  fc.constant({
    stale_sec: 420,
    busy_penalty: 5,
    unknown_usage_left_percent: 30,
    usage_primary_weight_percent: 60,
    usage_secondary_weight_percent: 40,
    restart_penalty_per_restart: 2,
    restart_penalty_cap: 20,
    staleness_penalty_max: 10,
  }),
  fc.record({
    stale_sec: fc.oneof(fc.integer({ min: 1, max: 900 }), fc.constant(90_000_000)),
    busy_penalty: fc.oneof(fc.nat(10), fc.constant(90_000_000)),
    unknown_usage_left_percent: fc.nat(100),
    usage_primary_weight_percent: fc.oneof(fc.nat(100), fc.constant(90_000_000)),
    usage_secondary_weight_percent: fc.oneof(fc.nat(100), fc.constant(90_000_000)),
    restart_penalty_per_restart: fc.oneof(fc.nat(5), fc.constant(90_000_000)),
    restart_penalty_cap: fc.oneof(fc.nat(40), fc.constant(90_000_000)),
    staleness_penalty_max: fc.oneof(fc.nat(30), fc.constant(90_000_000)),
  }),
);

const cases: fc.Arbitrary<Case> = fc.record({
  sessions,
  settings,
  times: fc.array(
    fc.record({
      ms: fc.constantFrom(null, 0, NOW - 1, NOW - 1000),
      seq: fc.nat(3),
      leases: fc.constantFrom(0, 0, 0, 1, 3),
    }),
    { minLength: 5, maxLength: 5 },
  ),
}).map(({ sessions, settings, times }) => ({
  file: JSON.stringify({ version: 1, sessions }),
  nowMs: NOW,
  settings,
  picked: Object.fromEntries(Object.keys(sessions).map((alias, at) => [alias, times[at]!])),
}));

/** Random status files, the same ones for the same seed. */
export function randomCases(count: number, seed: number): Case[] {
  return fc.sample(cases, { numRuns: count, seed });
}

/** What a formula and the second statement of it don't agree on; empty = they do. */
export function randomFaults({ decide, compareEligible, parseStatus }: Formula, given: Case): string[] {
  const stated = state(given);
  const candidates = [...parseStatus(given.file).sessions].map(([alias, status]) => {
    const { ms, seq, leases } = given.picked[alias]!;
    return { alias, status, lastSelectedMs: ms ?? undefined, pickSeq: seq, leases };
  });
  const decision = decide(candidates, given.nowMs, settingsOf(given.settings), { policy: "score" });
  const faults = decision.verdicts.flatMap((verdict) => {
    const gives = givenBy(verdict);
    const wanted = stated.gives.get(verdict.alias);
    return gives === wanted ? [] : [`${verdict.alias}: ${gives}, not ${wanted}`];
  });
  const [first] = decision.verdicts.filter((verdict) => verdict.eligible).sort(compareEligible);
  if (first?.alias !== stated.winner) faults.push(`${first?.alias} comes first, not ${stated.winner}`);
  const winner = decision.winner?.alias;
  return winner === stated.winner ? faults : [...faults, `${winner} wins, not ${stated.winner}`];
}

function givenBy(verdict: Verdict): string {
  if (verdict.eligible) return String(verdict.score);
  if (verdict.kind !== "exhausted") return verdict.reason;
  return `exhausted until ${verdict.comesBackMs ?? "nobody knows"}${
    verdict.onCredits ? ", credits left" : ""
  }`;
}

function settingsOf(settings: Record<SettingName, number>): Config["sessions"] {
  return {
    aliasPattern: "",
    assignmentHistoryWindow: 30,
    pickBehavior: "last",
    policy: "score",
    paid: "ranked",
    shareFrom: "",
    share: [],
    staleSec: settings.stale_sec,
    busyPenalty: settings.busy_penalty,
    unknownUsageLeftPercent: settings.unknown_usage_left_percent,
    usagePrimaryWeightPercent: settings.usage_primary_weight_percent,
    usageSecondaryWeightPercent: settings.usage_secondary_weight_percent,
    restartPenaltyPerRestart: settings.restart_penalty_per_restart,
    restartPenaltyCap: settings.restart_penalty_cap,
    stalenessPenaltyMax: settings.staleness_penalty_max,
  };
}
