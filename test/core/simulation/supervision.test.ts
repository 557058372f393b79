import { describe, expect, it } from "vitest";
import { left } from "../../../lib/core/quota/limits.ts";
import { BEGIN_MS, statusAt, type Watch } from "../../../lib/core/simulation/supervision.ts";
import type { Workload } from "../../../lib/core/simulation/workload.ts";
import { run } from "../../../lib/core/simulation/world.ts";
import {
  emptyStatus,
  parseStatus,
  renderStatus,
  type SessionStatus,
} from "../../../lib/core/session/status.ts";
import { parseTime } from "../../../lib/core/text/time.ts";
import { account, DAY, HOUR, job, MINUTE, workload } from "./small.ts";

const PLAN = { short: 1000, long: 5000 };
const SECOND = 1000;

/** What status.json says of the first account at these moments, when all jobs run there. */
function seen(world: Workload, ...moments: number[]): SessionStatus[] {
  const found: SessionStatus[] = [];
  const spies = moments.map((ms) => job(ms, { work: 1, atMs: 1 }));
  const sorted = [...world.jobs, ...spies].sort((a, b) => a.startMs - b.startMs);
  const accounts = [...world.accounts, account("spy", {})];
  run({ ...world, accounts, jobs: sorted }, (watches: readonly Watch[], nowMs: number) => {
    if (!moments.includes(nowMs)) return 0;
    found.push(statusAt(watches[0]!, nowMs));
    return watches.length - 1;
  });
  return found;
}

const used = ({ rateLimits: { primary, secondary } }: SessionStatus) => [
  primary?.usedPercent,
  secondary?.usedPercent,
];
const agesMs = (statuses: readonly SessionStatus[], moments: readonly number[]) =>
  statuses.map((status, index) => BEGIN_MS + moments[index]! - parseTime(status.lastRateLimitUpdateAt)!);

describe("what goes on in a session", () => {
  it("is a lease from the pick on, a turn two seconds after it began, and nothing two seconds after it ended", () => {
    const jobs = [
      job(HOUR, { atMs: 30 * SECOND, durationMs: MINUTE, work: 5 }, { atMs: 10 * MINUTE, work: 5 }),
    ];
    const at = [
      HOUR + 1,
      HOUR + 31.5 * SECOND,
      HOUR + 32 * SECOND + 1,
      HOUR + 91 * SECOND,
      HOUR + 92 * SECOND + 1,
    ];
    const activities = seen(workload([account("a", PLAN)], jobs), ...at).map(({ activity }) => activity);
    expect(
      activities.map((
        { activeTurns, turns, openThreads, leased },
      ) => [activeTurns, turns, openThreads, leased]),
    )
      .toEqual([[1, 0, 0, []], [1, 0, 0, []], [1, 1, 1, [1]], [1, 1, 1, [1]], [0, 0, 1, [1]]]);
  });

  it("is over when the last turn is, or one was blocked", () => {
    const jobs = [job(HOUR, { work: 5 }), job(2 * HOUR, { work: 2000 }, { atMs: DAY, work: 1 })];
    const at = [HOUR + 62 * SECOND + 1, 2 * HOUR + 62 * SECOND + 1];
    for (const { activity } of seen(workload([account("a", PLAN)], jobs), ...at)) {
      expect(activity).toMatchObject({ activeTurns: 0, turns: 0, openThreads: 0, leased: [] });
    }
  });
});

describe("a reading", () => {
  it("comes with the end of a turn, two seconds late", () => {
    const jobs = [job(HOUR, { durationMs: 30 * SECOND, work: 100 })];
    const [before, after] = seen(
      workload([account("a", PLAN)], jobs, { activeMs: 10 * HOUR, idleMs: 10 * HOUR }),
      HOUR + 31 * SECOND,
      HOUR + 32 * SECOND,
    );
    expect(used(before!)).toEqual([0, 0]);
    expect(used(after!)).toEqual([10, 2]);
  });

  it("is never older than a minute at work and ten minutes after, than five at rest", () => {
    const jobs = [job(10 * HOUR, { durationMs: HOUR, work: 100 })];
    const inside = (fromMs: number, toMs: number) =>
      Array.from({ length: 40 }, (_, index) => fromMs + Math.round((toMs - fromMs) * index / 40) + 7);
    const world = workload([account("a", PLAN)], jobs);
    const oldest = (moments: number[]) => Math.max(...agesMs(seen(world, ...moments), moments));
    expect(oldest(inside(10 * HOUR + MINUTE, 11 * HOUR))).toBeLessThanOrEqual(MINUTE + 3 * SECOND);
    for (const rest of [oldest(inside(0, 9 * HOUR)), oldest(inside(11.5 * HOUR, 20 * HOUR))]) {
      expect(rest).toBeLessThanOrEqual(5 * MINUTE + 3 * SECOND);
      expect(rest).toBeGreaterThan(4 * MINUTE);
    }
  });

  it("never goes back in time", () => {
    const jobs = [job(HOUR, { durationMs: 90 * SECOND, work: 100 }), job(2 * HOUR, { work: 100 })];
    const moments = Array.from({ length: 400 }, (_, index) => HOUR - 5 * MINUTE + index * 17 * SECOND);
    for (const lostPercent of [0, 40]) {
      const statuses = seen(workload([account("a", PLAN)], jobs, { lostPercent }), ...moments);
      const times = statuses.map((status) => parseTime(status.lastRateLimitUpdateAt)!);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it("that is lost leaves the one before", () => {
    const moments = Array.from({ length: 300 }, (_, index) => 2 * HOUR + index * 5 * MINUTE);
    const ages = agesMs(seen(workload([account("a", PLAN)], [], { lostPercent: 50 }), ...moments), moments);
    const old = ages.filter((age) => age > 5 * MINUTE + 3 * SECOND).length;
    expect(old).toBeGreaterThan(100);
    expect(old).toBeLessThan(200);
  });

  it("says whole percent, rounded up, 100 only when nothing is left, and when windows reset", () => {
    const jobs = [job(HOUR, { durationMs: 1, work: 999 }), job(2 * HOUR, { durationMs: 1, work: 1 })];
    const [first, second] = seen(workload([account("a", PLAN)], jobs), HOUR + MINUTE, 2 * HOUR + MINUTE);
    expect(used(first!)).toEqual([99, 20]);
    expect(used(second!)).toEqual([100, 20]);
    expect(second!.rateLimits.primary).toMatchObject({
      windowDurationMins: 300,
      resetsAt: (BEGIN_MS + 6 * HOUR) / 1000,
    });
    expect(second!.rateLimits.secondary).toMatchObject({
      windowDurationMins: 10_080,
      resetsAt: (BEGIN_MS + HOUR + 7 * DAY) / 1000,
    });
  });

  it("of a closed window says that it would end so long after the reading", () => {
    const [status] = seen(workload([account("a", PLAN)], []), 3 * HOUR);
    const readMs = parseTime(status!.lastRateLimitUpdateAt)!;
    const { primary } = status!.rateLimits;
    expect(left(primary!)).toBe(100);
    expect(Math.abs(primary!.resetsAt! * 1000 - readMs - 5 * HOUR)).toBeLessThanOrEqual(SECOND);
  });

  it("of an account with one window has it in the first place", () => {
    const [status] = seen(workload([account("a", { long: 10 })], []), HOUR);
    expect(status!.rateLimits.primary?.windowDurationMins).toBe(10_080);
    expect(status!.rateLimits.secondary).toBeNull();
  });
});

describe("a block", () => {
  it("marks the account until the full window resets, and no longer", () => {
    const jobs = [job(HOUR, { durationMs: 1, work: 1001 })];
    const at = [HOUR + SECOND, HOUR + 2 * SECOND, 6 * HOUR - 1, 6 * HOUR];
    const marks = seen(workload([account("a", PLAN)], jobs), ...at).map(({ exhaustedUntil }) =>
      exhaustedUntil
    );
    expect(marks).toEqual([undefined, "2026-01-05T06:00:00Z", "2026-01-05T06:00:00Z", undefined]);
  });
});

describe("what work costs", () => {
  it("is learnt from whole percents and the turns that were seen, and told with the end of a turn", () => {
    const jobs = [
      job(HOUR, { durationMs: HOUR / 2, work: 100 }, { atMs: HOUR, durationMs: HOUR / 2, work: 105 }),
    ];
    const moments = [HOUR - 1, 1.5 * HOUR + SECOND, 1.5 * HOUR + 2 * SECOND + 1, 2.5 * HOUR + 3 * SECOND];
    const [before, during, first, both] = seen(workload([account("a", PLAN)], jobs), ...moments)
      .map(({ cost }) => cost);
    expect([before, during]).toEqual([undefined, undefined]);
    expect(first!.turnHours).toBeCloseTo(0.5, 2);
    expect([first!.shortPercent, first!.longPercent]).toEqual([10, 2]);
    // The first half hour has faded a little, and 20.5 % read as 21.
    expect(both!.turnHours).toBeCloseTo(0.5 + 0.5 / 1.01, 2);
    expect(both!.shortPercent).toBeCloseTo(11 + 10 / 1.01, 1);
    expect(both!.longPercent).toBeCloseTo(3 + 2 / 1.01, 1);
  });

  it("of a window that has opened anew counts from nothing", () => {
    const jobs = [job(HOUR, { work: 300 }), job(7 * HOUR, { work: 200 })];
    const [status] = seen(workload([account("a", { short: 1000 })], jobs), 7 * HOUR + 2 * MINUTE);
    expect(status!.cost!.shortPercent).toBeGreaterThan(48);
    expect(status!.cost!.shortPercent).toBeLessThan(50);
  });
});

it("a simulated status is one that status.json can hold", () => {
  const jobs = [job(HOUR, { durationMs: MINUTE, work: 500 }), job(HOUR, { work: 1001 })];
  for (const status of seen(workload([account("a", PLAN)], jobs), HOUR + 3 * SECOND, 2 * HOUR)) {
    const whole = { ...emptyStatus(), sessions: new Map([["a", status]]) };
    const again = parseStatus(renderStatus(whole)).sessions.get("a")!;
    expect(again.rateLimits).toEqual(status.rateLimits);
    expect({ ...again, activity: again.activity.activeTurns }).toEqual({
      ...status,
      activity: status.activity.activeTurns,
    });
  }
});
