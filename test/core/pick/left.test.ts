import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { type Candidate, decide } from "../../../lib/core/pick/decide.ts";
import { enoughIn, firstBackMs, leftIn, type LeftWish } from "../../../lib/core/pick/left.ts";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR_MS = 3_600_000;
const RULES = { reserve: 0, priority: 0, maxOpen: undefined, isPaused: false };

const window = (left: number, windowDurationMins: number, resetsInHours?: number): LimitWindow => ({
  usedPercent: 100 - left,
  windowDurationMins,
  ...(resetsInHours === undefined ? {} : { resetsAt: (NOW + resetsInHours * HOUR_MS) / 1000 }),
});

interface Given extends Partial<Omit<Candidate, "status">> {
  readonly windows?: readonly [short: LimitWindow | null, long: LimitWindow | null];
  readonly status?: Partial<SessionStatus>;
}

function candidate(alias: string, { windows, status, ...more }: Given): Candidate {
  const [primary, secondary] = windows ?? [window(50, 300, 1), window(60, 10_080, 20)];
  return {
    alias,
    lastSelectedMs: undefined,
    pickSeq: 0,
    rules: RULES,
    ...more,
    status: {
      ...emptySession(),
      rateLimits: { limitId: "codex", primary, secondary },
      lastRateLimitUpdateAt: formatTime(NOW),
      lastProbeResult: "ok",
      ...status,
    },
  };
}

function sessions(
  all: Readonly<Record<string, Given>>,
  wish: LeftWish = {},
  paid: "last" | "never" = "last",
) {
  const candidates = Object.entries(all).map(([alias, given]) => candidate(alias, given));
  const settings = { ...defaultConfig().sessions, paid };
  const { verdicts } = decide(candidates, NOW, settings, { policy: "score" });
  return leftIn(candidates, verdicts, wish, NOW);
}

const PAID: Given = { windows: [null, null], status: { lastProbeResult: "API key: no limits" } };

describe("a session that is waited for", () => {
  it("has enough when it may be picked, by the window that has least", () => {
    expect(sessions({ a: {} })).toEqual([{
      alias: "a",
      left: 50,
      isEnough: true,
      reason: "",
      backMs: undefined,
      isFinal: false,
      isUnknown: false,
    }]);
  });

  it("comes back at the reset of what is used up", () => {
    const [found] = sessions({ a: { windows: [window(0, 300, 2), window(9, 10_080, 20)] } });
    expect(found).toMatchObject({
      isEnough: false,
      left: 0,
      backMs: NOW + 2 * HOUR_MS,
      isFinal: false,
      isUnknown: false,
    });
  });

  it.each<[string, Given, boolean, boolean]>([
    ["a dead login", { status: { lastProbeResult: "login required" } }, true, false],
    ["a pause", { rules: { ...RULES, isPaused: true } }, true, false],
    ["no entry yet", { isMissing: true }, false, true],
    ["an old reading", { status: { lastRateLimitUpdateAt: formatTime(NOW - 9 * HOUR_MS) } }, false, true],
    ["a crash loop", { status: { health: "unhealthy" } }, false, true],
    ["too many open sessions", { openSessions: 2, rules: { ...RULES, maxOpen: 2 } }, false, false],
  ])("with %s: only the user can end that: %#", (_, given, isFinal, isUnknown) => {
    const [found] = sessions({ a: given });
    expect(found).toMatchObject({ isEnough: false, isFinal, isUnknown, backMs: undefined });
    expect(found!.reason).not.toBe("");
  });

  it("costs no money unless it is the one that is asked for", () => {
    expect(sessions({ a: PAID })).toMatchObject([{ isEnough: false, reason: "costs money", isFinal: true }]);
    expect(sessions({ a: PAID }, { alias: "a" })).toMatchObject([{ isEnough: true, left: undefined }]);
    expect(sessions({ a: PAID }, {}, "never")).toMatchObject([{ isEnough: false, isFinal: true }]);
  });

  it("for so much left needs that in each window, and comes back when all that have less have reset", () => {
    const windows = [window(20, 300, 2), window(30, 10_080, 20)] as const;
    const least = (percent: number) => sessions({ a: { windows } }, { least: percent })[0];
    expect(least(20)).toMatchObject({ isEnough: true });
    expect(least(21)).toMatchObject({ isEnough: false, reason: "20% left", backMs: NOW + 2 * HOUR_MS });
    expect(least(30)).toMatchObject({ isEnough: false, backMs: NOW + 2 * HOUR_MS });
    expect(least(31)).toMatchObject({ isEnough: false, backMs: NOW + 20 * HOUR_MS });
  });

  it("for so much left comes back at an unknown time where a reset is not known, or the limits are not", () => {
    const half = [window(20, 300, 2), window(30, 10_080)] as const;
    expect(sessions({ a: { windows: half } }, { least: 50 })[0]).toMatchObject({
      isEnough: false,
      backMs: undefined,
    });
    expect(sessions({ a: { windows: [null, null] } }, { least: 1 })[0]).toMatchObject({
      isEnough: false,
      reason: "its limits are not known",
      isFinal: false,
      backMs: undefined,
    });
  });

  it("is one of those asked for: by name, or that the folder is bound to", () => {
    const all = { a: {}, b: {}, c: {} };
    const names = (wish: LeftWish) => sessions(all, wish).map(({ alias }) => alias);
    expect(names({})).toEqual(["a", "b", "c"]);
    expect(names({ alias: "b" })).toEqual(["b"]);
    expect(names({ among: ["a", "c"] })).toEqual(["a", "c"]);
    expect(names({ alias: "b", among: ["a"] })).toEqual(["b"]);
  });
});

describe("of several sessions", () => {
  it("the one with most left is taken, one whose limits are not known last", () => {
    const windows = (left: number) => [window(left, 300, 1), null] as const;
    const all = {
      z: { windows: [null, null] as const },
      a: { windows: windows(40) },
      b: { windows: windows(70) },
    };
    expect(enoughIn(sessions(all))?.alias).toBe("b");
    expect(enoughIn(sessions({ z: all.z, a: all.a }))?.alias).toBe("a");
    expect(enoughIn(sessions({ a: all.a, z: all.z }))?.alias).toBe("a");
    expect(enoughIn(sessions({ a: { windows: windows(0) } }))).toBeUndefined();
  });

  it("the first that comes back is waited for, and none that only the user can bring back", () => {
    const used = (hours: number): Given => ({ windows: [window(0, 300, hours), null] });
    expect(firstBackMs(sessions({ a: used(3), b: used(2) }))).toBe(NOW + 2 * HOUR_MS);
    expect(firstBackMs(sessions({ a: used(3), b: { rules: { ...RULES, isPaused: true } } }))).toBe(
      NOW + 3 * HOUR_MS,
    );
    expect(firstBackMs([])).toBeUndefined();
    const final = sessions({ a: used(3) }).map((each) => ({ ...each, isFinal: true }));
    expect(firstBackMs(final)).toBeUndefined();
  });
});
