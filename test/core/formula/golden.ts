import type { Config } from "../../../lib/core/config/config.ts";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import type { Formula } from "./module.ts";

type Settings = Partial<Config["sessions"]>;

export interface Row {
  readonly why: string;
  /** Used percent of the primary and the secondary window; null = no such window. */
  readonly used?: readonly [number | null, number | null];
  /** Whole windows instead. */
  readonly windows?: readonly [LimitWindow | null, LimitWindow | null];
  /** Of the reading; null = there is none. */
  readonly ageMs?: number | null;
  readonly turns?: number;
  /** In open threads, whoever began them. */
  readonly openTurns?: number;
  readonly leases?: number;
  readonly restarts?: number;
  readonly status?: Partial<SessionStatus>;
  readonly settings?: Settings;
  readonly usage: number;
  /** A score, or the reason there is none. */
  readonly gives: number | string;
}

export const NOW = Date.parse("2026-11-20T12:00:00.000Z");

/** Used percent, and the reset in seconds from now. */
const short = (usedPercent: number, resetsIn?: number) => windowOf(300, usedPercent, resetsIn);
const week = (usedPercent: number, resetsIn?: number) => windowOf(10_080, usedPercent, resetsIn);

function windowOf(windowDurationMins: number, usedPercent: number, resetsIn?: number): LimitWindow {
  return {
    usedPercent,
    windowDurationMins,
    ...(resetsIn === undefined ? {} : { resetsAt: NOW / 1000 + resetsIn }),
  };
}

/** Worked by hand. Without more: both windows unused, read just now, no turns, no restarts, default settings. */
export const GOLDEN: readonly Row[] = [
  { why: "nothing used", usage: 100, gives: 100 },
  { why: "99*60 + 98*40 = 9860", used: [1, 2], usage: 98, gives: 98 },
  { why: "1*60 + 2*40 = 140 -> 1", used: [99, 98], usage: 1, gives: 1 },
  { why: "67*60 + 33*40 = 5340 -> 53", used: [33, 67], usage: 53, gives: 53 },
  { why: "0*60 + 100*40 = 4000", used: [100, 0], usage: 40, gives: 40 },
  { why: "100*60 + 0*40 = 6000", used: [0, 100], usage: 60, gives: 60 },
  { why: "the primary window alone counts whole", used: [15, null], usage: 85, gives: 85 },
  { why: "the secondary window alone counts whole", used: [null, 71], usage: 29, gives: 29 },
  { why: "no window: the setting for unknown", used: [null, null], usage: 30, gives: 30 },
  { why: "150 % used leaves 0, not -50", used: [150, null], usage: 0, gives: 0 },
  { why: "-5 % used leaves 100, not 105", used: [-5, null], usage: 100, gives: 100 },
  {
    why: "(30*60 + 80*40)/100: a week in the first place is the week",
    windows: [week(20), short(70)],
    usage: 50,
    gives: 50,
  },
  { why: "the week alone counts whole wherever it stands", windows: [week(29), null], usage: 71, gives: 71 },
  { why: "a day is short: 40*60 + 90*40", windows: [week(10), windowOf(1440, 60)], usage: 60, gives: 60 },
  {
    why: "a minute more is long: 40*40 + 90*60",
    windows: [short(10), windowOf(1441, 60)],
    usage: 70,
    gives: 70,
  },
  {
    why: "of two long ones the fuller counts",
    windows: [week(10), windowOf(43_200, 55)],
    usage: 45,
    gives: 45,
  },
  { why: "wherever that stands", windows: [windowOf(43_200, 55), week(10)], usage: 45, gives: 45 },
  { why: "of two short ones, too", windows: [short(80), windowOf(1440, 10)], usage: 20, gives: 20 },
  { why: "a window that has reset is untouched", windows: [short(99, 0), week(50, 1)], usage: 80, gives: 80 },
  { why: "one that resets in a second is not", windows: [short(90, 1), week(50, -1)], usage: 46, gives: 46 },
  { why: "3 turns: 100 - 15", turns: 3, usage: 100, gives: 85 },
  {
    why: "turns in open threads count instead of what contains them",
    turns: 9,
    openTurns: 1,
    usage: 100,
    gives: 95,
  },
  { why: "and leases are added: 100 - 5*(1 + 2)", turns: 9, openTurns: 1, leases: 2, usage: 100, gives: 85 },
  { why: "no turn is a number of turns", turns: 9, openTurns: 0, usage: 100, gives: 100 },
  { why: "a negative number of turns counts as none", turns: -4, usage: 100, gives: 100 },
  { why: "4 restarts: 100 - 8", restarts: 4, usage: 100, gives: 92 },
  { why: "10 restarts reach the cap: 100 - 20", restarts: 10, usage: 100, gives: 80 },
  { why: "11 restarts stay at the cap", restarts: 11, usage: 100, gives: 80 },
  { why: "a negative number of restarts counts as none", restarts: -3, usage: 100, gives: 100 },
  { why: "41 s: 410/420 -> 0", ageMs: 41_999, usage: 100, gives: 100 },
  { why: "42 s: 420/420 -> 1", ageMs: 42_000, usage: 100, gives: 99 },
  { why: "419 s: 4190/420 -> 9", ageMs: 419_000, usage: 100, gives: 91 },
  { why: "420 s and a part of a second: 10, and not yet stale", ageMs: 420_999, usage: 100, gives: 90 },
  { why: "421 s is stale", ageMs: 421_000, usage: 100, gives: "stale (421s>420s)" },
  { why: "5 s ahead is a clock's fault: no penalty and no bonus", ageMs: -5000, usage: 100, gives: 100 },
  { why: "more than 5 s ahead", ageMs: -5001, usage: 100, gives: "reading is from the future" },
  { why: "no reading", ageMs: null, usage: 100, gives: "missing lastRateLimitUpdateAt" },
  { why: "not healthy", status: { health: "Healthy" }, usage: 100, gives: "unhealthy" },
  { why: "scores go below 0: 0 - 500", used: [100, 100], turns: 100, usage: 0, gives: -500 },
  {
    why: "all at once: 64*60 + 28*40 = 4960 -> 49; 49 - 10 - 6 - (100*10/420 -> 2)",
    used: [36, 72],
    ageMs: 100_500,
    turns: 2,
    restarts: 3,
    usage: 49,
    gives: 31,
  },
  {
    why: "other settings: (50*1 + 80*2)/3 -> 70; 70 - 3*7 - min(5*3, 9) - (50*30/100 = 15)",
    used: [50, 20],
    ageMs: 50_000,
    turns: 3,
    restarts: 5,
    settings: {
      usagePrimaryWeightPercent: 1,
      usageSecondaryWeightPercent: 2,
      busyPenalty: 7,
      restartPenaltyPerRestart: 3,
      restartPenaltyCap: 9,
      staleSec: 100,
      stalenessPenaltyMax: 30,
    },
    usage: 70,
    gives: 25,
  },
  {
    why: "weights of 1 and 0: the primary window as it is",
    used: [37, 99],
    settings: { usagePrimaryWeightPercent: 1, usageSecondaryWeightPercent: 0 },
    usage: 63,
    gives: 63,
  },
  {
    why: "weights of 0 divide by 1",
    used: [37, 99],
    settings: { usagePrimaryWeightPercent: 0, usageSecondaryWeightPercent: 0 },
    usage: 0,
    gives: 0,
  },
  {
    why: "a dead login excludes at once, however fresh the reading",
    status: { lastProbeResult: "login required" },
    usage: 100,
    gives: "login required",
  },
  {
    why: "so does a refused token, and before the health",
    status: { lastProbeResult: "token refused", health: "unhealthy" },
    usage: 100,
    gives: "token refused",
  },
  {
    why: "a passing fault excludes nothing",
    status: { lastProbeResult: "no network" },
    ageMs: 400_000,
    usage: 100,
    gives: 91,
  },
  {
    why: "a passing fault explains a stale reading",
    status: { lastProbeResult: "no network" },
    ageMs: 512_000,
    usage: 100,
    gives: "stale (512s>420s): no network",
  },
  {
    why: "and a missing one",
    status: { lastProbeResult: "no answer in 10 s" },
    ageMs: null,
    usage: 100,
    gives: "missing lastRateLimitUpdateAt: no answer in 10 s",
  },
  {
    why: "the predecessor's word for a failed probe explains nothing",
    status: { lastProbeResult: "error" },
    ageMs: 512_000,
    usage: 100,
    gives: "stale (512s>420s)",
  },
  {
    why: "nor does a probe that went well",
    status: { lastProbeResult: "ok" },
    ageMs: null,
    usage: 100,
    gives: "missing lastRateLimitUpdateAt",
  },
  {
    why: "an API key has no limits: eligible as unknown",
    used: [null, null],
    status: { lastProbeResult: "API key: no limits" },
    usage: 30,
    gives: 30,
  },
  {
    why: "an API key whose reading is old is simply stale",
    used: [null, null],
    ageMs: 421_000,
    status: { lastProbeResult: "API key: no limits" },
    usage: 30,
    gives: "stale (421s>420s)",
  },
  {
    why: "the next start of a crashing child is told",
    status: { health: "unhealthy", nextTryAt: "2026-11-20T12:00:59Z" },
    usage: 100,
    gives: "unhealthy, next try 12:00:59Z",
  },
];

interface Rival {
  readonly alias: string;
  readonly used?: number;
  readonly turns?: number;
  readonly restarts?: number;
  readonly lastSelectedMs?: number;
  readonly pickSeq?: number;
}

/** Who wins between equals; the first named is the one to win. */
export const DUELS: readonly { readonly why: string; readonly rivals: readonly Rival[] }[] = [
  { why: "higher score", rivals: [{ alias: "b", used: 10 }, { alias: "a", used: 11 }] },
  {
    why: "equal score 90: higher percent left",
    rivals: [{ alias: "b", used: 0, turns: 2 }, { alias: "a", used: 5, turns: 1 }],
  },
  {
    why: "equal score 90 and percent left: fewer turns",
    rivals: [{ alias: "b", restarts: 5 }, { alias: "a", turns: 2 }],
  },
  {
    why: "longest not picked",
    rivals: [{ alias: "b", lastSelectedMs: 5, pickSeq: 9 }, { alias: "a", lastSelectedMs: 6, pickSeq: 1 }],
  },
  { why: "never picked", rivals: [{ alias: "b" }, { alias: "a", lastSelectedMs: 0 }] },
  { why: "never picked, the other way round", rivals: [{ alias: "a" }, { alias: "b", lastSelectedMs: -9 }] },
  {
    why: "lower pick number in one millisecond",
    rivals: [{ alias: "b", lastSelectedMs: 5, pickSeq: 1 }, { alias: "a", lastSelectedMs: 5, pickSeq: 2 }],
  },
  { why: "alias", rivals: [{ alias: "a" }, { alias: "b" }] },
  { why: "shorter alias", rivals: [{ alias: "a" }, { alias: "a0" }] },
  { why: "alias by bytes of UTF-8", rivals: [{ alias: "\uff5e" }, { alias: "\u{1f600}" }] },
];

/** What of the golden rows and duels a formula gets wrong. */
export function goldenFaults({ judge, decide, defaultConfig }: Formula): string[] {
  const settings = defaultConfig().sessions;
  const faults: string[] = [];
  for (const row of GOLDEN) {
    const [primary = 0, secondary = 0] = row.used ?? [];
    const age = row.ageMs === undefined ? 0 : row.ageMs;
    const status = sessionOf(
      {
        ...row.status,
        lastRateLimitUpdateAt: age === null ? "" : new Date(NOW - age).toISOString(),
        rateLimits: {
          limitId: "codex",
          primary: row.windows ? row.windows[0] : primary === null ? null : { usedPercent: primary },
          secondary: row.windows ? row.windows[1] : secondary === null ? null : { usedPercent: secondary },
        },
      },
      row,
    );
    const candidate = {
      alias: "a",
      status,
      lastSelectedMs: undefined,
      pickSeq: 0,
      ...(row.leases === undefined ? {} : { leases: row.leases }),
    };
    const verdict = judge(candidate, NOW, { ...settings, ...row.settings });
    const gives = verdict.eligible ? verdict.score : verdict.reason;
    if (gives !== row.gives) faults.push(`${row.why}: gives ${gives}, not ${row.gives}`);
    if (verdict.usage !== row.usage) faults.push(`${row.why}: usage ${verdict.usage}, not ${row.usage}`);
  }
  for (const { why, rivals } of DUELS) {
    for (const order of [rivals, [...rivals].reverse()]) {
      const { winner } = decide(order.map(candidateOf), NOW, settings, { policy: "score" });
      if (winner?.alias !== rivals[0]?.alias) faults.push(`${why}: ${winner?.alias} wins`);
    }
  }
  return faults;
}

function candidateOf(rival: Rival) {
  const status = sessionOf({
    lastRateLimitUpdateAt: new Date(NOW).toISOString(),
    rateLimits: { limitId: "codex", primary: { usedPercent: rival.used ?? 0 }, secondary: null },
  }, rival);
  return { alias: rival.alias, status, lastSelectedMs: rival.lastSelectedMs, pickSeq: rival.pickSeq ?? 0 };
}

function sessionOf(
  given: Partial<SessionStatus>,
  counts: { readonly turns?: number; readonly openTurns?: number; readonly restarts?: number },
): SessionStatus {
  const { openTurns } = counts;
  return {
    ...emptySession(),
    ...given,
    activity: { activeTurns: counts.turns ?? 0, ...(openTurns === undefined ? {} : { turns: openTurns }) },
    appServer: { state: "running", pid: 1, restartCount: counts.restarts ?? 0 },
  };
}
