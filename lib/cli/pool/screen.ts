import { type Found, noteOf, tableOf } from "../../core/pool/status_text.ts";
import { labelOf, windowsIn } from "../../core/pool/limits/window_words.ts";
import { standingOf } from "../../core/pool/limits/reading.ts";
import { knownResetMs, left } from "../../core/quota/limits.ts";
import { isForbidden } from "../../core/text/failure.ts";
import type { Cell, Column } from "../../core/text/screen/columns.ts";
import { type Face, faceFrom } from "../../core/text/screen/face.ts";
import type { Sheet } from "../../core/text/screen/sheet.ts";
import type { Tone } from "../../core/text/screen/paint.ts";
import type { Host } from "../../io/host.ts";
import { plainColumn, sheetText } from "../screen/draw.ts";
import { type Level, windowColumn, windowTitle } from "../screen/windows.ts";

/** The ranks at which columns yield, the first to go first. */
const RANK = {
  emailCut: 1,
  plan: 2,
  words: 3,
  email: 4,
  resets: 5,
  status: 6,
  bars: [7, 8, 10],
  name: 9,
  least: 11,
} as const;

/** Draws the table of `status --table` where stdout is a terminal; undefined elsewhere: programs read that one. */
export function tableDrawer(
  host: Pick<Host, "env" | "isTerminal" | "screenSize">,
): ((all: readonly Found[], nowMs: number) => Promise<string>) | undefined {
  if (!host.isTerminal.output) return undefined;
  const face = faceFrom(variablesIn(host), host.screenSize);
  return (all, nowMs) => sheetText(poolSheet(all, nowMs, face), face);
}

/** The sheet of `cap status --table`, by name. */
export function poolSheet(all: readonly Found[], nowMs: number, face: Face): Sheet {
  const { header, rows } = tableOf(all, nowMs);
  const cells = (title: string) => rows.map((row) => row[header.indexOf(title)] ?? "");
  const status = cells("STATUS").map((text, at): Cell => [{ text, tone: toneIn(all[at]!, nowMs) }]);
  return {
    columns: [
      plainColumn("AUTH", cells("AUTH"), undefined, {
        cuts: [{ at: RANK.name, least: 12 }, { at: RANK.least, least: 8 }],
        cutAt: "middle",
      }),
      ...windowsOf(all, nowMs, face),
      plainColumn("STATUS", status, undefined, {
        cuts: [{ at: RANK.status, least: 16 }, { at: RANK.least, least: 8 }],
      }),
      plainColumn("EMAIL", cells("EMAIL"), RANK.email, {
        cuts: [{ at: RANK.emailCut, least: 18 }],
        cutAt: "middle",
      }),
      plainColumn("PLAN", cells("PLAN"), RANK.plan),
    ],
    notes: [],
    closing: [],
    of: "auth files",
  };
}

function windowsOf(all: readonly Found[], nowMs: number, face: Face): Column[] {
  const labels = new Map<string, number | undefined>();
  for (const { reading } of all) {
    for (const { windowDurationMins: minutes } of windowsIn(reading)) labels.set(labelOf(minutes), minutes);
  }
  const ranks = { words: RANK.words, resets: RANK.resets, bars: RANK.bars, rareBars: RANK.bars };
  return [...labels].map(([label, minutes]) => {
    const levels = all.map(({ reading }): Level | undefined => {
      const window = windowsIn(reading).find((each) => labelOf(each.windowDurationMins) === label);
      return window && { left: left(window), resetsAtMs: knownResetMs(window.resetsAt, nowMs) };
    });
    const title = windowTitle(minutes === undefined ? undefined : minutes * 60_000, true);
    return windowColumn(title, levels, nowMs, face, ranks);
  });
}

function toneIn(found: Found, nowMs: number): Tone | undefined {
  if (noteOf(found, nowMs) === "ok") return "faint";
  return standingOf(found.reading, nowMs).is === "exhausted" ? "low" : "out";
}

/** What the terminal is told by; a runtime may keep variables from us. */
function variablesIn({ env }: Pick<Host, "env">): Readonly<Record<string, string | undefined>> {
  const names = ["COLUMNS", "LINES", "NO_COLOR", "TERM", "LC_ALL", "LC_CTYPE", "LANG"];
  return Object.fromEntries(names.map((name) => {
    try {
      return [name, env[name]];
    } catch (error) {
      if (!isForbidden(error)) throw error;
      return [name, undefined];
    }
  }));
}
