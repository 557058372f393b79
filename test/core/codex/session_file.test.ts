import { describe, expect, test } from "vitest";
import { accountLimits, activityIn } from "../../../lib/core/codex/activity.ts";

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

describe("a rollout", () => {
  test("tells whose it is, how its last turn ended and the newest limits", () => {
    const found = activityIn(META, [META, started(1), tokens(limits(99.5), 2), ended(3)].join("\n"));
    expect(found).toMatchObject({
      workspace: "acct-t",
      user: undefined,
      lastTurn: { at: at(3), end: "completed" },
    });
    expect(accountLimits(found)).toEqual({
      at: at(2),
      readings: {
        limits: {
          limitId: "codex",
          primary: { usedPercent: 99, windowDurationMins: 300, resetsAt: 1_795_177_255 },
          secondary: { usedPercent: 41, windowDurationMins: 10_080, resetsAt: 1_795_177_255 },
        },
        allowance: {},
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
    expect(activityIn(META, lines.join("\n")).lastTurn).toEqual({ at: at(2), end });
  });

  test("does not take the limits of a single model for the account's", () => {
    const found = activityIn(
      META,
      [tokens(limits(10), 1), tokens(limits(100, "codex_bengalfox"), 2)].join("\n"),
    );
    expect(accountLimits(found)).toMatchObject({
      at: at(1),
      readings: { limits: { primary: { usedPercent: 10 } } },
    });
  });

  test("with nulls, which some answers bring, keeps the limits that were told before", () => {
    const nulls = { limit_id: "codex", primary: null, secondary: null };
    const found = activityIn(META, [tokens(limits(10), 1), tokens(null, 2), tokens(nulls, 3)].join("\n"));
    expect(accountLimits(found)?.at).toBe(at(1));
  });

  test("may be cut, or hold anything else", () => {
    const cut = `${started(1).slice(20)}\nnull\n[]\n{"payload":3}\n${ended(2)}\n${started(3).slice(0, 40)}`;
    const found = activityIn("", cut);
    expect(found).toMatchObject({ workspace: undefined, lastTurn: { at: at(2), end: "completed" } });
    expect(accountLimits(found)).toBeUndefined();
  });
});
