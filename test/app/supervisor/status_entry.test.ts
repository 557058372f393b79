import { expect, it } from "vitest";
import { StatusEntry } from "../../../lib/app/supervisor/status_entry.ts";
import { NO_CRASHES } from "../../../lib/core/supervisor/crashes.ts";
import { parseReading } from "../../../lib/core/codex/rate_limits.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { FakeClock } from "../../../rig/clock.ts";

const MIN = 60_000;

function entry(known: Partial<SessionStatus> = {}) {
  const clock = new FakeClock();
  const made = new StatusEntry({ ...emptySession(), ...known }, clock, () => 30);
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
  const { noted, used, read, says, clock } = entry();
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
  const { noted, used, made, snapshot, says, clock } = entry();
  noted(11, -5001);
  expect(used()).toBeUndefined();
  noted(12, -5000);
  expect(used()).toBe(12);
  made.refused({ at: clock.now() + 5001, snapshot: snapshot(100) });
  expect(says().exhaustedUntil).toBeUndefined();
});

it("what was known before a restart counts by its time", () => {
  const { noted, used, clock } = entry({ lastRateLimitUpdateAt: "2026-11-20T11:59:00Z" });
  noted(11, MIN);
  expect(used()).toBeUndefined();
  noted(12, MIN - 1);
  expect(used()).toBe(12);
  expect(clock.now()).toBe(Date.parse("2026-11-20T12:00:00Z"));
});

const MARK = (at: number) => ({ refusedAt: formatTime(at), exhaustedUntil: formatTime(at + 10 * MIN) });

it("a refusal holds ten minutes though readings show room, and an hour when it comes again", async () => {
  const { made, says, clock, read } = entry();
  const first = clock.now();
  read(50);
  made.refused({ at: first + 1000, snapshot: undefined });
  await clock.advance(MIN);
  for (let minute = 0; minute < 8; minute++) {
    read(50);
    expect(says()).toMatchObject(MARK(first + 1000));
    await clock.advance(MIN);
  }
  await clock.advance(2 * MIN);
  expect(says()).not.toHaveProperty("exhaustedUntil");
  const again = clock.now();
  made.refused({ at: again, snapshot: undefined });
  await clock.advance(50 * MIN);
  read(50);
  expect(says()).toMatchObject({ exhaustedUntil: formatTime(again + 60 * MIN) });
});

it("a refusal is lifted by a change for the better, by a later turn that succeeds, and by another login", async () => {
  const { made, says, clock, read } = entry();
  const refuse = async () => {
    await clock.advance(1000);
    made.refused({ at: clock.now(), snapshot: undefined });
    expect(says()).toMatchObject({ refusedAt: formatTime(clock.now()) });
    await clock.advance(1000);
  };
  read(50);
  await refuse();
  read(50);
  expect(says()).toHaveProperty("exhaustedUntil");
  read(49);
  expect(says()).not.toHaveProperty("exhaustedUntil");
  await refuse();
  made.lift(clock.now() - 3000);
  expect(says()).toHaveProperty("exhaustedUntil");
  made.lift(clock.now());
  expect(says()).not.toHaveProperty("exhaustedUntil");
  await refuse();
  made.forgetAll();
  expect(says()).not.toHaveProperty("exhaustedUntil");
});

it("a refusal counts once, and not again when something has lifted it", async () => {
  const { made, says, clock, read } = entry();
  const refusal = { at: clock.now(), snapshot: undefined };
  made.refused(refusal);
  await clock.advance(1000);
  made.lift(clock.now());
  made.refused(refusal);
  made.refused({ at: clock.now() - 1, snapshot: undefined });
  expect(says()).not.toHaveProperty("exhaustedUntil");
  read(10);
  expect(says()).not.toHaveProperty("exhaustedUntil");
});

it("a refusal outlives a restart, and its reading is what a better one is compared with", () => {
  const known = {
    lastRateLimitUpdateAt: "2026-11-20T11:59:00Z",
    rateLimits: { limitId: "codex", primary: { usedPercent: 50, windowDurationMins: 300 }, secondary: null },
    refusedAt: "2026-11-20T11:58:00Z",
    exhaustedUntil: "2026-11-20T12:08:00Z",
  };
  const { made, says, read } = entry(known);
  expect(says()).toMatchObject({ refusedAt: known.refusedAt, exhaustedUntil: known.exhaustedUntil });
  made.refused({ at: Date.parse(known.refusedAt), snapshot: undefined });
  read(50);
  expect(says()).toMatchObject({ exhaustedUntil: known.exhaustedUntil });
  read(40);
  expect(says()).not.toHaveProperty("exhaustedUntil");
});

it("a refusal of a moment ago that was told once is not told anew by the same words", () => {
  const { made, says, snapshot, clock } = entry();
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
  const { made, says } = entry();
  made.update({ rateLimits: { limitId: "codex", credits: { hasCredits: true, unlimited: true } } });
  expect(says()).toMatchObject({ lastRateLimitUpdateAt: "", allowance: { credits: { unlimited: true } } });
  made.noted({
    at: 1,
    since: 1,
    snapshot: new Map<string, unknown>([["credits", { hasCredits: false, unlimited: false }]]),
  });
  expect(says()).toMatchObject({ lastRateLimitUpdateAt: "", allowance: { credits: { hasCredits: false } } });
});
