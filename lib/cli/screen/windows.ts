import { barOf, toneOf } from "../../core/text/screen/bar.ts";
import type { Cell, Column, Form } from "../../core/text/screen/columns.ts";
import type { Face } from "../../core/text/screen/face.ts";
import { formatSpan } from "../../core/text/time.ts";
import type { Gauge } from "../../core/quota/windows.ts";
import { windowName } from "../view/lines.ts";

/** What a window has left, as far as a column shows it. */
export type Level = Pick<Gauge, "left" | "resetsAtMs">;

/** The ranks at which the columns of windows yield. */
export interface WindowRanks {
  /** `resets in 1h 59m` becomes `1h 59m`. */
  readonly words: number;
  /** The resets leave the column. */
  readonly resets: number;
  readonly bars: readonly [shorter: number, shortest: number, none: number];
  /** The same for a window that few accounts have. */
  readonly rareBars: readonly [shorter: number, shortest: number, none: number];
}

const TITLES: Readonly<Record<string, string>> = {
  "5h": "5 H",
  weekly: "WEEK",
  "1d": "DAY",
  "30d": "30 DAYS",
};
const SHORT_TITLES: Readonly<Record<string, string>> = { "30 DAYS": "30D" };
const BARS = [10, 8, 8, 6, 4, 0] as const;
const PERCENT = 5;

/** The title of a window's column by its length: `5 H`, `WEEK`; a long one can be brief: `30D`. */
export function windowTitle(durationMs: number | undefined, isShort: boolean, isBrief = false): string {
  if (durationMs === undefined) return isShort ? "SHORT" : "LONG";
  const name = windowName(durationMs);
  const title = TITLES[name] ?? name.toUpperCase();
  return isBrief ? SHORT_TITLES[title] ?? title : title;
}

/** A column of bars: what each has left, and when that resets. */
export function windowColumn(
  title: string,
  levels: readonly (Level | undefined)[],
  nowMs: number,
  face: Face,
  { words, resets, bars, rareBars }: WindowRanks,
): Column {
  const known = levels.filter((level) => level !== undefined);
  const isRare = known.length * 2 < levels.length;
  const [widest, middle, ...bare] = BARS;
  return {
    forms: [
      withResets(title, levels, widest, face, nowMs, "resets in "),
      withResets(
        `${title.padEnd(middle + PERCENT)}  RESETS IN`,
        levels,
        middle,
        face,
        nowMs,
        "",
      ),
      ...bare.map((columns): Form => ({
        title: columns === 0 ? SHORT_TITLES[title] ?? title : title,
        cells: levels.map((level) => levelCell(level, columns, face)),
      })),
    ],
    steps: [words, resets, ...isRare ? rareBars : bars],
  };
}

/** `1h 59m` until a window resets; one that nobody has used yet has no reset. */
export function resetWords(resetsAtMs: number | undefined, nowMs: number): string {
  return resetsAtMs === undefined ? "-" : formatSpan(resetsAtMs - nowMs);
}

/** `████░░░░  52%` */
export function levelCell(level: Level | undefined, columns: number, face: Face): Cell {
  if (level === undefined) return "-".padStart(columns + (columns > 0 ? PERCENT : PERCENT - 1));
  const tone = toneOf(level.left);
  const percent = `${level.left}%`.padStart(PERCENT - 1);
  if (columns === 0) return [{ text: percent, tone }];
  return [{ text: barOf(level.left, columns, face), tone }, { text: ` ${percent}`, tone }];
}

function withResets(
  title: string,
  levels: readonly (Level | undefined)[],
  columns: number,
  face: Face,
  nowMs: number,
  words: string,
): Form {
  return {
    title,
    cells: levels.map((level): Cell => {
      const cell = levelCell(level, columns, face);
      if (level?.resetsAtMs === undefined || typeof cell === "string") return cell;
      return [...cell, { text: `  ${words}${formatSpan(level.resetsAtMs - nowMs)}`, tone: "faint" }];
    }),
  };
}
