import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  emptyGlobalState,
  type GlobalState,
  lastSelectedMs,
  parseGlobalState,
  parseSessionState,
  pickMarkOf,
  recordPick,
  renderGlobalState,
  renderSessionState,
  type SessionState,
} from "../../../lib/core/session/state.ts";
import { rewriteGlobalState, rewriteSessionState } from "./predecessor.ts";

const GLOBAL = `{
  "round_robin_index": 1,
  "last_alias": "work"
}
`;
const SESSION = `{
  "alias": "work",
  "created_at": "2026-11-20T09:00:00Z",
  "last_used_at": "2026-11-20T10:20:55Z",
  "recent_assignments": [
    1795169000,
    1795170055
  ]
}
`;
const NOW = Date.parse("2026-11-20T12:00:00.123Z");

const text = fc.string({ unit: "binary" });
const others = fc.option(
  fc.array(
    fc.tuple(fc.constantFrom("x", "7", "__proto__", "constructor"), fc.constantFrom(1, null, "y", 2.5)),
    {
      minLength: 1,
    },
  ).map((entries) => ({ others: new Map<string, unknown>(entries) })),
  { nil: {} },
);
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const globalState: fc.Arbitrary<GlobalState> = fc.tuple(
  fc.record({ roundRobinIndex: count, lastAlias: text, pickSeq: count }),
  others,
).map(([state, others]) => ({ ...state, ...others }));
const sessionState: fc.Arbitrary<SessionState> = fc.tuple(
  fc.record({
    alias: text,
    createdAt: text,
    lastUsedAt: text,
    recentAssignments: fc.array(fc.maxSafeInteger()),
    lastSelectedAt: text,
    pickSeq: count,
  }),
  others,
).map(([state, others]) => ({ ...state, ...others }));

describe("state/global.json", () => {
  it("of the predecessor is read, and written back byte for byte", () => {
    expect(rewriteGlobalState(GLOBAL)).toBe(GLOBAL);
    expect(parseGlobalState(GLOBAL)).toEqual({ roundRobinIndex: 1, lastAlias: "work", pickSeq: 0 });
    expect(renderGlobalState(parseGlobalState(GLOBAL))).toBe(GLOBAL);
    expect(renderGlobalState(emptyGlobalState())).toBe(rewriteGlobalState('{"round_robin_index":0}'));
  });

  it("survives writing and reading, and reaches the predecessor, which keeps its own keys", () => {
    fc.assert(
      fc.property(globalState, (state) => {
        const ours = renderGlobalState(state);
        expect(parseGlobalState(ours)).toEqual(state);
        const { roundRobinIndex, lastAlias } = state;
        expect(parseGlobalState(rewriteGlobalState(ours))).toEqual({
          roundRobinIndex,
          lastAlias,
          pickSeq: 0,
        });
      }),
      { seed: 1 },
    );
  });

  it("keeps keys it doesn't know through a change", () => {
    const state = parseGlobalState('{"round_robin_index":0,"last_alias":"a","9":[1],"__proto__":{"b":null}}');
    expect(JSON.parse(renderGlobalState({ ...state, pickSeq: 4 }))).toEqual(
      JSON.parse('{"round_robin_index":0,"last_alias":"a","pick_seq":4,"9":[1],"__proto__":{"b":null}}'),
    );
  });

  it("reads a broken counter of ours as none", () => {
    expect(parseGlobalState('{"round_robin_index":0,"pick_seq":-1}').pickSeq).toBe(0);
    expect(parseGlobalState('{"round_robin_index":0,"pick_seq":"x"}').pickSeq).toBe(0);
  });

  it.each([
    ["", /./],
    ["[]", "not an object"],
    ["{}", "missing field `round_robin_index`"],
    ['{"round_robin_index":-1}', "round_robin_index is not a whole number from 0"],
    ['{"round_robin_index":0.5}', "round_robin_index is not a whole number from 0"],
    ['{"round_robin_index":null}', "round_robin_index is not a whole number from 0"],
    ['{"round_robin_index":0,"last_alias":7}', "last_alias is not a text"],
  ])("refuses %s with the reason", (file, why) => {
    expect(() => parseGlobalState(file)).toThrow(why);
    expect(() => parseGlobalState(file)).toThrow(/^invalid global state: /);
    expect(() => rewriteGlobalState(file)).toThrow();
  });
});

describe("state/sessions/<alias>.json", () => {
  it("of the predecessor is read, and written back byte for byte", () => {
    expect(rewriteSessionState(SESSION)).toBe(SESSION);
    expect(parseSessionState(SESSION)).toEqual({
      alias: "work",
      createdAt: "2026-11-20T09:00:00Z",
      lastUsedAt: "2026-11-20T10:20:55Z",
      recentAssignments: [1795169000, 1795170055],
      lastSelectedAt: "",
      pickSeq: 0,
    });
    expect(renderSessionState(parseSessionState(SESSION))).toBe(SESSION);
  });

  it("survives writing and reading, and reaches the predecessor, which keeps its own keys", () => {
    fc.assert(
      fc.property(sessionState, (state) => {
        const ours = renderSessionState(state);
        expect(parseSessionState(ours)).toEqual(state);
        const { alias, createdAt, lastUsedAt, recentAssignments } = state;
        expect(parseSessionState(rewriteSessionState(ours))).toEqual({
          alias,
          createdAt,
          lastUsedAt,
          recentAssignments,
          lastSelectedAt: "",
          pickSeq: 0,
        });
      }),
      { seed: 1 },
    );
  });

  it.each([
    ["{", /./],
    ["null", "not an object"],
    ['{"created_at":""}', "missing field `alias`"],
    ['{"alias":"a"}', "missing field `created_at`"],
    ['{"alias":7,"created_at":""}', "alias is not a text"],
    [
      '{"alias":"a","created_at":"","recent_assignments":[1.5]}',
      "recent_assignments is not a list of whole numbers",
    ],
    [
      '{"alias":"a","created_at":"","recent_assignments":[null]}',
      "recent_assignments is not a list of whole numbers",
    ],
    [
      '{"alias":"a","created_at":"","recent_assignments":{}}',
      "recent_assignments is not a list of whole numbers",
    ],
  ])("refuses %s with the reason", (file, why) => {
    expect(() => parseSessionState(file)).toThrow(why);
    expect(() => parseSessionState(file)).toThrow(/^invalid session state: /);
    expect(() => rewriteSessionState(file)).toThrow();
  });

  it("records a first pick", () => {
    expect(recordPick(undefined, { alias: "work", nowMs: NOW, seq: 7, window: 30 })).toEqual({
      alias: "work",
      createdAt: "2026-11-20T12:00:00Z",
      lastUsedAt: "2026-11-20T12:00:00Z",
      recentAssignments: [1795176000],
      lastSelectedAt: "2026-11-20T12:00:00.123Z",
      pickSeq: 7,
    });
  });

  it("records later picks, keeping the newest of them, the creation and foreign keys", () => {
    const before = parseSessionState(SESSION.replace("{", '{ "x": 1,'));
    expect(recordPick(before, { alias: "work", nowMs: NOW, seq: 7, window: 2 })).toEqual({
      ...before,
      lastUsedAt: "2026-11-20T12:00:00Z",
      recentAssignments: [1795170055, 1795176000],
      lastSelectedAt: "2026-11-20T12:00:00.123Z",
      pickSeq: 7,
    });
    expect(before.others).toEqual(new Map([["x", 1]]));
    expect(recordPick({ ...before, createdAt: "" }, { alias: "w", nowMs: NOW, seq: 1, window: 1 }))
      .toMatchObject({
        alias: "w",
        createdAt: "2026-11-20T12:00:00Z",
        recentAssignments: [1795176000],
      });
  });
});

describe("when an alias was last picked", () => {
  const picked = recordPick(undefined, { alias: "a", nowMs: NOW, seq: 1, window: 30 });
  it("is never, without any trace", () => {
    expect(lastSelectedMs(undefined, "")).toBeUndefined();
    expect(lastSelectedMs(pickMarkOf({ ...picked, lastSelectedAt: "", lastUsedAt: "" }), "soon"))
      .toBeUndefined();
  });
  it("is known to the millisecond from its state", () => {
    expect(lastSelectedMs(pickMarkOf(picked), "")).toBe(NOW);
  });
  it("is known to the second when the predecessor wrote the state last", () => {
    const theirs = parseSessionState(rewriteSessionState(renderSessionState(picked)));
    expect(lastSelectedMs(pickMarkOf(theirs), "")).toBe(NOW - 123);
  });
  it("is the newer one of state and status", () => {
    expect(lastSelectedMs(pickMarkOf(picked), "2026-11-20T12:00:01Z")).toBe(NOW + 877);
    expect(lastSelectedMs(pickMarkOf(picked), "2026-11-20T11:59:59Z")).toBe(NOW);
  });
});

/** The readers above must be as strict as the predecessor's, or the tests with them prove nothing. */
describe("the predecessor's readers of the state", () => {
  it.each([
    // "round_robin_index: usize, required"
    ['{"last_alias":"a"}', "missing field `round_robin_index`"],
    ['{"round_robin_index":-1}', "integer `-1`, out of range"],
    ['{"round_robin_index":1.0}', "floating point `1.0`"],
    ['{"round_robin_index":null}', "invalid type: null"],
    // "last_alias: string, omitted when empty": missing is fine, null is not.
    ['{"round_robin_index":0,"last_alias":null}', "expected a string"],
  ])("refuse the global state %s", (file, why) => expect(() => rewriteGlobalState(file)).toThrow(why));

  it.each([
    // "alias and created_at are required keys when the file exists"
    ['{"created_at":""}', "missing field `alias`"],
    ['{"alias":""}', "missing field `created_at`"],
    ['{"alias":null,"created_at":""}', "expected a string"],
    ['{"alias":"","created_at":"","last_used_at":null}', "expected a string"],
    // "recent_assignments: [unix seconds]"
    ['{"alias":"","created_at":"","recent_assignments":[1.0]}', "floating point `1.0`"],
    ['{"alias":"","created_at":"","recent_assignments":[null]}', "invalid type: null"],
  ])("refuse the session state %s", (file, why) => expect(() => rewriteSessionState(file)).toThrow(why));
});
