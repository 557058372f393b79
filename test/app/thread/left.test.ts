import { describe, expect, it } from "vitest";
import { type Knowledge, leftOf } from "../../../lib/app/thread/going_on/left.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const RESET = NOW + 2 * HOUR;

/** An account as it was read so many seconds ago. */
function status(usedPercent: number, ageSec: number, more: Partial<SessionStatus> = {}): SessionStatus {
  const primary = { usedPercent, windowDurationMins: 300, resetsAt: RESET / 1000 };
  return {
    ...emptySession(),
    rateLimits: { limitId: "codex", primary, secondary: null },
    lastRateLimitUpdateAt: formatTime(NOW - ageSec * SECOND),
    lastProbeResult: "ok",
    ...more,
  };
}

/** A turn that was refused so many seconds ago. */
function refusal(agoSec: number, resetsAt: number | undefined = RESET) {
  const snapshot = new Map<string, unknown>([
    ["limitId", "codex"],
    ["primary", {
      usedPercent: 100,
      windowDurationMins: 300,
      ...resetsAt === undefined ? {} : { resetsAt: resetsAt / 1000 },
    }],
  ]);
  return { at: NOW - agoSec * SECOND, snapshot };
}

const left = (known: Partial<Knowledge>, now = NOW) =>
  leftOf({ status: undefined, refusal: undefined, clearedMs: 0, hasApiKey: false, ...known }, now);

const FREE = { isUsedUp: false, untilMs: undefined, isPaid: false };
const USED_UP = { isUsedUp: true, untilMs: RESET, isPaid: false };

describe("what is left for a thread", () => {
  it("is something when nothing is known", () => expect(left({})).toEqual(FREE));

  it("is nothing until the reset that the refused turn named, and something then", () => {
    expect(left({ refusal: refusal(60) })).toEqual(USED_UP);
    expect(left({ refusal: refusal(60) }, RESET)).toEqual(FREE);
    expect(left({ refusal: { at: NOW - 60 * SECOND, snapshot: undefined } }))
      .toEqual({ ...USED_UP, untilMs: NOW + 9 * 60 * SECOND });
  });

  it("is what a newer reading says, and an older one does not lift the refusal", () => {
    expect(left({ refusal: refusal(60), status: status(10, 30) })).toEqual(FREE);
    expect(left({ refusal: refusal(60), status: status(10, 90) })).toEqual(USED_UP);
    expect(left({ refusal: refusal(60), status: status(100, 30) })).toEqual(USED_UP);
    // Times in status.json are whole seconds.
    expect(left({ refusal: { ...refusal(60), at: NOW - 60 * SECOND + 900 }, status: status(10, 60) }))
      .toEqual(USED_UP);
  });

  it("is something once the user has cleared the refusal", () => {
    expect(left({ refusal: refusal(60), clearedMs: NOW - 30 * SECOND })).toEqual(FREE);
  });

  it("is nothing while the supervisor's mark holds, and no credits change that", () => {
    const allowance = { credits: { hasCredits: true, unlimited: false } };
    const mark = { refusedAt: formatTime(NOW - 60 * SECOND), exhaustedUntil: formatTime(RESET), allowance };
    expect(left({ refusal: refusal(60), status: status(50, 10, mark) })).toEqual(USED_UP);
  });

  it("is nothing until the reset of a single model's limit, of which readings of the account tell nothing", () => {
    const { at, snapshot } = refusal(60);
    const other = { at, snapshot: new Map([...snapshot, ["limitId", "codex_other"]]) };
    expect(left({ refusal: other, status: status(10, 30) })).toEqual(USED_UP);
    expect(left({ refusal: other })).toEqual(USED_UP);
    expect(left({ refusal: other, clearedMs: NOW })).toEqual(FREE);
  });

  it("costs money with an API key", () => {
    expect(left({ hasApiKey: true })).toEqual({ ...FREE, isPaid: true });
    expect(left({ status: status(0, 1, { lastProbeResult: "API key: no limits" }) }).isPaid).toBe(true);
    expect(left({ status: status(0, 1, { lastProbeResult: "no OpenAI login needed: no limits" }) }).isPaid)
      .toBe(true);
  });
});
