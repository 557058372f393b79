import type { Face } from "./face.ts";
import { paint, type Span } from "./paint.ts";
import { cutEnd, cutMiddle, cutStart, type Width } from "./shorten.ts";

/** A cell: a text, or pieces in several tones. */
export type Cell = string | readonly Span[];

/** One way to show a column. */
export interface Form {
  readonly title: string;
  readonly cells: readonly Cell[];
}

/**
 * A column with the ways to show it, the widest first; undefined = not at all. When the table is too wide, what has the
 * lowest rank yields first: `steps[n]` is the rank at which form n gives way to the next. A column with `cuts` is cut to
 * `least` columns at a rank. What is left over in the end goes back to what has the highest.
 */
export interface Column {
  readonly forms: readonly (Form | undefined)[];
  readonly steps?: readonly number[];
  readonly cuts?: readonly { readonly at: number; readonly least: number }[];
  /** Where it is cut; by default at its end. */
  readonly cutAt?: "start" | "middle";
  readonly isRight?: boolean;
}

/** A column as it is shown. */
interface Shown {
  readonly column: Column;
  readonly form: Form;
  readonly columns: number;
}

const NARROW = 60;
const CUTS = { start: cutStart, middle: cutMiddle } as const;

/** The lines of a table, the header first; none is longer than the screen. */
export function drawColumns(columns: readonly Column[], face: Face, width: Width): string[] {
  const gap = face.columns < NARROW ? 1 : 2;
  const shown = fit(columns, face.columns, gap, width);
  const rows = Math.max(0, ...shown.map(({ form }) => form.cells.length));
  const line = (cellOf: (form: Form) => Cell) =>
    joined(
      shown.map(({ column, form, columns }) => padded(cellOf(form), columns, column, face, width)),
      " ".repeat(gap),
      face,
      width,
    );
  const header = line(({ title }) => [{ text: title, tone: "faint" }]);
  return [header, ...Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row] ?? ""))];
}

/** Lets columns yield until all fit, then takes back what there is room for after all. */
function fit(columns: readonly Column[], most: number, gap: number, width: Width): Shown[] {
  const naturals = new Map<Form, number>();
  const naturalOf = (form: Form): number => {
    const known = naturals.get(form) ?? naturalWidth(form, width);
    naturals.set(form, known);
    return known;
  };
  const yielded = new Set<number>();
  const granted = new Map<Column, number>();
  const shownNow = () =>
    columns.flatMap((column) => shownAs(column, yielded, granted.get(column) ?? 0, naturalOf) ?? []);
  const room = () => most - totalOf(shownNow(), gap);
  for (const rank of ranksOf(columns)) {
    if (room() >= 0) break;
    yielded.add(rank);
  }
  for (const rank of [...yielded].reverse()) {
    if (columns.some((column) => isHidden(column, rank, yielded))) continue;
    const before = new Map(shownNow().map(({ column, columns }) => [column, columns]));
    yielded.delete(rank);
    if (room() >= 0) continue;
    const wanted = new Map(shownNow().map(({ column, columns }) => [column, columns]));
    yielded.add(rank);
    for (const column of columns) {
      const [has, wants] = [before.get(column), wanted.get(column)];
      if (has === undefined || wants === undefined || !column.cuts?.some(({ at }) => at === rank)) continue;
      granted.set(column, Math.min(wants, has + Math.max(0, room())));
    }
  }
  return shownNow();
}

function totalOf(shown: readonly Shown[], gap: number): number {
  return shown.reduce((sum, { columns }) => sum + columns + gap, -gap);
}

/** A column after these ranks have yielded; undefined = it is not shown. */
function shownAs(
  column: Column,
  yielded: ReadonlySet<number>,
  granted: number,
  naturalOf: (form: Form) => number,
): Shown | undefined {
  const form = column.forms[(column.steps?.findLastIndex((rank) => yielded.has(rank)) ?? -1) + 1];
  if (form === undefined) return undefined;
  const cuts = column.cuts?.filter(({ at }) => yielded.has(at)) ?? [];
  const natural = naturalOf(form);
  const cutTo = Math.min(...cuts.map(({ least }) => least));
  return { column, form, columns: Math.min(natural, Math.max(cutTo, granted)) };
}

/** True when taking back this step of a column would change nothing, since a later one has been taken. */
function isHidden({ steps = [] }: Column, rank: number, yielded: ReadonlySet<number>): boolean {
  return steps.includes(rank) && steps.some((later) => later > rank && yielded.has(later));
}

function ranksOf(columns: readonly Column[]): number[] {
  const all = columns.flatMap(({ steps = [], cuts = [] }) => [...steps, ...cuts.map(({ at }) => at)]);
  return [...new Set(all)].sort((a, b) => a - b);
}

function naturalWidth({ title, cells }: Form, width: Width): number {
  return cells.reduce((most: number, cell) => Math.max(most, width(textOf(cell))), width(title));
}

function padded(cell: Cell, columns: number, column: Column, face: Face, width: Width): readonly Span[] {
  const text = textOf(cell);
  const taken = width(text);
  const spans = typeof cell === "string" ? [{ text: cell }] : cell;
  if (taken > columns) {
    const cut = column.cutAt === undefined ? cutEnd : CUTS[column.cutAt];
    const [first] = spans;
    return padded(
      [{ text: cut(text, columns, width, face), tone: first?.tone }],
      columns,
      column,
      face,
      width,
    );
  }
  const blanks = { text: " ".repeat(columns - taken) };
  return column.isRight ? [blanks, ...spans] : [...spans, blanks];
}

/** The line of these cells, without blanks at its end, cut where the screen ends. */
function joined(cells: readonly (readonly Span[])[], gap: string, face: Face, width: Width): string {
  const spans = cells.flatMap((spans, at): Span[] => at === 0 ? [...spans] : [{ text: gap }, ...spans]);
  while (spans.at(-1)?.text.trim() === "") spans.pop();
  let room = face.columns;
  let line = "";
  for (const span of spans) {
    if (room <= 0) break;
    const text = cutEnd(span.text, room, width, face);
    line += paint({ ...span, text }, face);
    room -= width(span.text);
  }
  return line.trimEnd();
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.map(({ text }) => text).join("");
}
