import { expect, it } from "vitest";
import { Bulletin } from "../../../lib/app/supervisor/session_status.ts";
import { NO_CRASHES } from "../../../lib/core/supervisor/crashes.ts";
import { parseReading } from "../../../lib/core/codex/rate_limits.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { FakeClock } from "../../../rig/clock.ts";

const MIN = 60_000;

function bulletin(known: Partial<SessionStatus> = {}) {
  const clock = new FakeClock();
  const made = new Bulletin({ ...emptySession(), ...known }, clock, () => 30);
  const snapshot = (usedPercent: number, limitId = "codex") =>
    new Map<string, unknown>([["limitId", limitId], ["primary", { usedPercent, windowDurationMins: 300 }]]);
  return {
    clock,
    made,
    snapshot,
    says: () => made.session({ pid: 0, crashes: NO_CRASHES, activity: { activeTurns: 0 } }),
    used: () =>
      made.session({ pid: 0, crashes: NO_CRASHES, activity: { activeTurns: 0 } }).rateLimits.primary
        ?.usedPercent,
    /** A turn was told this, so long ago. */
    noted: (used: number, agoMs = 0, limitId?: string) => {
      const at = clock.now() - agoMs;
      made.noted({ at, since: at, snapshot: snapshot(used, limitId) });
    },
    read: (used: number) =>
      made.read(parseReading({ rateLimits: Object.fromEntries(snapshot(used)) })!.readings),
  };
}

it("what a turn was told before a reading does not take its place", () => {
  const { noted, used, read, says, clock } = bulletin();
  read(10);
  noted(11, 1);
  noted(12);
  expect(used()).toBe(10);
  noted(13, -1);
  expect(used()).toBe(13);
  noted(14, 1);
  expect(used()).toBe(13);
  noted(50, 1, "codex_other");
  expect(says().allowance).toBeUndefined();
  noted(51, -1, "codex_other");
  noted(52, 0, "codex_other");
  expect(says().allowance?.others?.[0]?.primary?.usedPercent).toBe(51);
  expect(says().lastRateLimitUpdateAt).toBe(formatTime(clock.now()));
});

it("nor does what comes from a clock that is ahead", () => {
  const { noted, used, made, snapshot, says, clock } = bulletin();
  noted(11, -5001);
  expect(used()).toBeUndefined();
  noted(12, -5000);
  expect(used()).toBe(12);
  made.refused({ at: clock.now() + 5001, snapshot: snapshot(100) });
  expect(says().exhaustedUntil).toBeUndefined();
});

it("what was known before a restart counts by its time", () => {
  const { noted, used, clock } = bulletin({ lastRateLimitUpdateAt: "2026-11-20T11:59:00Z" });
  noted(11, MIN);
  expect(used()).toBeUndefined();
  noted(12, MIN - 1);
  expect(used()).toBe(12);
  expect(clock.now()).toBe(Date.parse("2026-11-20T12:00:00Z"));
});

it("a refusal counts once, and not after a reading", async () => {
  const { made, says, clock, read, snapshot } = bulletin();
  const refusal = { at: clock.now(), snapshot: undefined };
  made.refused(refusal);
  expect(says().exhaustedUntil).toBe("");
  await clock.advance(MIN);
  read(10);
  expect(says().exhaustedUntil).toBeUndefined();
  made.refused(refusal);
  made.refused({ at: clock.now() - 1, snapshot: undefined });
  expect(says().exhaustedUntil).toBeUndefined();
  made.refused({ at: clock.now(), snapshot: snapshot(100) });
  expect(says().exhaustedUntil).toBe("");
  made.forgetAll();
  expect(says().exhaustedUntil).toBeUndefined();
});

it("a refusal is not told twice of what a reading lifted, though nothing else is newer", () => {
  const { made, says, clock } = bulletin();
  const at = clock.now();
  made.refused({ at, snapshot: undefined });
  made.noted({ at: at + 2, since: at + 1, snapshot: new Map([["primary", { usedPercent: 5 }]]) });
  expect(says().exhaustedUntil).toBeUndefined();
  const before = bulletin({ exhaustedUntil: "", lastRateLimitUpdateAt: "" });
  before.noted(5);
  expect(before.says().exhaustedUntil).toBeUndefined();
});

it("a refusal of a moment ago that was told once is not told anew by the same words", () => {
  const { made, says, snapshot, clock } = bulletin();
  const full = new Map([...snapshot(100), ["primary", {
    usedPercent: 100,
    resetsAt: clock.now() / 1000 + 60,
  }]]);
  made.refused({ at: clock.now(), snapshot: full });
  expect(says().exhaustedUntil).toBe("2026-11-20T12:01:00Z");
  made.refused({ at: clock.now(), snapshot: undefined });
  expect(says().exhaustedUntil).toBe("2026-11-20T12:01:00Z");
});

it("credits that come alone are kept, and are no reading", () => {
  const { made, says } = bulletin();
  made.update({ rateLimits: { limitId: "codex", credits: { hasCredits: true, unlimited: true } } });
  expect(says()).toMatchObject({ lastRateLimitUpdateAt: "", allowance: { credits: { unlimited: true } } });
  made.noted({
    at: 1,
    since: 1,
    snapshot: new Map<string, unknown>([["credits", { hasCredits: false, unlimited: false }]]),
  });
  expect(says()).toMatchObject({ lastRateLimitUpdateAt: "", allowance: { credits: { hasCredits: false } } });
});
