import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";
import type { Allowance, OtherLimit } from "../../../lib/core/quota/allowance.ts";
import { wellFormed } from "../../../lib/core/text/json.ts";
import {
  emptySession,
  emptyStatus,
  parseStatus,
  renderStatus,
  type SessionStatus,
  type Status,
} from "../../../lib/core/session/status.ts";
import { rewriteStatus } from "./predecessor.ts";

/** Byte for byte what the predecessor's daemon writes. */
const PREDECESSOR = `{
  "version": 1,
  "updatedAt": "2026-11-20T10:20:55Z",
  "daemon": {
    "pid": 4711,
    "startedAt": "2026-11-20T09:00:00Z"
  },
  "sessions": {
    "10": {
      "health": "healthy",
      "appServer": {
        "state": "running",
        "pid": 4712,
        "restartCount": 3
      },
      "rateLimits": {
        "limitId": "codex",
        "primary": {
          "usedPercent": 25,
          "windowDurationMins": 300,
          "resetsAt": 1795176915
        },
        "secondary": null
      },
      "usageLeftPercent": 75,
      "activity": {
        "activeTurns": 2
      },
      "lastRateLimitUpdateAt": "2026-11-20T10:20:50Z",
      "lastProbeAt": "2026-11-20T10:20:50Z",
      "lastProbeResult": "ok",
      "lastSelectedAt": ""
    },
    "9": {
      "health": "unhealthy",
      "appServer": {
        "state": "stopped",
        "pid": 0,
        "restartCount": 0
      },
      "rateLimits": {
        "limitId": "codex",
        "primary": null,
        "secondary": null
      },
      "usageLeftPercent": 30,
      "activity": {
        "activeTurns": 0
      },
      "lastRateLimitUpdateAt": "",
      "lastProbeAt": "",
      "lastProbeResult": "error",
      "lastSelectedAt": "2026-11-20T10:00:00Z"
    }
  }
}
`;

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "ok", "\u2028", "__proto__", "10", "9"),
);
const time = fc.constantFrom("", "2026-11-20T10:20:55Z");
const percent = fc.integer({ min: -1000, max: 1000 });
const window: fc.Arbitrary<LimitWindow | null> = fc.option(
  fc.record(
    {
      usedPercent: percent,
      windowDurationMins: fc.integer({ min: 1, max: 99_999 }),
      resetsAt: fc.integer({ min: 1, max: 2 ** 40 }),
    },
    { requiredKeys: ["usedPercent"] },
  ),
  { nil: null },
);
const name = fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).map(wellFormed);
const other: fc.Arbitrary<OtherLimit> = fc.record(
  { limitId: name, limitName: name, primary: window, secondary: window },
  { requiredKeys: ["limitId", "primary", "secondary"] },
);
const allowance: fc.Arbitrary<Allowance> = fc.record({
  plan: name,
  others: fc.array(other, { minLength: 1, maxLength: 3 }),
  credits: fc.record(
    { hasCredits: fc.boolean(), unlimited: fc.boolean(), balance: name.map((n) => `x${n}`) },
    {
      requiredKeys: ["hasCredits", "unlimited"],
    },
  ),
  spendLimit: fc.record({ limit: name, used: name, remainingPercent: fc.nat(100), resetsAt: fc.nat() }),
  spendControlReached: fc.boolean(),
  ordinaryUsageAllowed: fc.boolean(),
  resetCredits: fc.nat(),
  reachedType: name,
}, { requiredKeys: [] }).filter((found) => Object.keys(found).length > 0);
const thousandths = fc.nat(1_000_000_000).map((whole) => whole / 1000);
/** What the predecessor knows nothing of. */
const ours = fc.record({
  account: name,
  allowance,
  exhaustedUntil: fc.constant("2026-11-20T10:20:55Z"),
  refusedAt: fc.constant("2026-11-20T10:10:55.123Z"),
  cost: fc.record({ turnHours: thousandths, shortPercent: thousandths, longPercent: thousandths }),
}, { requiredKeys: [] });
const doings = fc.record({
  turns: fc.nat(90_000_000),
  openThreads: fc.nat(90_000_000),
  lastActivityAt: fc.constant("2026-11-20T10:20:55Z"),
  leased: fc.array(fc.integer({ min: 1, max: 4_194_304 }), { maxLength: 3 }),
  redeemed: fc.array(fc.integer({ min: 1, max: 2e12 }), { maxLength: 3 }),
}, { requiredKeys: [] });
const theirs: fc.Arbitrary<SessionStatus> = fc.record({
  health: text,
  appServer: fc.record({ state: text, pid: fc.nat(), restartCount: fc.nat(90_000_000) }),
  rateLimits: fc.record({ limitId: text, primary: window, secondary: window }),
  usageLeftPercent: fc.nat(100),
  activity: fc.record({ activeTurns: fc.nat(90_000_000) }),
  lastRateLimitUpdateAt: time,
  lastProbeAt: time,
  lastProbeResult: text,
  lastSelectedAt: time,
});
const session = fc.tuple(theirs, ours, doings).map(([theirs, ours, doings]): SessionStatus => ({
  ...theirs,
  ...ours,
  activity: { ...theirs.activity, ...doings },
}));
const status: fc.Arbitrary<Status> = fc.record({
  version: fc.nat(),
  updatedAt: time,
  daemon: fc.record({ pid: fc.nat(), startedAt: time }),
  sessions: fc.array(fc.tuple(text, session), { maxLength: 4 }).map((entries) => new Map(entries)),
});

/** What the predecessor keeps of it. */
function kept(status: Status): Status {
  const sessions = [...status.sessions].map(([alias, session]) => {
    const { account: _a, allowance: _b, exhaustedUntil: _c, refusedAt: _e, cost: _d, activity, ...rest } =
      session;
    return [alias, { ...rest, activity: { activeTurns: activity.activeTurns } }] as const;
  });
  return { ...status, sessions: new Map(sessions) };
}

describe("status.json", () => {
  it("of the predecessor is read, and written back byte for byte", () => {
    expect(rewriteStatus(PREDECESSOR)).toBe(PREDECESSOR);
    const read = parseStatus(PREDECESSOR);
    expect(read.sessions.get("10")).toEqual({
      health: "healthy",
      appServer: { state: "running", pid: 4712, restartCount: 3 },
      rateLimits: {
        limitId: "codex",
        primary: { usedPercent: 25, windowDurationMins: 300, resetsAt: 1795176915 },
        secondary: null,
      },
      usageLeftPercent: 75,
      activity: { activeTurns: 2 },
      lastRateLimitUpdateAt: "2026-11-20T10:20:50Z",
      lastProbeAt: "2026-11-20T10:20:50Z",
      lastProbeResult: "ok",
      lastSelectedAt: "",
    });
    expect(renderStatus(read)).toBe(PREDECESSOR);
  });

  it("survives the way to the predecessor and back, whatever it holds", () => {
    fc.assert(
      fc.property(status, (status) => {
        const ours = renderStatus(status);
        expect(parseStatus(ours)).toEqual(status);
        const theirs = rewriteStatus(ours);
        expect(parseStatus(theirs)).toEqual(kept(status));
        // What it did not know before it now has as 0, which says the same.
        expect(rewriteStatus(renderStatus(parseStatus(theirs)))).toBe(theirs);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("is fit for the predecessor even where a number went wrong on our side", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 2 ** 63, 1e21, -1e21, 99.5)),
        fc.string({ unit: fc.constantFrom("a", "\ud800", "\udc00", "\0", "\u2028") }),
        (number, words) => {
          const wrong: SessionStatus = {
            health: words,
            appServer: { state: words, pid: number, restartCount: number },
            rateLimits: {
              limitId: words,
              primary: { usedPercent: number, windowDurationMins: number, resetsAt: number },
              secondary: { usedPercent: 1, windowDurationMins: number },
            },
            usageLeftPercent: number,
            activity: {
              activeTurns: number,
              turns: number,
              openThreads: number,
              lastActivityAt: words,
              leased: [number, 7],
              redeemed: [number],
            },
            lastRateLimitUpdateAt: words,
            lastProbeAt: words,
            lastProbeResult: words,
            lastSelectedAt: words,
            nextTryAt: words,
            account: words,
            exhaustedUntil: words,
            allowance: {
              plan: words,
              others: [{ limitId: words, primary: { usedPercent: number }, secondary: null }],
              credits: { hasCredits: true, unlimited: false, balance: words },
              spendLimit: { limit: words, used: words, remainingPercent: number, resetsAt: number },
              resetCredits: number,
              reachedType: words,
            },
            cost: { turnHours: number, shortPercent: number, longPercent: number },
          };
          const ours = renderStatus({
            version: number,
            updatedAt: words,
            daemon: { pid: number, startedAt: words },
            sessions: new Map([[words, wrong]]),
          });
          expect(() => rewriteStatus(ours)).not.toThrow();
          // What a later program of ours reads there is whole, too.
          expect(renderStatus(parseStatus(ours))).toBe(ours);
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });

  it("holds its sessions in the byte order of their aliases", () => {
    const aliases = ["\u{1f600}", "\uff5e", "b", "a0", "a", "9", "10", "__proto__", "constructor", "é", "B"];
    const sessions = new Map(aliases.map((alias) => [alias, emptySession()]));
    const written = renderStatus({ ...emptyStatus(), sessions });
    expect([...written.matchAll(/^ {4}"(.*)": \{/gm)].map(([, alias]) => alias)).toEqual(
      ["10", "9", "B", "__proto__", "a", "a0", "b", "constructor", "é", "\uff5e", "\u{1f600}"],
    );
    expect([...parseStatus(written).sessions.keys()].sort()).toEqual([...aliases].sort());
  });

  it("may hold a key of ours that the predecessor passes over", () => {
    const looping = { ...emptySession(), health: "unhealthy", nextTryAt: "2026-11-20T10:20:55Z" };
    const ours = renderStatus({ ...emptyStatus(), sessions: new Map([["a", looping]]) });
    expect(parseStatus(ours).sessions.get("a")).toEqual(looping);
    expect(parseStatus(rewriteStatus(ours)).sessions.get("a")).toEqual({
      ...emptySession(),
      health: "unhealthy",
    });
  });

  it("keeps of keys that the predecessor does not know what makes sense, and nothing else", () => {
    const wild = (value: unknown) => {
      const sessions = {
        a: { account: value, allowance: value, exhaustedUntil: value, cost: value, activity: value },
      };
      return parseStatus(JSON.stringify({ sessions })).sessions.get("a")!;
    };
    for (
      const value of [null, 7, 1.5, true, [], {}, [[]], { others: [{}, 7] }, { credits: [] }, {
        spendLimit: {},
      }]
    ) {
      const { account, allowance, exhaustedUntil, cost, activity } = wild(value);
      expect([account, allowance, exhaustedUntil]).toEqual([undefined, undefined, undefined]);
      expect([{}, undefined]).toContainEqual(cost);
      expect(activity).toEqual({ activeTurns: 0 });
    }
    expect(wild("x")).toMatchObject({ account: "x" });
    expect(wild("x")).not.toHaveProperty("exhaustedUntil");
    expect(wild("")).not.toHaveProperty("exhaustedUntil");
    expect(wild({ leased: [1, null, "2", 2.5, -3], turns: 1.2, plan: "pro", credits: { hasCredits: 1 } }))
      .toMatchObject({
        activity: { leased: [1, 3], turns: 2 },
        allowance: { plan: "pro" },
      });
    expect(wild({ turns: null, openThreads: "3" }).activity).toEqual({ activeTurns: 0 });
    const spendLimit = { limit: "9", used: "1", remainingPercent: 24.9, resetsAt: null };
    expect(wild({ resetCredits: 2.7, spendLimit }).allowance).toEqual({
      resetCredits: 2,
      spendLimit: { limit: "9", used: "1", remainingPercent: 24, resetsAt: 0 },
    });
    expect(wild({ plan: "x".repeat(201) }).allowance).toBeUndefined();
    const others = Array.from({ length: 51 }, (_, at) => ({ limitId: `l${at}` }));
    expect(wild({ others }).allowance?.others).toHaveLength(50);
  });

  it("without sessions is what the predecessor writes, too", () => {
    expect(rewriteStatus(renderStatus(emptyStatus()))).toBe(renderStatus(emptyStatus()));
  });

  it.each(["[]", "{}", '{"sessions":null,"daemon":7,"version":"x","updatedAt":{}}', '{"sessions":[]}'])(
    "reads %s as empty",
    (file) => expect(parseStatus(file)).toEqual({ ...emptyStatus(), version: 0 }),
  );

  it("gives a session whose fields are missing or of a wrong type their defaults, and calls it unhealthy", () => {
    const nothing = {
      health: "",
      appServer: { state: "", pid: 0, restartCount: 0 },
      rateLimits: { limitId: "", primary: null, secondary: null },
      usageLeftPercent: 0,
      activity: { activeTurns: 0 },
      lastRateLimitUpdateAt: "",
      lastProbeAt: "",
      lastProbeResult: "",
      lastSelectedAt: "",
    };
    const wrong = JSON.stringify(Object.fromEntries(Object.keys(nothing).map((key) => [key, 3.5])));
    const sessions = parseStatus(
      `{"sessions":{"a":{},"b":null,"c":[],"d":{"health":null,"rateLimits":{"primary":[]}},"e":${
        wrong.replace('"usageLeftPercent":3.5', '"usageLeftPercent":"x"')
      }}}`,
    ).sessions;
    expect([...sessions.values()]).toEqual([nothing, nothing, nothing, nothing, nothing]);
  });

  it.each([
    ["{}", { usedPercent: 0 }],
    ['{"usedPercent":0.2}', { usedPercent: 1 }],
    ['{"usedPercent":98.01}', { usedPercent: 99 }],
    ['{"usedPercent":99.9}', { usedPercent: 99 }],
    ['{"usedPercent":100.0}', { usedPercent: 100 }],
    ['{"usedPercent":100.5}', { usedPercent: 101 }],
    ['{"usedPercent":-0.5}', { usedPercent: 0 }],
    ['{"usedPercent":1,"windowDurationMins":0,"resetsAt":null}', { usedPercent: 1 }],
    ['{"usedPercent":1,"windowDurationMins":299.5,"resetsAt":7}', {
      usedPercent: 1,
      windowDurationMins: 300,
      resetsAt: 7,
    }],
    ['{"usedPercent":"1"}', null],
    ['{"usedPercent":null}', null],
    ["7", null],
  ])("reads the window %s", (window, read) => {
    const file = `{"sessions":{"a":{"rateLimits":{"primary":${window}}}}}`;
    expect(parseStatus(file).sessions.get("a")?.rateLimits.primary).toEqual(read);
  });

  it.each(["", "{", "null", "7", '"x"', "[1]", "{}x"])("refuses %j with a reason", (file) => {
    expect(() => parseStatus(file)).toThrow(/^invalid status json: ./);
  });
});

/** The reader above must be as strict as the predecessor's, or the tests with it prove nothing. */
describe("the predecessor's reader of status.json", () => {
  const sessionWith = (fields: string) => `{"sessions":{"a":{${fields}}}}`;
  it.each([
    // "A float in an integer field makes the whole file unusable."
    [sessionWith('"usageLeftPercent":3.0'), "invalid type: floating point `3.0`"],
    [sessionWith('"rateLimits":{"primary":{"usedPercent":25.5}}'), "invalid type: floating point `25.5`"],
    [sessionWith('"rateLimits":{"primary":{"resetsAt":1e9}}'), "invalid type: floating point `1e9`"],
    [sessionWith('"activity":{"activeTurns":-0}'), "invalid type: floating point `-0`"],
    // "Integer fields are never null": a default is for a missing key.
    [sessionWith('"rateLimits":{"primary":{"usedPercent":null}}'), "invalid type: null, expected an integer"],
    [sessionWith('"appServer":{"pid":null}'), "invalid type: null, expected an integer"],
    [sessionWith('"appServer":null'), "invalid type: null, expected struct"],
    [sessionWith('"health":null'), "expected a string"],
    // pid is an i32, version a u32, the others are i64.
    [sessionWith('"appServer":{"pid":2147483648}'), "out of range"],
    ['{"version":-1}', "out of range"],
    [sessionWith('"rateLimits":{"primary":{"resetsAt":9223372036854775808}}'), "out of range"],
    [sessionWith('"health":"","health":""'), "duplicate field"],
    [sessionWith('"health":"\\ud800"'), "surrogate"],
  ])("refuses %s", (file, why) => expect(() => rewriteStatus(file)).toThrow(why));

  it.each([
    "{}",
    "[]",
    sessionWith(""),
    sessionWith('"unknown":null'),
    sessionWith('"rateLimits":{"primary":null}'),
  ])(
    "accepts %s",
    (file) => expect(() => rewriteStatus(file)).not.toThrow(),
  );
});
