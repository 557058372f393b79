import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bannersIn, NEEDLE, showsLostLogin } from "../../../../lib/core/pool/screen/banner.ts";
import { decide, type Facts, type Signs, stuckOf } from "../../../../lib/core/pool/watch/watch_decision.ts";
import type { Trouble } from "../../../../lib/core/codex/reasons.ts";
import { NOTHING } from "../../../../lib/core/codex/rate_limits.ts";
import type { Reading } from "../../../../lib/core/pool/limits/reading.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const SOON = NOW / 1000 + 3600;
const POLICY = { rotateOnUnknown: false };

function limits(short: number, week = 50, resetsAt = SOON): Reading {
  const limits = {
    limitId: "codex",
    primary: { usedPercent: 100 - short, windowDurationMins: 300, resetsAt },
    secondary: { usedPercent: 100 - week, windowDurationMins: 10_080, resetsAt: SOON + 86_400 },
  };
  return { kind: "limits", readings: { limits, allowance: {} }, source: { by: "codex" } };
}
const failed = (trouble: Trouble): Reading => ({ kind: "failed", trouble, reason: `some ${trouble}` });
const known = (readings: Readonly<Record<string, Reading>>) =>
  Object.entries(readings).map(([file, reading]) => ({ file, reading }));

function facts(
  current: Reading,
  stuck: readonly string[],
  others?: Readonly<Record<string, Reading>>,
): Facts {
  return { current: { file: "a", reading: current }, stuck, others: others && known(others), now: NOW };
}

describe("a team", () => {
  test("moves when its account is used up and a worker is stuck, to the first after it that has anything left", () => {
    const others = { b: limits(0), c: limits(30), d: limits(90) };
    expect(decide(facts(limits(0), ["w1"], others), POLICY)).toEqual({
      act: "rotate",
      to: "c",
      isBlind: false,
    });
    expect(decide(facts(limits(40, 0), ["w1"], others), POLICY)).toMatchObject({ act: "rotate", to: "c" });
  });

  test("has the others asked only when that matters", () => {
    expect(decide(facts(limits(0), ["w1"]), POLICY)).toEqual({ act: "ask others" });
    expect(decide(facts(limits(0), []), POLICY)).toEqual({ act: "hold" });
    expect(decide(facts(limits(1), ["w1"]), POLICY)).toEqual({ act: "go on", stuck: ["w1"] });
  });

  test("waits for the soonest reset when nobody has anything left", () => {
    const others = { b: limits(0, 50, SOON - 600), c: limits(50, 0) };
    const wait = { act: "wait", until: (SOON - 600) * 1000, unknown: [] };
    expect(decide(facts(limits(0), ["w1"], others), POLICY)).toEqual(wait);
    expect(decide(facts(limits(0), ["w1"], {}), POLICY)).toEqual({ ...wait, until: SOON * 1000 });
    const unknown = decide(facts(limits(0), ["w1"], { b: failed("network"), c: { kind: "due" } }), POLICY);
    expect(unknown).toEqual({ act: "wait", until: SOON * 1000, unknown: ["b", "c"] });
  });

  test("counts a window whose reset has passed as full again", () => {
    expect(decide(facts(limits(0, 50, NOW / 1000 - 1), ["w1"]), POLICY).act).toBe("go on");
    expect(decide(facts(limits(0), ["w1"], { b: limits(0, 50, NOW / 1000) }), POLICY)).toMatchObject({
      to: "b",
    });
  });

  test("moves when the service refuses turns for want of credits, whatever the windows say", () => {
    const blocked: Reading = {
      kind: "limits",
      readings: { ...NOTHING, allowance: { ordinaryUsageAllowed: false } },
      source: { by: "codex" },
    };
    expect(decide(facts(blocked, ["w1"], { b: limits(5) }), POLICY)).toMatchObject({
      act: "rotate",
      to: "b",
    });
  });

  test.each(["network", "codex", "login", "other"] as const)(
    "stays when the reading failed: %s",
    (trouble) => {
      const decision = decide(facts(failed(trouble), ["w1"], { b: limits(90) }), POLICY);
      expect(decision).toEqual({ act: "stay", trouble, reason: `some ${trouble}` });
    },
  );

  test("stays when its login is due for renewal", () => {
    expect(decide(facts({ kind: "due" }, ["w1"], { b: limits(90) }), POLICY)).toMatchObject({
      act: "stay",
      trouble: "due",
    });
  });

  test("moves on an unknown reading only where that is wished for", () => {
    const blind = { rotateOnUnknown: true };
    expect(decide(facts(failed("network"), []), blind)).toEqual({ act: "ask others" });
    expect(decide(facts(failed("network"), [], { b: limits(0), c: failed("network") }), blind))
      .toEqual({ act: "rotate", to: "c", isBlind: true });
    expect(decide(facts(failed("network"), [], { b: limits(0), c: { kind: "due" }, d: limits(9) }), blind))
      .toEqual({ act: "rotate", to: "d", isBlind: true });
    expect(decide(facts(limits(0), ["w1"], { b: failed("network") }), blind)).toMatchObject({
      act: "rotate",
      to: "b",
    });
    expect(decide(facts(failed("network"), [], { b: limits(0) }), blind).act).toBe("stay");
  });

  test("never moves to an account that is not known to have something left, nor without a stuck worker", () => {
    const reading = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), fc.boolean())
        .map(([short, week, isPast]) => limits(short, week, isPast ? NOW / 1000 - 5 : SOON)),
      fc.constantFrom<Reading>(failed("network"), failed("login"), { kind: "due" }, {
        kind: "unlimited",
        reason: "x",
      }),
    );
    fc.assert(fc.property(
      reading,
      fc.array(reading, { maxLength: 5 }),
      fc.boolean(),
      (current, readings, isStuck) => {
        const others = Object.fromEntries(readings.map((each, index) => [`o${index}`, each]));
        const decision = decide(facts(current, isStuck ? ["w"] : [], others), POLICY);
        const hasLeft = (each: Reading) => decide(facts(each, [], {}), POLICY).act === "go on";
        const first = Object.entries(others).find(([, each]) => hasLeft(each))?.[0];
        const mayMove = isStuck && current.kind === "limits" && !hasLeft(current) && first !== undefined;
        expect(decision.act === "rotate" ? decision.to : undefined).toBe(mayMove ? first : undefined);
      },
    ));
  });
});

describe("a worker is stuck", () => {
  const sign: Signs = {
    worker: "w",
    turn: undefined,
    banners: 0,
    bannersBefore: 0,
    since: NOW,
    isElsewhere: false,
  };
  const isStuck = (more: Partial<Signs>) => stuckOf([{ ...sign, ...more }]).length === 1;

  test("when its last turn hit a limit after it got this account", () => {
    expect(isStuck({ turn: { at: NOW + 1, isLimit: true } })).toBe(true);
    expect(isStuck({ turn: { at: NOW, isLimit: true } })).toBe(false);
    expect(isStuck({ turn: { at: NOW - 1000, isLimit: true }, since: undefined })).toBe(true);
    expect(isStuck({ turn: { at: NOW + 1, isLimit: true }, isElsewhere: true })).toBe(false);
  });

  test("whatever its screen shows of the past, when its notes tell", () => {
    expect(isStuck({ turn: { at: NOW + 1, isLimit: false }, banners: 3 })).toBe(false);
  });

  test("when its screen shows more messages than after its restart, and there are no notes", () => {
    expect(isStuck({ banners: 1 })).toBe(true);
    expect(isStuck({ banners: 1, bannersBefore: 1 })).toBe(false);
    expect(isStuck({ banners: 2, bannersBefore: 1 })).toBe(true);
  });
});

describe("the message of a limit", () => {
  test.each([
    ["■ You’ve hit your usage limit. Visit https://x.test", 1],
    ["■ You've hit your usage limit. Upgrade", 1],
    ["You've hit your usage limit.", 1],
    ["■ You’ve hit your\nusage limit. Visit", 1],
    ["■ You’ve hit your usage limit. A\n\n■ You’ve hit your usage limit. B", 2],
    ["• The log says: You've hit your usage limit.", 0],
    ["  You've hit your usage limit.", 0],
    ['› why do I see "You\'ve hit your usage limit."?', 0],
    ["■ You’ve hit your stride.", 0],
  ])("%s", (text, count) => {
    expect(bannersIn(`before\n${text}\nafter`, NEEDLE)).toBe(count);
  });

  test("may be another one, taken literally; an empty one is never found", () => {
    expect(bannersIn("■ out of (credits)+", "out of (credits)+")).toBe(1);
    expect(bannersIn("anything", " ")).toBe(0);
  });

  test("is not that of a lost login", () => {
    expect(showsLostLogin("> 1. Sign in with ChatGPT\n")).toBe(true);
    expect(showsLostLogin("■ Your access token could not be refreshed because")).toBe(true);
    expect(showsLostLogin("■ You’ve hit your usage limit.")).toBe(false);
    expect(showsLostLogin("• I would press 1. Sign in with ChatGPT")).toBe(false);
  });
});
