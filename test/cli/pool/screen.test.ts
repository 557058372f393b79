import { describe, expect, it } from "vitest";
import { poolSheet, tableDrawer } from "../../../lib/cli/pool/screen.ts";
import type { Reading } from "../../../lib/core/pool/limits/reading.ts";
import type { Found } from "../../../lib/core/pool/status_text.ts";
import { drawSheet } from "../../../lib/core/text/screen/sheet.ts";
import { displayWidth } from "../../../lib/io/width.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const window = (usedPercent: number, windowDurationMins: number, resetsInSec: number) => ({
  usedPercent,
  windowDurationMins,
  resetsAt: NOW / 1000 + resetsInSec,
});

function found(name: string, reading: Reading, email = `${name}@example.test`): Found {
  return {
    file: `/pool/${name}`,
    name,
    email,
    plan: "pro",
    reading,
    isDue: false,
    holders: [],
    card: undefined,
    last: undefined,
  };
}

const limits = (short: number, week: number): Reading => ({
  kind: "limits",
  readings: {
    limits: { limitId: "codex", primary: window(short, 300, 7200), secondary: window(week, 10_080, 86_400) },
    allowance: {},
  },
  source: { by: "codex" },
});
const ALL = [
  found("busy.json", limits(100, 20)),
  found("free.json", limits(25, 50), "firstname.lastname@engineering.example.test"),
  found("bro\u001bken.json", { kind: "failed", trouble: "login", reason: "login required" }),
];

const face = { columns: 80, lines: 24, hasColor: false, hasUnicode: true };

describe("the table of `cap status` on a terminal", () => {
  it("shows bars, when each window resets, and what is wrong", () => {
    expect(drawSheet(poolSheet(ALL, NOW, { ...face, columns: 160 }), { ...face, columns: 160 }, displayWidth))
      .toEqual([
        "AUTH               5 H                            WEEK                           STATUS                   " +
        "EMAIL                                        PLAN",
        "busy.json          ░░░░░░░░░░   0%  resets in 2h  ████████░░  80%  resets in 1d  exhausted, resets in 2h  " +
        "busy.json@example.test                       pro",
        "free.json          ████████░░  75%  resets in 2h  █████░░░░░  50%  resets in 1d  ok                       " +
        "firstname.lastname@engineering.example.test  pro",
        "bro\\u{1b}ken.json                -                              -                login required           " +
        "bro\\u{1b}ken.json@example.test               pro",
      ]);
  });

  it("fits, however narrow the terminal is", () => {
    for (let columns = 20; columns <= 160; columns++) {
      const lines = drawSheet(poolSheet(ALL, NOW, { ...face, columns }), { ...face, columns }, displayWidth);
      expect(lines).toHaveLength(4);
      for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
    }
  });

  it("is there on a terminal only, by what its variables say, also where a runtime hides them", async () => {
    const size = { columns: 80, lines: 24 };
    const on = (output: boolean, env: Record<string, string>) =>
      tableDrawer({ env, isTerminal: { input: output, output, error: output }, screenSize: size });
    expect(on(false, {})).toBeUndefined();
    expect(await on(true, {})!(ALL, NOW)).toContain("\u001b[31m");
    expect(await on(true, { NO_COLOR: "1" })!(ALL, NOW)).toContain("█");
    expect(await on(true, { NO_COLOR: "1", LANG: "C" })!(ALL, NOW)).toMatch(/^[\n -~]*$/);
    const denied = Object.assign(new Error("Requires env access"), { name: "NotCapable" });
    const hidden = new Proxy({}, {
      get: () => {
        throw denied;
      },
    });
    expect(await on(true, hidden)!(ALL, NOW)).toContain("busy.json");
  });
});
