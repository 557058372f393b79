import { describe, expect, test } from "vitest";
import { parseCard } from "../../../lib/core/pool/screen/card.ts";
import { parseLocalTime } from "../../../lib/core/pool/python/local_time.ts";
import { count, seconds } from "../../../lib/core/pool/number_options.ts";
import { blockOf, type Found, jsonOf, tableOf } from "../../../lib/core/pool/status_text.ts";
import type { Reading } from "../../../lib/core/pool/limits/reading.ts";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const CARD = [
  "/status",
  "",
  "  >_ OpenAI Codex (v0.169.0)",
  "",
  "  Account:      a@x.test (Pro)",
  "",
  "  5h limit:     [██] 75% left",
];

function found(reading: Reading, more: Partial<Found> = {}): Found {
  const known = { file: "/pool/a.json", name: "a.json", email: "a@x.test", plan: "pro" };
  return { ...known, reading, isDue: false, holders: [], card: undefined, last: undefined, ...more };
}

const limits = (
  left: number,
  source: Extract<Reading, { kind: "limits" }>["source"] = { by: "codex" },
): Reading => ({
  kind: "limits",
  readings: {
    limits: {
      limitId: "codex",
      primary: { usedPercent: 100 - left, windowDurationMins: 300, resetsAt: NOW / 1000 + 7200 },
      secondary: { usedPercent: 40, windowDurationMins: 10_080 },
    },
    allowance: {},
  },
  source,
});
const failed = (reason: string): Reading => ({ kind: "failed", trouble: "other", reason });
const look = (screen: string, exitCode?: number | null) => ({ screen, exitCode });

describe("the block of an account", () => {
  test("is its card, as on screen", () => {
    const card = parseCard(CARD.join("\n"), NOW);
    const block = blockOf(found(limits(75), { card, last: look("anything") }), NOW, false);
    expect(block).toBe(`--- a.json ---\n${CARD.slice(2).join("\n")}\n\n`);
  });

  test("without a card is its limits in words", () => {
    expect(blockOf(found(limits(0)), NOW, false)).toBe(
      "--- a.json ---\n5h limit:      0% left (resets in 2h)\nWeekly limit:  60% left\n\n",
    );
  });

  test("tells of a login that is due who holds it, and what they have seen", () => {
    const seen = limits(12, { by: "worker", name: "w1", at: NOW - 180_000 });
    expect(blockOf(found(seen, { isDue: true, holders: ["w1", "w2"] }), NOW, false)).toBe(
      "--- a.json ---\nlogin is due for renewal (2 worker homes hold this account: w1, w2)\n" +
        "5h limit:      12% left (resets in 2h), as worker w1 saw it 3m ago\n" +
        "Weekly limit:  60% left, as worker w1 saw it 3m ago\n\n",
    );
    expect(blockOf(found({ kind: "due" }, { isDue: true, holders: ["w1"] }), NOW, false)).toBe(
      "--- a.json ---\nlogin is due for renewal (1 worker home holds this account: w1)\n\n",
    );
  });

  test("tells what went wrong, what was on the screen, and how Codex ended", () => {
    const last = look("\n\nError: no way\nPane is dead\n\n\n", 1);
    expect(blockOf(found(failed("token refused"), { last }), NOW, false)).toBe(
      "--- a.json ---\ntoken refused\nError: no way\nPane is dead\n[codex_exit=1]\n\n",
    );
    expect(blockOf(found(failed("no answer in 17 s"), { last: look("  loading\n") }), NOW, false)).toBe(
      "--- a.json ---\n(no /status output captured; increase --timeout / --pre-send-wait)\n  loading\n\n",
    );
  });

  test("is the whole screen when that is wished for, without what might steer the terminal", () => {
    const last = look("\n  one\n\n\n\n  two  \n\n", 0);
    const block = blockOf(found(limits(1), { last, name: "a\u001b[31m.json" }), NOW, true);
    expect(block).toBe("--- a\\u{1b}[31m.json ---\n  one\n\n  two\n\n");
  });
});

test("the table has a column for each window that any account has", () => {
  const weekly: Reading = {
    kind: "limits",
    readings: {
      limits: {
        limitId: "codex",
        primary: { usedPercent: 95, windowDurationMins: 44_640 },
        secondary: null,
      },
      allowance: {},
    },
    source: { by: "codex" },
  };
  const { header, rows } = tableOf([
    found(limits(0)),
    found(weekly),
    found(failed("no network"), { email: undefined }),
  ], NOW);
  expect(header).toEqual(["AUTH", "EMAIL", "PLAN", "5H", "WEEKLY", "MONTHLY", "RESETS", "STATUS"]);
  expect(rows).toEqual([
    ["a.json", "a@x.test", "pro", "0%", "60%", "-", "in 2h", "exhausted, resets in 2h"],
    ["a.json", "a@x.test", "pro", "-", "-", "5%", "-", "ok"],
    ["a.json", "-", "pro", "-", "-", "-", "-", "no network"],
  ]);
});

test("RESETS is when a used-up account comes back, else when the first window begins anew, in two units", () => {
  const at = (minutes: number) => NOW / 1000 + minutes * 60;
  const resets = (primary: LimitWindow | null, secondary: LimitWindow | null) => {
    const limits = { limitId: "codex", primary, secondary };
    const reading: Reading = { kind: "limits", readings: { limits, allowance: {} }, source: { by: "codex" } };
    return tableOf([found(reading)], NOW).rows[0]!.at(-2);
  };
  const soon = { windowDurationMins: 300, resetsAt: at(119) };
  const later = { windowDurationMins: 10080, resetsAt: at(4000) };
  expect(resets({ ...soon, usedPercent: 60 }, { ...later, usedPercent: 50 })).toBe("in 1h 59m");
  expect(resets({ ...soon, usedPercent: 60 }, { ...later, usedPercent: 100 })).toBe("in 2d 18h");
  expect(resets({ ...soon, usedPercent: 100 }, { ...later, usedPercent: 100 })).toBe("in 2d 18h");
  const untold = { windowDurationMins: 300, usedPercent: 100 };
  expect(resets(untold, { ...later, usedPercent: 50 })).toBe("-");
  expect(resets(null, null)).toBe("-");
});

test("the JSON names a schema, and what is not known is left out", () => {
  expect(
    JSON.parse(
      JSON.stringify(jsonOf("/pool", [found(limits(0)), found({ kind: "due" }, { isDue: true })], NOW)),
    ),
  ).toEqual({
    schema: "agentlb.pool-status/1",
    teamDir: "/pool",
    accounts: [
      {
        auth: "/pool/a.json",
        name: "a.json",
        email: "a@x.test",
        plan: "pro",
        result: "limits",
        reason: "exhausted, resets in 2h",
        standing: "exhausted",
        comesBackAt: "2026-11-20T14:00:00Z",
        isDueForRenewal: false,
        workersWithThisLogin: [],
        source: "codex",
        limits: [{ window: "5h", leftPercent: 0, resetsAt: "2026-11-20T14:00:00Z" }, {
          window: "weekly",
          leftPercent: 60,
        }],
      },
      {
        auth: "/pool/a.json",
        name: "a.json",
        email: "a@x.test",
        plan: "pro",
        result: "due",
        reason: "login is due for renewal (no worker home holds this account)",
        standing: "unknown",
        isDueForRenewal: true,
        workersWithThisLogin: [],
      },
    ],
  });
});

describe("numbers of options", () => {
  const options = (text: string) => new Map([["pre_send_wait", text]]);

  test.each([["12", 12], ["180.0", 180], [" .5 ", 0.5], ["1e2", 100], ["-3", 0], ["1_000", 1000], [
    "1e300",
    31_536_000,
  ]])(
    "%s is so many seconds",
    (text, value) => expect(seconds(options(text), "pre_send_wait")).toBe(value),
  );

  test.each(["abc", "", "1.2.3", "0x10", "nan", "inf", "12s"])("%s is refused by name", (text) => {
    expect(() => seconds(options(text), "pre_send_wait")).toThrow(
      `❌ --pre-send-wait must be a number of seconds, not '${text}'`,
    );
  });

  test("of times are whole", () => {
    expect(count(options("10"), "pre_send_wait")).toBe(10);
    expect(() => count(options("1.5"), "pre_send_wait")).toThrow(
      "❌ --pre-send-wait must be a number of times",
    );
  });
});

test("a time of the state is local", () => {
  expect(parseLocalTime("2026-11-20T12:41:07")).toBe(new Date(2026, 10, 20, 12, 41, 7).getTime());
  expect(parseLocalTime("2026-11-20 12:41")).toBeUndefined();
  expect(parseLocalTime(undefined)).toBeUndefined();
});

test("a number with very many digits is read as fast as any other text", () => {
  const options = new Map([["interval", `${"1".repeat(1_000_000)}x`]]);
  expect(() => seconds(options, "interval")).toThrow("must be a number of seconds");
});
