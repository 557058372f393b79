import { describe, expect, it } from "vitest";
import { type Ranked, sortRows } from "../../../lib/core/pick/report/row_order.ts";
import type { Hindrance } from "../../../lib/core/pick/hindrance.ts";
import type { Eligible, Verdict } from "../../../lib/core/pick/score.ts";

const gauge = (left: number, resetsAtMs?: number) => ({ left, durationMs: 1, resetsAtMs });

function row(alias: string, verdict: Verdict, more: Partial<Ranked> = {}): Ranked {
  const gauges = { short: undefined, long: undefined };
  return { alias, verdict, figure: undefined, priority: 0, gauges, active: 0, ...more };
}

function may(alias: string, score: number, more: Partial<Ranked> & Partial<Eligible> = {}): Ranked {
  const { reason = "eligible", isPaid, ...rest } = more;
  const terms = { usage: score, busy: 0, restarts: 0, staleness: 0 };
  const verdict: Verdict = {
    alias,
    eligible: true,
    score,
    usage: score,
    terms,
    reason,
    activeTurns: 0,
    lastSelectedMs: undefined,
    pickSeq: 0,
    ...(isPaid ? { isPaid } : {}),
  };
  return row(alias, verdict, { figure: score, ...rest });
}

function out(alias: string, kind: Hindrance, comesBackMs?: number, more: Partial<Ranked> = {}): Ranked {
  const back = comesBackMs === undefined ? {} : { comesBackMs };
  return row(alias, { alias, eligible: false, usage: 0, reason: "no", kind, final: false, ...back }, more);
}

const names = (rows: readonly Ranked[], selected?: string, sort?: Parameters<typeof sortRows>[2]) =>
  sortRows(rows, selected, sort).map(({ alias }) => alias).join(" ");

describe("the best first", () => {
  it("is the picked one, then by priority and figure, reserve and money later", () => {
    const rows = [
      may("paid", 99, { isPaid: true }),
      may("reserve", 90, { reason: "in reserve" }),
      may("low", 10),
      may("high", 80),
      may("first", 5, { priority: 1 }),
      may("bound", 1),
    ];
    expect(names(rows, "bound")).toBe("bound first high low reserve paid");
  });

  it("goes on with what comes back, the soonest first, then with what waits for the user", () => {
    const rows = [
      out("gone", "missing"),
      out("money", "paid"),
      out("holiday", "paused"),
      out("login", "login"),
      out("unknown", "exhausted"),
      out("later", "exhausted", 200),
      out("soon", "exhausted", 100),
      out("stale", "reading"),
      may("good", 1),
    ];
    expect(names(rows)).toBe("good stale soon later unknown login holiday gone money");
  });

  it("is by name where all else is equal, in the order of bytes", () => {
    expect(names([may("b", 1), may("a", 1), may("B", 1)])).toBe("B a b");
  });
});

describe("another order", () => {
  const rows = [
    may("a", 50, { gauges: { short: gauge(90, 50), long: gauge(20, 300) }, active: 1 }),
    may("b", 60, { gauges: { short: undefined, long: gauge(30, 200) } }),
    out("c", "exhausted", 100, { gauges: { short: gauge(0, 100), long: gauge(80, 50) }, active: 3 }),
    may("d", 70),
  ];

  it.each<["left" | "alias" | "reset" | "active", string]>([
    ["left", "b a c d"],
    ["alias", "a b c d"],
    ["reset", "c b a d"],
    ["active", "c a d b"],
  ])("%s", (sort, expected) => {
    expect(names([...rows].reverse(), undefined, sort)).toBe(expected);
  });
});
