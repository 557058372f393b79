import { type Column, drawColumns } from "./columns.ts";
import type { Face } from "./face.ts";
import { cutEnd, type Width, wrap } from "./shorten.ts";

/** What is drawn: a table, notes below it, and what is said last. */
export interface Sheet {
  readonly columns: readonly Column[];
  /** The rows that are shown again at the end of a table longer than the screen. */
  readonly again?: readonly number[];
  readonly notes: readonly string[];
  /** The lines that matter most. */
  readonly closing: readonly string[];
  /** What the rows are, for the line that stands for those without room. */
  readonly of: string;
}

/** The whole sheet; what matters most comes last, where it stays visible. */
export function drawSheet(sheet: Sheet, face: Face, width: Width): string[] {
  const { header, rows, notes, closing } = partsOf(sheet, face, width);
  const { again = [] } = sheet;
  const all = [...header, ...rows, ...notes, ...closing];
  if (all.length < face.lines || again.length === 0) return all;
  return [
    ...header,
    ...rows,
    ...notes,
    ruleOf(face),
    ...header,
    ...again.map((row) => rows[row]!),
    ...closing,
  ];
}

/** As much of the sheet as the screen has lines for, below a title: notes go first, then rows. */
export function drawFrame(sheet: Sheet, title: string, face: Face, width: Width): string[] {
  const { header, rows, notes, closing } = partsOf(sheet, face, width);
  const fixed = [cutEnd(title, face.columns, width, face), ...header];
  const room = face.lines - fixed.length - closing.length;
  if (rows.length + notes.length <= room) return [...fixed, ...rows, ...notes, ...closing];
  if (rows.length < room) {
    return [...fixed, ...rows, ...notes.slice(0, room - rows.length), ...closing];
  }
  if (rows.length === room) return [...fixed, ...rows, ...closing].slice(0, face.lines);
  const shown = rows.slice(0, Math.max(1, room - 1));
  const more = `${face.hasUnicode ? "…" : "..."} ${rows.length - shown.length} more ${sheet.of}`;
  return [...fixed, ...shown, cutEnd(more, face.columns, width, face), ...closing].slice(0, face.lines);
}

function partsOf({ columns, notes, closing }: Sheet, face: Face, width: Width) {
  const [header, ...rows] = columns.length === 0 ? [] : drawColumns(columns, face, width);
  const wrapped = (lines: readonly string[]) => lines.flatMap((line) => wrap(line, face.columns, width));
  return {
    header: header === undefined ? [] : [header],
    rows,
    notes: wrapped(notes),
    closing: wrapped(closing),
  };
}

function ruleOf({ columns, hasUnicode }: Face): string {
  return (hasUnicode ? "─" : "-").repeat(columns);
}
