import { describe, expect, test } from "vitest";
import {
  isReady,
  type Look,
  type Move,
  START,
  step,
  type Talk,
} from "../../../../lib/core/pool/screen/dialogue.ts";
import { readFileSync } from "node:fs";
import { showsLostLogin } from "../../../../lib/core/pool/screen/banner.ts";

const MANNER = { enterDelayMs: 500, nowMs: new Date(2026, 10, 20, 14, 22).getTime() };

function screen(name: string): string {
  return readFileSync(new URL(`./screens/${name}.txt`, import.meta.url), "utf8");
}

/** Shows screens one after the other, 100 ms apart; tells what was done, waiting left out. */
function play(screens: readonly (string | Look)[], stepMs = 100): { done: string[]; last: Move } {
  let talk: Talk = START;
  let last: Move = { do: "wait" };
  const done: string[] = [];
  screens.forEach((seen, index) => {
    const look = typeof seen === "string" ? { screen: seen, exitCode: undefined } : seen;
    [last, talk] = step(talk, look, (index + 1) * stepMs, MANNER);
    if (last.do === "type") done.push(last.text);
    if (last.do === "press") done.push(last.key);
  });
  return { done, last };
}

const times = (count: number, text: string) => Array.from({ length: count }, () => text);
const asked = [screen("ready"), ...times(5, screen("typed")), screen("typed")];

describe("the talk with the screen", () => {
  test("asks when Codex takes input, and believes a card that stands still", () => {
    const { done, last } = play([
      ...times(30, screen("starting")),
      ...asked,
      screen("two windows"),
      screen("two windows"),
    ]);
    expect(done).toEqual(["/status", "Enter"]);
    expect(last).toMatchObject({ do: "end", card: { windows: [{ usedPercent: 25 }, { usedPercent: 40 }] } });
    expect(play([...asked, screen("two windows")]).last).toEqual({ do: "wait" });
  });

  test("leaves some time between the text and Enter", () => {
    expect(play([screen("ready"), ...times(4, screen("typed"))]).done).toEqual(["/status"]);
    expect(play([screen("ready"), ...times(5, screen("typed"))]).done).toEqual(["/status", "Enter"]);
  });

  test("types nothing as long as there is no session: the words would go to the model", () => {
    expect(play(times(500, screen("starting"))).done).toEqual([]);
    const noFolder = screen("ready").replace(/.*· \/home.*/, "  ? for shortcuts");
    expect(isReady(screen("ready"))).toBe(true);
    expect(isReady(noFolder)).toBe(false);
  });

  test("takes back what was entered too early", () => {
    const early = `${screen("ready")}\n› /status\n\n  Waiting for startup  · esc cancel\n`;
    expect(play([...asked, early, screen("ready")]).done).toEqual(["/status", "Enter", "Escape", "/status"]);
  });

  test("does not take a card that is half drawn for all", () => {
    const half = screen("two windows").replace(/ {2}Weekly limit.*\n/, "");
    expect(play([...asked, half, screen("two windows")]).last).toEqual({ do: "wait" });
    expect(play([...asked, half, ...times(2, screen("two windows"))]).last).toMatchObject({
      card: { windows: [{}, {}] },
    });
  });

  test("waits for the answer of a refresh that was requested", () => {
    const { done, last } = play([
      ...asked,
      ...times(50, screen("refresh requested")),
      ...times(2, screen("two windows")),
    ]);
    expect(done).toEqual(["/status", "Enter"]);
    expect(last).toMatchObject({ do: "end" });
  });

  test("asks once more when there is no data yet, then gives up", () => {
    const none = times(20, screen("no data"));
    const typed = times(7, screen("typed"));
    const { done, last } = play([...asked, ...none, screen("no data"), ...typed, ...none]);
    expect(done).toEqual(["/status", "Enter", "/status", "Enter"]);
    expect(last).toMatchObject({
      do: "give up",
      trouble: "other",
      reason: expect.stringContaining("data not available yet"),
    });
  });

  test("takes an account without limits for an answer", () => {
    expect(play([...asked, ...times(2, screen("no limits"))]).last).toMatchObject({
      do: "end",
      card: { windows: [] },
    });
  });

  test("presses Enter again when the first was lost, and types again when the text was", () => {
    expect(play([...asked, ...times(40, screen("typed"))]).done).toEqual(["/status", "Enter", "Enter"]);
    expect(play(times(40, screen("ready"))).done).toEqual(["/status", "C-u", "/status"]);
  });

  const trust =
    "  Folder access\n\n  /home/somebody/here\n\n› 1. Trust and continue\n  2. Back to Agent Command Center\n\n  enter continue · esc back\n";
  const update =
    "  Update available · 0.169.0 → 9.9.9\n\n› 1. Update now (runs `npm install -g @openai/codex`)\n  2. Skip\n  3. Skip until next version\n";
  const signIn =
    "  Welcome to Codex\n\n> 1. Sign in with ChatGPT\n     Usage included\n\n  2. Sign in with Device Code\n";

  test("trusts the empty folder, skips an update and never signs in", () => {
    expect(play([screen("starting"), trust, screen("ready")]).done).toEqual(["Enter", "/status"]);
    expect(play([screen("starting"), update, screen("ready")]).done).toEqual(["Escape", "/status"]);
    const { done, last } = play([screen("starting"), signIn]);
    expect(done).toEqual([]);
    expect(last).toEqual({ do: "give up", trouble: "login", reason: "login required" });
  });

  test.each([
    [
      "Error: account/read failed: workspace routing discovery unauthorized (401) (code -32603)",
      1,
      "login",
      "token refused",
    ],
    [
      "Error: account/read failed: workspace routing discovery failed (code -32603)",
      1,
      "network",
      "no network",
    ],
    ["Error: account/read failed:\nworkspace routing discovery timed out", 1, "network", "no network"],
    ["", 127, "codex", "codex ended with exit code 127"],
    ["", null, "other", "codex ended"],
    ["Error: something else", 3, "other", "codex ended with exit code 3: something else"],
  ])("tells why Codex ended: %s", (text, exitCode, trouble, reason) => {
    const { last } = play([screen("starting"), {
      screen: `${text}\nPane is dead (status 1, Fri)`,
      exitCode,
    }]);
    expect(last).toEqual({ do: "give up", trouble, reason });
  });
});

test("a screen of very many empty lines is looked at as fast as any other", () => {
  const screen = "\n \r".repeat(300_000);
  for (const phase of ["starting", "typed", "asked"] as const) {
    const [move] = step({ ...START, phase }, { screen, exitCode: undefined }, 0, {
      enterDelayMs: 1,
      nowMs: 0,
    });
    expect(move).toEqual({ do: "wait" });
  }
  expect(showsLostLogin(screen)).toBe(false);
});
