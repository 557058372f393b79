import { describe, expect, test } from "vitest";
import { parseRollout } from "../../../../lib/core/pool/limits/rollout.ts";
import { labelOf, usageIn, usageWords } from "../../../../lib/core/pool/limits/usage.ts";

const line = (type: string, payload: unknown, second: number) =>
  JSON.stringify({
    timestamp: `2026-11-20T10:20:${String(second).padStart(2, "0")}.435Z`,
    ordinal: 1,
    type,
    payload,
  });
const at = (second: number) => Date.parse("2026-11-20T10:20:00.435Z") + second * 1000;
const META = line("session_meta", { creator_account_id: "acct-t", cwd: "/x" }, 0);
const window = (used: number, minutes: number) => ({
  used_percent: used,
  window_minutes: minutes,
  resets_at: 1_795_177_255,
});
const tokens = (limit: unknown, second: number) =>
  line("event_msg", { type: "token_count", info: null, rate_limits: limit }, second);
const limits = (short: number, id = "codex") => ({
  limit_id: id,
  primary: window(short, 300),
  secondary: window(40.2, 10_080),
});
const ended = (second: number, info?: unknown, message = "x") =>
  line("event_msg", {
    type: "task_complete",
    ...(info === undefined ? {} : { error: { message, codex_error_info: info } }),
  }, second);
const started = (second: number) => line("event_msg", { type: "task_started" }, second);

describe("a session file", () => {
  test("tells whose it is, how its last turn ended and the newest limits", () => {
    const found = parseRollout(META, [META, started(1), tokens(limits(99.5), 2), ended(3)].join("\n"));
    expect(found).toEqual({
      accountId: "acct-t",
      turn: { at: at(3), end: "well" },
      limits: {
        at: at(2),
        usage: {
          isBlocked: false,
          windows: [{ label: "5h", left: 1, resetsAt: 1_795_177_255 }, {
            label: "weekly",
            left: 59,
            resetsAt: 1_795_177_255,
          }],
        },
      },
    });
  });

  test.each([
    ["limit", [started(1), ended(2, "usage_limit_exceeded")]],
    ["running", [ended(1, "usage_limit_exceeded"), started(2)]],
    ["other", [started(1), ended(2, { response_too_many_failed_attempts: { http_status_code: 429 } })]],
    ["login", [
      started(1),
      ended(
        2,
        "unauthorized",
        "Your access token could not be refreshed because your refresh token was already used.",
      ),
    ]],
    ["other", [started(1), line("event_msg", { type: "turn_aborted", reason: "interrupted" }, 2)]],
  ])("has a last turn that ended with %s", (end, lines) => {
    expect(parseRollout(META, lines.join("\n")).turn).toEqual({ at: at(2), end });
  });

  test("does not take the limits of a single model for the account's", () => {
    const found = parseRollout(
      META,
      [tokens(limits(10), 1), tokens(limits(100, "codex_bengalfox"), 2)].join("\n"),
    );
    expect(found.limits).toMatchObject({ at: at(1), usage: { windows: [{ left: 90 }, {}] } });
  });

  test("may be cut, or hold anything else", () => {
    const cut = `${started(1).slice(20)}\nnull\n[]\n{"payload":3}\n${ended(2)}\n${started(3).slice(0, 40)}`;
    expect(parseRollout("", cut)).toEqual({
      accountId: undefined,
      turn: { at: at(2), end: "well" },
      limits: undefined,
    });
  });
});

describe("windows", () => {
  test.each([
    [300, "5h"],
    [301, "5h"],
    [1440, "daily"],
    [10_080, "weekly"],
    [44_640, "monthly"],
    [180, "3h"],
    [45, "45m"],
    [undefined, "limit"],
  ])(
    "of %s minutes are called %s",
    (minutes, label) => expect(labelOf(minutes)).toBe(label),
  );

  test("of an app-server's answer are the account's own, shortest first", () => {
    const answer = usageIn({
      accountId: "acct",
      rateLimits: {
        primary: { usedPercent: 40, windowDurationMins: 10_080 },
        secondary: { usedPercent: 100, windowDurationMins: 300 },
        rateLimitReachedType: "rate_limit_reached",
      },
      rateLimitsByLimitId: { other: { primary: { usedPercent: 99 } } },
    });
    expect(answer).toMatchObject({ accountId: "acct", usage: { isBlocked: true } });
    expect(usageWords(answer!.usage)).toBe("5h=0% weekly=60%");
    expect(usageIn({})).toBeUndefined();
  });
});
