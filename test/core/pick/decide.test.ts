import { describe, expect, it } from "vitest";
import {
  type Candidate,
  decide,
  type Decision,
  type DecisionOptions,
} from "../../../lib/core/pick/decide.ts";
import { POLICIES } from "../../../lib/core/pick/policy.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3600;
const SETTINGS = defaultConfig().sessions;

/** What there is to say of one; the others are idle and have half of everything left. */
interface Given extends Partial<Omit<Candidate, "alias" | "status" | "rules">> {
  readonly short?: number;
  readonly week?: number;
  /** In seconds. */
  readonly resetsIn?: number;
  readonly ageSec?: number;
  readonly status?: Partial<SessionStatus>;
  readonly rules?: Partial<NonNullable<Candidate["rules"]>>;
}

function candidate(alias: string, given: Given): Candidate {
  const { short = 50, week = 50, resetsIn = 2 * HOUR + 600, ageSec = 0, status, rules, ...more } = given;
  const window = (left: number, windowDurationMins: number): LimitWindow => ({
    usedPercent: 100 - left,
    windowDurationMins,
    ...(resetsIn > 0 ? { resetsAt: NOW / 1000 + resetsIn } : {}),
  });
  return {
    alias,
    status: {
      ...emptySession(),
      rateLimits: { limitId: "codex", primary: window(short, 300), secondary: window(week, 10_080) },
      lastRateLimitUpdateAt: formatTime(NOW - ageSec * 1000),
      ...status,
    },
    lastSelectedMs: undefined,
    pickSeq: 0,
    ...more,
    rules: { reserve: 0, priority: 0, maxOpen: undefined, isPaused: false, ...rules },
  };
}

function decided(
  all: Readonly<Record<string, Given>>,
  options: Partial<DecisionOptions> = {},
  settings: Partial<typeof SETTINGS> = {},
): Decision {
  const candidates = Object.entries(all).map(([alias, given]) => candidate(alias, given));
  return decide(candidates, NOW, { ...SETTINGS, ...settings }, { policy: "score", ...options });
}

const picked = (all: Readonly<Record<string, Given>>, options?: Partial<DecisionOptions>) =>
  decided(all, options).winner?.alias;
const reasons = (all: Readonly<Record<string, Given>>) => decided(all).verdicts.map(({ reason }) => reason);

describe("an exhausted session", () => {
  it("is never picked while another has anything left, however good the rest of it looks", () => {
    expect(picked({ a: { short: 0, week: 100 }, b: { short: 1, week: 1 } })).toBe("b");
    expect(picked({ a: { short: 100, week: 0 }, b: { short: 1, week: 1 } })).toBe("b");
    expect(picked({ a: { short: 0, week: 100 }, b: { short: 1, week: 1 } }, { prefer: "a" })).toBe("b");
    expect(reasons({ a: { short: 0 }, b: {} })).toEqual(["exhausted, resets in 2h 10m", "eligible"]);
  });

  it("may be picked again as soon as its window has reset, before anybody has looked", () => {
    expect(picked({ a: { short: 0, resetsIn: 1, ageSec: 60 }, b: {} })).toBe("b");
    const reset = { primary: { usedPercent: 100, windowDurationMins: 300, resetsAt: NOW / 1000 } };
    const a = { status: { rateLimits: { limitId: "codex", secondary: null, ...reset } } };
    expect(picked({ a, b: {} })).toBe("a");
  });

  it("is one though its reading is old, as long as the reset that was told is ahead", () => {
    const all = { a: { short: 0, ageSec: 9000 }, b: { ageSec: 9000 } };
    expect(reasons(all)).toEqual(["exhausted, resets in 2h 10m", "stale (9000s>420s)"]);
    expect(decided(all)).toMatchObject({ comesBackFirst: undefined, inTurn: ["b"] });
    // A newer reading may know better, so somebody may wait for one.
    expect(decided(all).verdicts.map((verdict) => !verdict.eligible && verdict.final)).toEqual([
      false,
      false,
    ]);
    expect(reasons({ a: { short: 0, ageSec: 9000, resetsIn: 0 } })).toEqual(["stale (9000s>420s)"]);
  });
});

describe("when everything is used up", () => {
  it("the one that comes back first is named", () => {
    const all = { a: { short: 0, resetsIn: 9 * HOUR }, b: { week: 0, resetsIn: HOUR }, c: { short: 0 } };
    expect(decided(all)).toMatchObject({
      winner: undefined,
      comesBackFirst: { alias: "b", comesBackMs: NOW + HOUR * 1000 },
      inTurn: [],
    });
  });

  it("one that can pay at once comes before all others, one that nobody knows of after them", () => {
    const credits = { allowance: { credits: { hasCredits: true, unlimited: false } } };
    const all = { a: { short: 0, resetsIn: 0 }, b: { short: 0 }, c: { short: 0, status: credits } };
    expect(decided(all).comesBackFirst).toMatchObject({ alias: "c", onCredits: true });
    const { c: _, ...rest } = all;
    expect(decided(rest).comesBackFirst?.alias).toBe("b");
    expect(decided({ a: { short: 0, resetsIn: 0 } }).comesBackFirst?.alias).toBe("a");
  });

  it("is not so while somebody could not be judged, or has no place free", () => {
    const used = { short: 0 };
    expect(decided({ a: used, b: { ageSec: 999 } })).toMatchObject({
      comesBackFirst: undefined,
      inTurn: ["b"],
    });
    expect(decided({ a: used, b: { openSessions: 1, rules: { maxOpen: 1 } } })).toMatchObject({
      comesBackFirst: undefined,
      inTurn: [],
    });
  });
});

describe("what nobody can judge", () => {
  const stale = { ageSec: 999 };
  const dead = { status: { lastProbeResult: "login required" } };
  const paused = { rules: { isPaused: true } };
  const full = { openSessions: 2, rules: { maxOpen: 2 } };

  it.each<[string, Readonly<Record<string, Given>>, string]>([
    ["all of it", { a: stale, b: stale }, "ab"],
    ["also what nobody has looked at yet", { a: { ...stale, isMissing: true }, b: stale }, "ab"],
    [
      "without dead logins, paused and exhausted ones",
      { a: dead, b: stale, c: paused, d: { short: 0 } },
      "b",
    ],
    ["dead logins when there is nothing else", { a: dead, b: dead }, "ab"],
    ["dead logins before paused ones", { a: paused, b: dead }, "b"],
    ["paused ones when there is nothing else", { a: paused, b: paused }, "ab"],
    ["never what is full", { a: { ...stale, ...full }, b: stale }, "b"],
    ["nobody when all are full", { a: full, b: { ...stale, ...full } }, ""],
    ["nobody when all but what may not be used are full", { a: full, b: dead, c: paused }, ""],
    ["nobody when there is nobody", {}, ""],
  ])("is taken in turn: %s", (_, all, expected) => {
    expect(decided(all)).toMatchObject({
      winner: undefined,
      comesBackFirst: undefined,
      inTurn: expected.split(""),
    });
  });
});

describe("what the user wants of an alias", () => {
  it("paused: it is not picked, and that is its reason whatever else there is to say", () => {
    const rules = { isPaused: true };
    expect(picked({ a: { short: 90, rules }, b: {} })).toBe("b");
    const dead = { lastProbeResult: "login required" };
    expect(reasons({ a: { rules }, b: { rules, short: 0 }, c: { rules, status: dead } })).toEqual([
      "paused",
      "paused",
      "paused",
    ]);
  });

  it("max_open: it is not picked while so many are open", () => {
    const most = (openSessions: number) => ({
      a: { short: 90, openSessions, rules: { maxOpen: 3 } },
      b: {},
    });
    expect([1, 2, 3, 4].map((open) => picked(most(open)))).toEqual(["a", "a", "b", "b"]);
    expect(reasons(most(3))).toEqual(["3 of 3 sessions open", "eligible"]);
  });

  it("reserve: what is left of it is for when nobody else has anything", () => {
    const rules = { reserve: 20 };
    expect(picked({ a: { short: 21, week: 100, rules }, b: { short: 1, week: 1 } })).toBe("a");
    expect(picked({ a: { short: 20, week: 100, rules }, b: { short: 1, week: 1 } })).toBe("b");
    expect(picked({ a: { short: 100, week: 20, rules }, b: { short: 1, week: 1 } })).toBe("b");
    expect(picked({ a: { short: 20, week: 100, rules }, b: { short: 0 } })).toBe("a");
    expect(reasons({ a: { short: 20, rules }, b: {} })).toEqual(["in reserve", "eligible"]);
  });

  it("priority: it comes first as long as it has something left that is not kept", () => {
    const b = { short: 100, week: 100 };
    expect(picked({ a: { short: 1, week: 1, rules: { priority: 1 } }, b })).toBe("a");
    expect(picked({ a: { short: 1, week: 1 }, b: { ...b, rules: { priority: -1 } } })).toBe("a");
    expect(picked({ a: { short: 0, rules: { priority: 9 } }, b })).toBe("b");
    expect(picked({ a: { short: 5, rules: { priority: 9, reserve: 5 } }, b })).toBe("b");
  });

  it("preferred for once: it is picked whenever it may be, even from what is kept", () => {
    const all = { a: { short: 5, rules: { reserve: 5 } }, b: { rules: { priority: 9 } }, c: { short: 90 } };
    expect(picked(all, { prefer: "a" })).toBe("a");
    expect(picked(all, { prefer: "c" })).toBe("c");
    expect(picked(all, { prefer: "nobody" })).toBe("b");
    expect(picked({ ...all, a: { rules: { isPaused: true } } }, { prefer: "a" })).toBe("b");
  });
});

describe("what is under way", () => {
  it("is turns and leases, each by its penalty", () => {
    const turns = (turns: number) => ({ status: { activity: { activeTurns: 9, turns } } });
    const { verdicts } = decided({ a: { ...turns(2), leases: 1 }, b: turns(0), c: { leases: 2 } });
    expect(verdicts.map((verdict) => verdict.eligible && [verdict.score, verdict.activeTurns])).toEqual([
      [35, 3],
      [50, 0],
      [40, 2],
    ]);
  });

  it("counts against every alias of the account that it is under way in", () => {
    const busy = (account: string, turns: number, leases: number) => ({
      status: { account, activity: { activeTurns: turns, turns } },
      leases,
    });
    const all = { a: busy("x", 1, 1), b: busy("x", 0, 2), c: busy("y", 1, 0), d: { leases: 1 } };
    expect(decided(all).verdicts.map((verdict) => verdict.eligible && verdict.activeTurns)).toEqual([
      4,
      4,
      1,
      1,
    ]);
    // Places are an alias' own.
    const place = { openSessions: 1, rules: { maxOpen: 2 } };
    expect(reasons({ a: { ...busy("x", 0, 1), ...place }, b: { ...busy("x", 0, 1), ...place } })).toEqual([
      "eligible",
      "eligible",
    ]);
  });
});

describe("what costs money", () => {
  const none = { rateLimits: { limitId: "codex", primary: null, secondary: null } };
  const key: Given = { status: { ...none, lastProbeResult: "API key: no limits" } };
  const credits = { allowance: { credits: { hasCredits: true, unlimited: false, balance: "5" } } };

  it.each(POLICIES)("comes after every plan that has anything left, by the policy %s", (policy) => {
    expect(picked({ a: key, b: { short: 1, week: 1 } }, { policy })).toBe("b");
    expect(picked({ a: key, b: { short: 1, rules: { reserve: 50 } } }, { policy })).toBe("b");
    expect(picked({ a: { ...key, rules: { priority: 9 } }, b: { short: 1 } }, { policy })).toBe("b");
    expect(picked({ a: key, b: { short: 0 } }, { policy })).toBe("a");
  });

  it("is also a provider of models without OpenAI login, which has its own words", () => {
    const other: Given = { status: { ...none, lastProbeResult: "no OpenAI login needed: no limits" } };
    expect(picked({ a: other, b: { short: 1, week: 1 } })).toBe("b");
    expect(decided({ a: other, b: { short: 0 } }).winner).toMatchObject({ alias: "a", hasOwnProvider: true });
    expect(decided({ a: key, b: { short: 0 } }).winner).not.toHaveProperty("hasOwnProvider");
    expect(decided({ a: other }, {}, { paid: "never" }).verdicts[0]).toMatchObject({
      kind: "paid",
      reason: "may cost money",
    });
  });

  it("is told of the verdict, and picked at the user's word", () => {
    expect(decided({ a: key, b: { short: 0 } }).winner).toMatchObject({ alias: "a", isPaid: true });
    expect(picked({ a: key, b: {} }, { prefer: "a" })).toBe("a");
  });

  it("is no fallback while there is a plan, even one whose reading is old", () => {
    expect(decided({ a: { ...key, ageSec: 999 }, b: { ageSec: 999 } }).inTurn).toEqual(["b"]);
    expect(decided({ a: { ...key, ageSec: 999 }, b: { short: 0 } }).comesBackFirst?.alias).toBe("b");
    expect(decided({ a: { ...key, ageSec: 999 } }).inTurn).toEqual(["a"]);
  });

  it("is never picked where the settings say never: neither a key nor credits", () => {
    const never = { paid: "never" } as const;
    const found = decided({ a: key, b: { short: 0 } }, {}, never);
    expect([found.winner, found.comesBackFirst?.alias]).toEqual([undefined, "b"]);
    expect(found.verdicts[0]).toMatchObject({ kind: "paid", reason: "costs money" });
    expect(decided({ a: key }, {}, never).inTurn).toEqual([]);
    const paying: Given = { short: 0, resetsIn: 9 * HOUR, status: credits };
    expect(decided({ a: paying, b: { short: 0 } }).comesBackFirst?.alias).toBe("a");
    expect(decided({ a: paying, b: { short: 0 } }, {}, never).comesBackFirst?.alias).toBe("b");
  });

  it("is ranked like a plan where the settings say so", () => {
    expect(decided({ a: key, b: { short: 1, week: 1 } }, {}, { paid: "ranked" }).winner?.alias).toBe("a");
  });
});
