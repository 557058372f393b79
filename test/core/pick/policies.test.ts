import { describe, expect, it } from "vitest";
import { type Candidate, decide } from "../../../lib/core/pick/decide.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import type { Mode } from "../../../lib/core/pick/policies/scored_candidate.ts";
import { POLICIES, type Policy } from "../../../lib/core/pick/policy.ts";
import { emptySession } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const HOUR = 3_600_000;

interface Like {
  /** Percent left of the short and of the long window. */
  readonly short?: number;
  readonly long?: number;
  readonly resetsIn?: number;
  readonly open?: number;
  /** What an hour of a turn takes of the short window, in percent; a fifth of that of the long one. */
  readonly costs?: number;
}

function session(
  alias: string,
  { short = 100, long = 100, resetsIn = 100, open = 0, costs = 20 }: Like,
): Candidate {
  return {
    alias,
    lastSelectedMs: undefined,
    pickSeq: 0,
    openSessions: open,
    status: {
      ...emptySession(),
      rateLimits: {
        limitId: "codex",
        primary: { usedPercent: 100 - short, windowDurationMins: 300 },
        secondary: {
          usedPercent: 100 - long,
          windowDurationMins: 10_080,
          resetsAt: (NOW + resetsIn * HOUR) / 1000,
        },
      },
      activity: { activeTurns: 0, turns: 0, openThreads: open },
      lastRateLimitUpdateAt: formatTime(NOW),
      lastProbeResult: "ok",
      cost: { turnHours: 1000, shortPercent: 1000 * costs, longPercent: 200 * costs },
    },
  };
}

function pick(policy: Policy, sessions: readonly Candidate[], mode?: Mode) {
  const { winner, mode: next } = decide(sessions, NOW, defaultConfig().sessions, {
    policy,
    ...(mode === undefined ? {} : { mode }),
  });
  return { alias: winner?.alias, mode: next };
}

describe("balanced", () => {
  it("picks what lasts longest with one session more", () => {
    expect(pick("balanced", [session("a", { short: 80 }), session("b", { short: 70 })]).alias).toBe("a");
    expect(pick("balanced", [session("a", { short: 80, open: 1 }), session("b", { short: 70 })]).alias)
      .toBe("b");
  });

  it("knows that a percent of a large plan is more", () => {
    const [small, large] = [
      session("small", { short: 90, costs: 40 }),
      session("large", { short: 40, costs: 5 }),
    ];
    expect(pick("balanced", [small, large]).alias).toBe("large");
    expect(pick("score", [small, large]).alias).toBe("small");
  });

  it("sees the tighter window", () => {
    expect(
      pick("balanced", [session("a", { short: 100, long: 3 }), session("b", { short: 40, long: 40 })]).alias,
    )
      .toBe("b");
  });
});

describe("drain", () => {
  it("uses first what is lost first", () => {
    const sessions = [session("a", { resetsIn: 90 }), session("b", { resetsIn: 20, long: 60 })];
    expect(pick("drain", sessions).alias).toBe("b");
  });

  it("only as long as a session fits", () => {
    const sessions = [session("a", { resetsIn: 90, costs: 15 }), session("b", { resetsIn: 20, short: 10 })];
    expect(pick("drain", sessions).alias).toBe("a");
  });

  it("prefers what lasts longest when a session fits nowhere", () => {
    const sessions = [session("a", { short: 20, resetsIn: 1 }), session("b", { short: 30, resetsIn: 150 })];
    expect(pick("drain", sessions).alias).toBe("b");
  });
});

describe("adaptive", () => {
  const roomy = (alias: string, resetsIn: number) => session(alias, { resetsIn, costs: 15 });
  const tight = (alias: string, short: number) => session(alias, { short, costs: 15, resetsIn: 10 });

  it("drains while quota is plentiful and balances when it is scarce", () => {
    expect(pick("adaptive", [roomy("a", 90), roomy("b", 20), roomy("c", 50)]))
      .toEqual({ alias: "b", mode: "drain" });
    expect(pick("adaptive", [roomy("a", 90), tight("b", 30), tight("c", 20)], "balanced"))
      .toEqual({ alias: "a", mode: "balanced" });
  });

  it("does not waver between", () => {
    const between = [roomy("a", 90), tight("b", 30)];
    expect(pick("adaptive", between, "drain").mode).toBe("drain");
    expect(pick("adaptive", between, "balanced").mode).toBe("balanced");
    expect(pick("adaptive", [tight("a", 40), tight("b", 30)], "drain").mode).toBe("balanced");
  });
});

describe("every policy", () => {
  it.each(POLICIES)(
    "%s picks nobody who has nothing left",
    (policy) => {
      const sessions = [session("a", { short: 0 }), session("b", { short: 1, long: 1 })];
      expect(pick(policy, sessions).alias).toBe("b");
    },
  );
});
