import { describe, expect, it } from "vitest";
import { type Happening } from "../../../lib/core/event/event.ts";
import { type Mark, newsOf } from "../../../lib/core/event/marks.ts";
import { parseTold, renderTold } from "../../../lib/core/event/marks_file.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;
const ACCOUNT = "0123";

/** A session with these percents used; its short window resets in an hour, its week in three days. */
function session(short: number, week: number, more: Partial<SessionStatus> = {}, now = NOW): SessionStatus {
  return {
    ...emptySession(),
    account: ACCOUNT,
    rateLimits: {
      limitId: "codex",
      primary: { usedPercent: short, windowDurationMins: 300, resetsAt: (now + HOUR) / 1000 },
      secondary: { usedPercent: week, windowDurationMins: 10_080, resetsAt: (now + 72 * HOUR) / 1000 },
    },
    lastRateLimitUpdateAt: formatTime(now),
    lastProbeAt: formatTime(now),
    lastProbeResult: "ok",
    ...more,
  };
}

/** What is told of one session as it changes. */
function story() {
  let mark: Mark | undefined;
  const told: string[] = [];
  return {
    told,
    get mark() {
      return mark;
    },
    see(state: SessionStatus, now = NOW) {
      // As a supervisor that is killed after every look and has only the file.
      const before = mark &&
        parseTold(renderTold({ marks: new Map([["a", mark]]), pending: [] })).marks.get("a");
      const news = newsOf("a", before, state, now, 10);
      ({ mark } = news);
      told.push(...news.happenings.map(wordsOf));
      return news;
    },
  };
}

function wordsOf({ kind, window }: Happening): string {
  return window === undefined ? kind : `${kind} ${window}`;
}

describe("what happens to a session is told once", () => {
  it("a limit that comes near, is used up and resets", () => {
    const { told, see } = story();
    see(session(50, 50));
    see(session(90, 50));
    expect(told).toEqual([]);
    see(session(91, 50));
    see(session(95, 50));
    expect(told).toEqual(["limit-near short"]);
    const used = session(100, 50);
    see(used);
    see(used);
    expect(told).toEqual(["limit-near short", "exhausted"]);
    expect(see(used).nextMs).toBe(NOW + HOUR);
    // Time alone ends it: the reading is the same.
    see(used, NOW + HOUR - 1);
    expect(told).toHaveLength(2);
    see(used, NOW + HOUR);
    see(used, NOW + 2 * HOUR);
    expect(told).toEqual(["limit-near short", "exhausted", "reset"]);
  });

  it("with the account, the end, and why", () => {
    const { see } = story();
    expect(see(session(100, 50)).happenings).toEqual([{
      kind: "exhausted",
      alias: "a",
      account: ACCOUNT,
      reason: "exhausted, resets in 1h",
      comesBackAt: "2026-11-20T13:00:00Z",
    }]);
    expect(story().see(session(50, 95)).happenings).toEqual([{
      kind: "limit-near",
      alias: "a",
      account: ACCOUNT,
      window: "long",
      leftPercent: 5,
      resetsAt: "2026-11-23T12:00:00Z",
    }]);
  });

  it("the next window that comes near, though nobody looked at its reset", () => {
    const { told, see } = story();
    see(session(95, 50));
    see(session(95, 50, {}, NOW + 5 * HOUR), NOW + 5 * HOUR);
    expect(told).toEqual(["limit-near short", "limit-near short"]);
  });

  it("no window that goes up and down around the limit", () => {
    const { told, see } = story();
    for (const used of [91, 89, 91, 88, 92]) see(session(used, 50));
    expect(told).toEqual(["limit-near short"]);
    see(session(80, 50));
    see(session(91, 50));
    expect(told).toEqual(["limit-near short", "limit-near short"]);
  });

  it("another exhaustion after the end that was told, though nobody looked in between", () => {
    const { told, see } = story();
    see(session(100, 50));
    see(session(100, 50, {}, NOW + 2 * HOUR), NOW + 2 * HOUR);
    expect(told).toEqual(["exhausted", "exhausted"]);
  });

  it("a refused turn, as long as its mark holds", () => {
    const { told, see } = story();
    const until = formatTime(NOW + HOUR);
    const refused = session(50, 50, { exhaustedUntil: until, refusedAt: formatTime(NOW) });
    see(refused);
    see(refused, NOW + 1000);
    see(session(50, 50), NOW + 2000);
    expect(told).toEqual(["exhausted", "reset"]);
  });

  it("a dead login, until it is alive again", () => {
    const { told, see } = story();
    const dead = { lastProbeResult: "token refused" };
    see(session(50, 50, dead));
    see(session(50, 50, dead));
    see(session(50, 50, { lastProbeResult: "no network" }));
    see(session(50, 50, { lastProbeResult: "" }));
    see(session(50, 50, dead));
    expect(told).toEqual(["login-dead"]);
    see(session(50, 50));
    see(session(50, 50, dead));
    expect(told).toEqual(["login-dead", "login-dead"]);
  });

  it("a login that is gone, but not one that never was", () => {
    const gone: SessionStatus = { ...emptySession(), lastProbeResult: "login required" };
    const fresh = story();
    fresh.see(gone);
    expect(fresh.told).toEqual([]);
    const used = story();
    used.see(session(50, 50));
    used.see(gone);
    expect(used.told).toEqual(["login-dead"]);
    const unfit = story();
    unfit.see({ ...gone, lastProbeResult: "login required: auth.json is not JSON" });
    expect(unfit.told).toEqual(["login-dead"]);
  });

  it("a crash loop, until an app-server answers: a new supervisor shows it as healthy at first", () => {
    const { told, see } = story();
    const loop = { health: "unhealthy", nextTryAt: formatTime(NOW + 300_000) };
    see(session(50, 50, loop));
    see(session(50, 50));
    see(session(50, 50, loop));
    expect(told).toEqual(["crash-loop"]);
    see(session(50, 50, {}, NOW + 1000), NOW + 1000);
    see(session(50, 50, loop), NOW + 2000);
    expect(told).toEqual(["crash-loop", "crash-loop"]);
  });

  it("nothing of the login before", () => {
    const { told, see } = story();
    see(session(100, 50));
    see({ ...emptySession(), account: "4567" });
    see(session(50, 50, { account: "4567" }));
    expect(told).toEqual(["exhausted"]);
    see(session(100, 50, { account: "4567" }));
    expect(told).toEqual(["exhausted", "exhausted"]);
  });

  it("no reset while nothing is known", () => {
    const { told, see } = story();
    see(session(100, 50));
    see({ ...emptySession() });
    expect(told).toEqual(["exhausted"]);
  });
});

it("what was told is read back; values of another type are left out", () => {
  const marks = new Map<string, Mark>([
    ["a", { account: "1", exhausted: 5, short: 0, long: 7, crashLoop: 9, isLoginDead: true }],
    ["__proto__", {}],
  ]);
  const told = { marks, pending: ["x\n"] };
  const again = parseTold(renderTold(told));
  expect([...again.marks.keys()].sort()).toEqual(["__proto__", "a"]);
  expect(again.marks.get("a")).toEqual(marks.get("a"));
  expect(again.pending).toEqual(["x\n"]);
  expect(parseTold('{"aliases":{"a":{"account":1,"exhausted":"x","isLoginDead":1}},"pending":[1]}')).toEqual({
    marks: new Map([["a", {}]]),
    pending: [],
  });
  expect(() => parseTold("[]")).toThrow("not an object");
});
