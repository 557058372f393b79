import { describe, expect, it } from "vitest";
import { NOTHING, parseReading } from "../../../lib/core/codex/rate_limits.ts";
import { isBetter, markOf, namedReset } from "../../../lib/core/codex/refusal.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const TEN_MINUTES = "2026-11-20T12:10:00Z";
const window = (usedPercent: number, resetsIn?: number) => ({
  usedPercent,
  windowDurationMins: 300,
  ...(resetsIn === undefined ? {} : { resetsAt: NOW / 1000 + resetsIn }),
});
const snapshot = (limitId: string, primary: unknown, secondary: unknown) =>
  new Map<string, unknown>([["limitId", limitId], ["primary", primary], ["secondary", secondary]]);

describe("how long a refused turn marks its account", () => {
  it.each([
    ["its only full window resets", "codex", window(100, 60), window(99, 3600), "2026-11-20T12:01:00Z"],
    ["the later of two full ones does", "codex", window(150, 60), window(100, 3600), "2026-11-20T13:00:00Z"],
    ["ten minutes later, when nobody knows the reset", "codex", window(100), window(100, 60), TEN_MINUTES],
    ["ten minutes later, when no window is full", "codex", window(99, 60), null, TEN_MINUTES],
    ["ten minutes later, when it was told no window", "", null, null, TEN_MINUTES],
    ["ten minutes later, when the reset can't be", "codex", window(100, 401 * 86_400), null, TEN_MINUTES],
    ["a second, if that is all there is", "", window(100, 1), null, "2026-11-20T12:00:01Z"],
    ["no time at all, when the reset has passed", "codex", window(100, 0), null, undefined],
    [
      "no time at all, when it is another limit that is full",
      "codex_other",
      window(100, 60),
      null,
      undefined,
    ],
    ["ten minutes later, when it is not the other limit", "codex_other", window(99, 60), null, TEN_MINUTES],
  ])("until %s", (_, limitId, primary, secondary, mark) => {
    const found = markOf({ at: NOW, snapshot: snapshot(limitId, primary, secondary) }, NOW);
    expect(found && formatTime(found.untilMs)).toBe(mark);
  });

  it("until ten minutes later when nothing was told, an hour when it was refused before, no longer than that", () => {
    const untold = { at: NOW, snapshot: undefined };
    expect(markOf(untold, NOW)).toEqual({ atMs: NOW, untilMs: NOW + 600_000 });
    expect(markOf(untold, NOW, true)?.untilMs).toBe(NOW + 3_600_000);
    expect(markOf(untold, NOW + 600_000)).toBeUndefined();
  });

  it("until the time that Codex names, when no window says", () => {
    const local = new Date(NOW);
    local.setHours(23, 46, 0, 0);
    const message =
      "You’ve hit your usage limit. Visit https://x.test to purchase more credits or try again at 11:46 PM.";
    const mark = markOf({ at: NOW, snapshot: snapshot("codex", window(36, 60), null), message }, NOW);
    expect(mark?.untilMs).toBe(local.getTime() + 60_000);
  });

  it("by the account's own limit, however that is called", () => {
    const refusal = { at: NOW, snapshot: snapshot("team", window(100, 60), null) };
    expect(markOf(refusal, NOW, false, "team")?.untilMs).toBe(NOW + 60_000);
    expect(markOf(refusal, NOW, false, "codex")).toBeUndefined();
  });
});

describe("the time that Codex names", () => {
  const at = new Date(2026, 10, 20, 10, 30).getTime();
  it.each([
    ["try again at 11:46 AM.", new Date(2026, 10, 20, 11, 47)],
    ["try again at 11:46\u202fPM.", new Date(2026, 10, 20, 23, 47)],
    ["try again at\n12:05 PM.", new Date(2026, 10, 20, 12, 6)],
    ["try again at Nov 23rd, 2026 10:41 AM.", new Date(2026, 10, 23, 10, 42)],
    ["try again at Jan 1st, 2027 12:00 AM.", new Date(2027, 0, 1, 0, 1)],
    ["Try again in 2 days 3 hours 5 minutes.", new Date(2026, 10, 22, 13, 35)],
    ["try again in 1 hour and 30 minutes", new Date(2026, 10, 20, 12, 0)],
  ])("is read from %j", (message, moment) => expect(namedReset(message, at)).toBe(moment.getTime()));

  it.each([
    "",
    "Try again later.",
    "try again at 9:00 AM.",
    "try again at Foo 3rd, 2026 1:00 AM",
    "at 11:46 AM",
    "try again at Nov 23rd, 2036 10:41 AM.",
  ])("is not found in %j", (message) => expect(namedReset(message, at)).toBeUndefined());
});

describe("a change for the better", () => {
  const reading = (primary: unknown, more: object = {}) =>
    parseReading({ rateLimits: { primary, secondary: null, ...more } })!.readings;
  const used = window(9);
  const plan = (planType: string) => reading(used, { planType });
  const credits = (balance: string) =>
    reading(used, { credits: { hasCredits: true, unlimited: false, balance } });
  const budget = (limit: string, remainingPercent: number) =>
    reading(used, { individualLimit: { limit, used: "1", remainingPercent, resetsAt: NOW / 1000 + 9 } });
  const spend = (spendControlReached: boolean) => reading(used, { spendControlReached });

  it.each([
    ["less is used", reading(window(97, 60)), reading(window(96, 60)), true],
    ["as much is used", reading(window(97, 60)), reading(window(97, 60)), false],
    ["more is used", reading(window(97, 60)), reading(window(99, 60)), false],
    ["its reset moved, and some is used", reading(window(50, 60)), reading(window(50, 361)), true],
    ["its reset moved a little", reading(window(50, 60)), reading(window(50, 360)), false],
    ["its reset moves on while nothing is used", reading(window(0, 60)), reading(window(0, 961)), false],
    ["another plan", plan("plus"), plan("pro"), true],
    ["no word of the plan", plan("plus"), reading(used), false],
    ["credits where there were none", credits("0"), credits("5"), true],
    ["more credits", credits("4"), credits("5"), true],
    ["fewer credits", credits("5"), credits("4"), false],
    ["another budget", budget("10", 5), budget("20", 5), true],
    ["more of a budget left", budget("10", 5), budget("10", 6), true],
    ["less of it", budget("10", 5), budget("10", 4), false],
    ["the limit on spending lifted", spend(true), spend(false), true],
    ["nothing known before", NOTHING, reading(used), false],
  ])("is %s", (_, before, after, better) => expect(isBetter(before, after)).toBe(better));
});
