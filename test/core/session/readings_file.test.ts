import { describe, expect, test } from "vitest";
import { tellsDeadLogin } from "../../../lib/core/codex/reasons.ts";
import { current, loginKey, mergeKnown, newsOf } from "../../../lib/core/session/readings_file.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const DAY = 86_400_000;
const ago = (sec: number) => formatTime(NOW - sec * 1000);

/** What is said of an account that was read so many seconds ago. */
function read(ageSec: number, used: number, more: Partial<SessionStatus> = {}): SessionStatus {
  return {
    ...emptySession(),
    rateLimits: {
      limitId: "codex",
      primary: { usedPercent: used, windowDurationMins: 300, resetsAt: NOW / 1000 + 3600 },
      secondary: null,
    },
    lastRateLimitUpdateAt: ago(ageSec),
    lastProbeAt: ago(ageSec),
    lastProbeResult: "ok",
    ...more,
  };
}
const turns = (count: number) => ({ activity: { activeTurns: count, turns: count } });
const one = (status: SessionStatus) => new Map([["k", status]]);
const merged = (known: SessionStatus, fresh: SessionStatus) =>
  mergeKnown(one(known), one(fresh), NOW).get("k")!;
const usedIn = ({ rateLimits }: SessionStatus) => rateLimits.primary?.usedPercent;

describe("of what is known of an account", () => {
  test("the newest reading wins, whoever tells it and in whatever order; of two as old the later word", () => {
    expect(usedIn(merged(read(60, 10), read(30, 20)))).toBe(20);
    expect(usedIn(merged(read(30, 20), read(60, 10)))).toBe(20);
    expect(usedIn(merged(read(30, 20), read(30, 10)))).toBe(10);
  });

  test("what nobody has fresh news of stays", () => {
    const both = mergeKnown(new Map([["a", read(60, 1)], ["b", read(60, 2)]]), one(read(1, 3)), NOW);
    expect([...both].map(([key, status]) => [key, usedIn(status)])).toEqual([["a", 1], ["b", 2], ["k", 3]]);
  });

  test("turns and cost stay known though a newer reading tells nothing of them", () => {
    const cost = { turnHours: 2, shortPercent: 30, longPercent: 5 };
    const after = merged(read(60, 10, { ...turns(3), cost }), read(30, 20));
    expect(after).toMatchObject({ ...turns(3), cost });
    expect(usedIn(after)).toBe(20);
    // The supervisor counts turns without another reading.
    expect(merged(after, read(60, 10, turns(1)))).toMatchObject({ ...turns(1), cost });
  });

  test("the mark of a refused turn holds though somebody has a newer reading, until its teller lifts it", () => {
    const marked = merged(read(30, 20), read(60, 10, { exhaustedUntil: ago(-600) }));
    expect(marked).toMatchObject({ exhaustedUntil: ago(-600) });
    expect(usedIn(marked)).toBe(20);
    expect(merged(marked, read(5, 20))).not.toHaveProperty("exhaustedUntil");
  });

  test("what is older than eight days, or from the future, is known no more and outlives no news", () => {
    const known = new Map([
      ["old", read(8 * 86_400 + 1, 1)],
      ["kept", read(8 * 86_400, 1)],
      ["ahead", read(-4, 1)],
      ["future", read(-6, 1)],
      ["never", emptySession()],
    ]);
    expect([...current(known, NOW).keys()]).toEqual(["kept", "ahead"]);
    expect([...mergeKnown(known, new Map(), NOW).keys()]).toEqual(["kept", "ahead"]);
    expect(usedIn(merged(read(-2 * DAY / 1000, 1), read(60, 20)))).toBe(20);
  });
});

describe("sessions tell", () => {
  const fileOf = (alias: string) => `/real/${alias}`;
  const tell = (sessions: Readonly<Record<string, SessionStatus>>) =>
    newsOf(new Map(Object.entries(sessions)), fileOf);

  test("of their accounts and, by the real path of the auth file, of their logins", () => {
    const news = tell({ a: read(10, 40, { account: "k", ...turns(2), lastSelectedAt: ago(5) }) });
    expect([...news.keys()].sort()).toEqual(["k", loginKey("/real/a")].sort());
    expect(loginKey("/real/a")).toMatch(/^login [0-9a-f]{16}$/);
    expect(news.get("k")).toMatchObject({ ...turns(2), lastRateLimitUpdateAt: ago(10), lastSelectedAt: "" });
    expect(news.get(loginKey("/real/a"))).toEqual({
      ...emptySession(),
      lastProbeAt: ago(10),
      lastProbeResult: "ok",
    });
  });

  test("nothing while nobody knows whose they are, or before the first reading", () => {
    expect(tell({ a: read(10, 40), b: { ...emptySession(), account: "k" } }).size).toBe(0);
  });

  test.each([["login required", true], ["token refused", true], ["ok", false]])(
    "whether a login is dead: %s",
    (lastProbeResult, dead) => {
      const login = tell({ a: read(9, 1, { account: "k", lastProbeResult }) }).get(loginKey("/real/a"))!;
      expect(tellsDeadLogin(login.lastProbeResult)).toBe(dead);
    },
  );

  test.each(["", "no network", "usage service answers 503", "no answer in 10 s"])(
    "nothing of a login after a passing fault: %s",
    (lastProbeResult) => {
      expect([...tell({ a: read(9, 1, { account: "k", lastProbeResult }) }).keys()]).toEqual(["k"]);
    },
  );

  test("of an account that two of them have once: the newer reading, the turns and the mark of both", () => {
    const a = read(90, 10, { account: "k", ...turns(2), exhaustedUntil: ago(-60) });
    const b = read(30, 20, { account: "k", ...turns(1) });
    for (const both of [{ a, b }, { a: b, b: a }]) {
      const known = tell(both).get("k")!;
      expect(known).toMatchObject({ ...turns(3), exhaustedUntil: ago(-60), lastRateLimitUpdateAt: ago(30) });
      expect(usedIn(known)).toBe(20);
    }
  });
});
