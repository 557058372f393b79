import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterLines, isBegunAs, isTaskEvent, SILENT } from "../../../lib/core/codex/activity.ts";
import { parseAccount } from "../../../lib/core/codex/account.ts";
import { dayFolders, mayTell, snapshotIn, threadTime } from "../../../lib/core/codex/rollout.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { markOf } from "../../../lib/core/codex/refusal.ts";
import { emptySession, emptyStatus, parseStatus, renderStatus } from "../../../lib/core/session/status.ts";
import { rewriteStatus } from "../session/predecessor.ts";
import { mergeSnapshot, NOTHING } from "../../../lib/core/codex/rate_limits.ts";
import { aborted, completed, event, meta, said, started, threadId, told } from "../../../rig/rollouts.ts";

const T = Date.parse("2026-11-20T12:00:00.123Z");
const WINDOWS = { primary: { used: 25.2, minutes: 300, resets: 1_795_177_255 } };
const after = (...lines: string[]) => afterLines(SILENT, lines);

describe("what a rollout tells of its thread", () => {
  it("is whose it is, and nothing more before the first turn", () => {
    const begunAt = T;
    expect(after(meta(T, "acct-a", "user-a"))).toEqual({
      ...SILENT,
      workspace: "acct-a",
      user: "user-a",
      begunAt,
    });
    expect(after(meta(T, ""))).toEqual({ ...SILENT, begunAt });
  });

  it("is a turn from its start to its end, however it ends", () => {
    expect(after(started(T)).turnSince).toBe(T);
    expect(after(started(T), told(T + 1, WINDOWS)).turnSince).toBe(T);
    for (const end of [completed(T + 2), aborted(T + 2), completed(T + 2, "usage_limit_exceeded")]) {
      expect(after(started(T), end)).toMatchObject({ turnSince: undefined, lastAt: T + 2 });
      expect(after(started(T), end, started(T + 9))).toMatchObject({ turnSince: T + 9, lastAt: T + 9 });
    }
  });

  it("is the newest limits, each under its own id, and since when they hold", () => {
    const found = after(
      started(T),
      told(T + 1, WINDOWS),
      told(T + 2, { limit: "codex_other", ...WINDOWS }),
      told(T + 3, { primary: { used: 26, minutes: 300 } }),
      event(T + 4, { type: "token_count", info: {}, rate_limits: null }),
    );
    expect([...found.limits].map(([id, { at, since }]) => [id, at, since])).toEqual([
      ["codex", T + 3, T],
      ["codex_other", T + 2, T],
    ]);
    expect(found.lastAt).toBe(T + 4);
    expect([...after(told(T, { limit: "", ...WINDOWS })).limits.keys()]).toEqual(["codex"]);
  });

  it("is a turn that was refused because a limit is used up, with the limits of that very turn", () => {
    const full = { primary: { used: 100, minutes: 300, resets: 1_795_177_255 } };
    const found = after(started(T), told(T + 1, full), completed(T + 2, "usage_limit_exceeded"));
    expect(found.refusal?.at).toBe(T + 2);
    expect(found.refusal?.snapshot?.get("primary")).toMatchObject({ usedPercent: 100 });
    const without = after(told(T - 9, full), started(T), completed(T + 2, "usage_limit_exceeded"));
    expect(without.refusal).toEqual({ at: T + 2, snapshot: undefined, message: "no" });
    const plain429 = { response_too_many_failed_attempts: { http_status_code: 429 } };
    expect(after(started(T), completed(T + 2, plain429)).refusal).toBeUndefined();
  });

  it("is since when the last turn went on that succeeded; one that failed or was ended takes nothing back", () => {
    const done = after(started(T), completed(T + 5));
    expect(done.succeededSince).toBe(T);
    const later = [
      started(T + 9),
      completed(T + 10, "usage_limit_exceeded"),
      started(T + 11),
      aborted(T + 12),
    ];
    expect(afterLines(done, later).succeededSince).toBe(T);
    expect(afterLines(done, [started(T + 20), completed(T + 21)]).succeededSince).toBe(T + 20);
  });

  it("is not changed by lines that are cut, no JSON, or of another kind", () => {
    const known = after(meta(T, "acct-a"), started(T));
    const noise = [
      "",
      "\0\0\0",
      completed(T + 1).slice(0, -5),
      "7",
      "null",
      "[]",
      '{"type":"event_msg"}',
      '{"type":"event_msg","payload":{"type":"task_complete"}}',
      completed(T + 1).replace(/"timestamp":"[^"]*"/, '"timestamp":"soon"'),
      said(T + 1, 'he said "task_complete"'),
      event(T + 1, { type: "item_completed", word: "task_complete" }),
      completed(T + 1).replace("event_msg", "response_item"),
    ];
    expect(afterLines(known, noise)).toEqual(known);
    expect(afterLines(known, [`${completed(T + 1)}\r`]).turnSince).toBeUndefined();
  });
});

describe("a line", () => {
  it("is looked into only when its beginning may tell something", () => {
    for (const line of [meta(T, "a"), started(T), completed(T), aborted(T), told(T, WINDOWS)]) {
      expect(mayTell(line)).toBe(true);
    }
    expect(mayTell(said(T, "hello"))).toBe(false);
    const far = event(T, { type: "item_completed", text: "x".repeat(2000), task_started: true });
    expect(mayTell(far)).toBe(false);
  });

  it("is enough to know how a turn stands when it begins or ends one", () => {
    expect([started(T), completed(T), aborted(T)].map(isTaskEvent)).toEqual([true, true, true]);
    expect([meta(T, "a"), told(T, WINDOWS), said(T, "task_started"), "{"].map(isTaskEvent)).toEqual(
      [false, false, false, false],
    );
  });
});

describe("limits in a rollout", () => {
  it("become those of an app-server, floats as whole numbers", () => {
    const snapshot = snapshotOf(told(T, {
      primary: { used: 25.2, minutes: 300, resets: 1_795_177_255 },
      secondary: { used: 99.9, minutes: 10_080 },
      reached: "rate_limit_reached",
      more: {
        credits: { has_credits: true, unlimited: false, balance: "12.50" },
        individual_limit: { limit: "100", used: "75", remaining_percent: 25, resets_at: 1_900_000_000 },
        spend_control_reached: true,
        plan_type: "pro",
      },
    }));
    expect(mergeSnapshot(NOTHING, snapshot!)).toEqual({
      isReading: true,
      readings: {
        limits: {
          limitId: "codex",
          primary: { usedPercent: 26, windowDurationMins: 300, resetsAt: 1_795_177_255 },
          secondary: { usedPercent: 99, windowDurationMins: 10_080 },
        },
        allowance: {
          plan: "pro",
          credits: { hasCredits: true, unlimited: false, balance: "12.50" },
          spendLimit: { limit: "100", used: "75", remainingPercent: 25, resetsAt: 1_900_000_000 },
          spendControlReached: true,
          reachedType: "rate_limit_reached",
        },
      },
    });
  });

  it("that are missing take nothing back", () => {
    const known = mergeSnapshot(NOTHING, snapshotOf(told(T, WINDOWS))!)!.readings;
    const sparse = snapshotOf(told(T, { secondary: { used: 7, minutes: 10_080 } }))!;
    expect(mergeSnapshot(known, sparse)?.readings.limits).toEqual({
      ...known.limits,
      secondary: { usedPercent: 7, windowDurationMins: 10_080 },
    });
  });
});

describe("a rollout of a Codex that is not known yet", () => {
  it("may say what it likes: what comes of it can be published, and the predecessor reads it", () => {
    const wild = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.double(),
      fc.constantFrom(100, "codex", true, -5, 1e20),
    );
    const window = fc.dictionary(fc.constantFrom("used_percent", "window_minutes", "resets_at"), wild);
    const limits = fc.dictionary(
      fc.constantFrom(
        "limit_id",
        "limit_name",
        "primary",
        "secondary",
        "credits",
        "individual_limit",
        "plan_type",
      ),
      fc.oneof(wild, window, fc.dictionary(fc.constantFrom("has_credits", "balance", "limit", "used"), wild)),
    );
    const payload = fc.oneof(
      fc.record({ type: fc.constant("token_count"), rate_limits: fc.oneof(limits, wild) }),
      fc.record({
        type: fc.constant("task_complete"),
        error: fc.oneof(wild, fc.record({ codex_error_info: wild })),
      }),
      fc.record({ type: fc.constantFrom("task_started", "turn_aborted", "session_meta") }),
    );
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 6 }), (payloads) => {
        const lines = payloads.map((each, index) => event(T + index, each));
        const { limits, refusal } = after(started(T), ...lines);
        let readings = NOTHING;
        for (const { snapshot } of limits.values()) {
          readings = mergeSnapshot(readings, snapshot)?.readings ?? readings;
        }
        const mark = refusal && markOf(refusal, T);
        const session = {
          ...emptySession(),
          rateLimits: readings.limits,
          allowance: readings.allowance,
          ...(mark === undefined ? {} : { exhaustedUntil: formatTime(mark.untilMs) }),
        };
        const file = renderStatus({ ...emptyStatus(), sessions: new Map([["a", session]]) });
        expect(() => rewriteStatus(file)).not.toThrow();
        expect(renderStatus(parseStatus(file))).toBe(file);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});

describe("a thread's id", () => {
  it("tells when it was begun, and so in which folders its rollout may be", () => {
    expect(threadTime(threadId(T))).toBe(T);
    expect(dayFolders(T)).toEqual(["2026/11/20", "2026/11/19", "2026/11/21"]);
    expect(dayFolders(Date.parse("2027-01-01T00:00:00Z"))).toEqual([
      "2027/01/01",
      "2026/12/31",
      "2027/01/02",
    ]);
  });

  it("tells nothing when it is no UUID of version 7", () => {
    expect(["", "t1", "01a1f88b-9c20-4fc2-8354-0a837e795b6d", "x1a1f88b-9c20-7fc2-8354-0a8"].map(threadTime))
      .toEqual([undefined, undefined, undefined, undefined]);
  });
});

function snapshotOf(line: string) {
  return snapshotIn(new Map(Object.entries(JSON.parse(line).payload)));
}

describe("a rollout that names no account", () => {
  const old = (version: string) =>
    JSON.stringify({
      timestamp: "2026-11-20T12:00:01.000Z",
      type: "session_meta",
      payload: { id: "x", timestamp: "2026-11-20T12:00:00.123Z", cli_version: version },
    });
  const account = { ...parseAccount(undefined), kind: "chatgpt", user: "u", workspace: "w" } as const;

  it("is of the login that its home has had since before it was begun, and of no other", () => {
    const thread = after(old("0.140.0"));
    expect(thread).toMatchObject({ begunAt: T, version: "0.140.0" });
    expect(isBegunAs(thread, account, T)).toBe(true);
    expect(isBegunAs(thread, account, T + 1)).toBe(false);
    expect(isBegunAs(thread, account)).toBe(false);
  });

  it("one that names another is not believed, however long the home has had this login", () => {
    expect(isBegunAs(after(meta(T, "other", "u")), account, 0)).toBe(false);
    expect(isBegunAs(SILENT, account, 0)).toBe(false);
  });

  it("of an old Codex tells no error: an end without an answer is no success", () => {
    const mute = event(T + 2, { type: "task_complete", last_agent_message: null });
    expect(after(old("0.140.0"), started(T), mute).lastTurn?.end).toBe("other");
    expect(after(old("0.145.0"), started(T), mute).lastTurn?.end).toBe("completed");
    expect(after(old("0.140.0"), started(T), completed(T + 2)).lastTurn?.end).toBe("completed");
  });
});
