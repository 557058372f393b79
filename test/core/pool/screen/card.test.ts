import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isComplete, parseCard } from "../../../../lib/core/pool/screen/card.ts";
import { labelOf } from "../../../../lib/core/pool/limits/window_words.ts";
import { left } from "../../../../lib/core/quota/limits.ts";
import { resetTime } from "../../../../lib/core/pool/screen/reset_time.ts";

// The screens are those of codex 0.169, in panes of 120 columns unless their names say otherwise.

const NOW = new Date(2026, 10, 20, 14, 22).getTime();
const at = (day: number, hour: number, minute: number) =>
  new Date(2026, 10, day, hour, minute).getTime() / 1000;

function screen(name: string): string {
  return readFileSync(new URL(`./screens/${name}.txt`, import.meta.url), "utf8");
}

const card = (name: string) => parseCard(screen(name), NOW)!;

describe("a card", () => {
  test("tells two windows, their resets and whose they are", () => {
    const found = card("two windows");
    expect(found).toMatchObject({
      version: "0.169.0",
      email: "a@example.test",
      plan: "Pro 200",
      isStale: false,
    });
    expect(found.windows).toEqual([
      { usedPercent: 25, windowDurationMins: 300, resetsAt: at(20, 16, 21) },
      { usedPercent: 40, windowDurationMins: 10_080, resetsAt: at(23, 14, 21) },
    ]);
    expect([...found.models]).toEqual([]);
    expect(found.text).toMatch(
      /^ {2}>_ OpenAI Codex \(v0\.169\.0\)\n\n {2}Visit [^]* 60% left \(resets 14:21 on 23 Nov\)$/,
    );
  });

  test("of a used-up account is read below the warning of the same words", () => {
    expect(screen("used up")).toContain("⚠ 5h limit: only <1% left");
    expect(card("used up").windows.map(left)).toEqual([0, 10]);
    expect(card("used up").text).not.toContain("⚠");
  });

  test.each([
    ["one window", ["weekly 75"]],
    ["daily and monthly", ["daily 75", "monthly 70"]],
    ["spend control", ["5h 75", "weekly 60"]],
    ["monthly credit limit", ["monthly 25"]],
    ["credits", []],
  ])("of %s has windows by their length", (name, windows) => {
    expect(card(name).windows.map((window) => `${labelOf(window.windowDurationMins)} ${left(window)}`))
      .toEqual(windows);
  });

  test("with credits alone is an answer, and one whose limits are on their way is not", () => {
    expect(card("credits")).toMatchObject({ credits: "13 credits", note: undefined });
    expect(isComplete(card("credits"))).toBe(true);
    expect(isComplete(card("monthly credit limit"))).toBe(true);
    const late = screen("credits").replace(
      "  Credits:",
      "  Limits:                refresh requested\n  Credits:",
    );
    expect(isComplete(parseCard(late, NOW)!)).toBe(false);
    expect(isComplete(card("refresh requested"))).toBe(false);
  });

  test.each([
    "several limits",
    "several limits 80",
    "several limits 60",
    "several limits 50",
    "several limits 40",
  ])(
    "keeps the windows of single models apart: %s",
    (name) => {
      const minute = new Date((card(name).windows[0]?.resetsAt ?? 0) * 1000).getMinutes();
      expect(card(name).windows).toEqual([
        { usedPercent: 25, windowDurationMins: 300, resetsAt: at(20, 16, minute) },
        { usedPercent: 40, windowDurationMins: 10_080, resetsAt: at(23, 14, minute) },
      ]);
      expect([...card(name).models]).toEqual([["GPT-5.3-Codex-Spark", [
        { usedPercent: 60, windowDurationMins: 300, resetsAt: at(20, 16, minute) },
        { usedPercent: 70, windowDurationMins: 10_080, resetsAt: at(21, 14, minute) },
      ]]]);
    },
  );

  test.each([
    ["no limits", "not available for this account"],
    ["no data", "data not available yet"],
    ["refresh requested", "refresh requested; run /status again shortly."],
  ])("of %s says so", (name, note) => {
    expect(card(name)).toMatchObject({ note, windows: [] });
  });

  test("ends where a warning or the input line comes right below it", () => {
    const cramped = screen("used up").replace(/\n{2,}( *⚠)/, "\n$1");
    expect(cramped).toMatch(/on 23 Nov\)\n +⚠ 5h limit: only <1% left/);
    expect(parseCard(cramped, NOW)).toEqual(card("used up"));
  });

  test("that older versions frame is read like one without a frame", () => {
    const framed = [
      "/status",
      "",
      "╭───────────────────────────────────────────────────────╮",
      "│  >_ OpenAI Codex (v0.93.0)                            │",
      "│                                                       │",
      "│  Account:          a@example.test (Plus)              │",
      "│  5h limit:         [███░░] 61% left (resets 12:41)    │",
      "│  Weekly limit:     [██░░░] 42% left                   │",
      "│                    (resets 10:41 on 23 Nov)           │",
      "╰───────────────────────────────────────────────────────╯",
      "",
      "› Ask Codex to do anything",
    ].join("\n");
    const found = parseCard(framed, NOW);
    expect(found).toMatchObject({ version: "0.93.0", email: "a@example.test", plan: "Plus" });
    expect(found?.windows).toEqual([
      { usedPercent: 39, windowDurationMins: 300, resetsAt: at(20, 12, 41) },
      { usedPercent: 58, windowDurationMins: 10_080, resetsAt: at(23, 10, 41) },
    ]);
    expect(found?.text).not.toMatch(/[│╰]/);
  });

  test("warns that it is old", () => {
    const old = screen("two windows").replace(
      /( {2}Weekly limit:.*\n)/,
      "$1  Warning:             limits may be stale - start new turn to refresh.\n",
    );
    expect(parseCard(old, NOW)).toMatchObject({
      isStale: true,
      windows: [{ usedPercent: 25 }, { usedPercent: 40 }],
    });
  });

  test.each(["starting", "ready", "typed"])("is not there yet: %s", (name) => {
    expect(parseCard(screen(name), NOW)).toBeUndefined();
  });

  test("is the last one on the screen", () => {
    const both = `${screen("two windows")}\n${screen("used up")}`;
    expect(parseCard(both, NOW)?.windows.map(left)).toEqual([0, 10]);
  });
});

describe("a reset time", () => {
  test.each([
    ["(resets 12:41)", at(20, 12, 41)],
    ["(resets 3:42 PM)", at(20, 15, 42)],
    ["(resets 12:05 AM)", at(20, 0, 5)],
    ["(resets 12:05 PM)", at(20, 12, 5)],
    ["(resets 1:42 PM on 23 Nov)", at(23, 13, 42)],
    ["(resets 10:41 on 3 Jan)", new Date(2027, 0, 3, 10, 41).getTime() / 1000],
    ["75% left", undefined],
    ["(resets 10:41 on 23 Nix)", undefined],
  ])("%s", (text, seconds) => {
    expect(resetTime(text, NOW)).toBe(seconds);
  });

  test("in a year that has just ended is last year's", () => {
    const january = new Date(2027, 0, 2).getTime();
    expect(resetTime("(resets 10:41 on 30 Dec)", january)).toBe(
      new Date(2026, 11, 30, 10, 41).getTime() / 1000,
    );
  });
});
