import { type Outlook, runsDry } from "../../core/quota/forecast.ts";
import { sortRows } from "../../core/pick/report/row_order.ts";
import { printable } from "../../core/text/printable.ts";
import type { Cell } from "../../core/text/screen/columns.ts";
import type { Face } from "../../core/text/screen/face.ts";
import type { Sheet } from "../../core/text/screen/sheet.ts";
import { formatSpan } from "../../core/text/time.ts";
import type { Expectation } from "../../app/pick/forecast.ts";
import { plainColumn } from "./draw.ts";
import { briefReason, plainReason, reasonTone, shortReason } from "./reason.ts";
import { budgetOf } from "./status.ts";
import { summaryLines } from "./summary.ts";
import { type Level, levelCell, resetWords, windowTitle } from "./windows.ts";

/** The ranks at which columns yield, the first to go first. */
const RANK = {
  range: 1,
  rate: 2,
  reason: 3,
  bars: [4, 5, 9],
  alias: 6,
  titles: 7,
  briefReason: 8,
  last: 10,
} as const;

/** A line of the table: a window of an account, or its budget. */
interface Line {
  readonly expectation: Expectation;
  /** Undefined for a budget, and where no window is known. */
  readonly outlook: Outlook | undefined;
  readonly budget?: Level;
  readonly isFirst: boolean;
}

/** The sheet of `agentlb forecast`: a line for each window, the account that would be picked first. */
export function forecastSheet(expectations: readonly Expectation[], nowMs: number, face: Face): Sheet {
  const selected = expectations[0]?.selected;
  const best = sortRows(expectations.flatMap(({ rows }) => rows), selected);
  const place = new Map(best.map(({ alias }, index) => [alias, index]));
  const placeOf = ({ aliases }: Expectation) => Math.min(...aliases.map((alias) => place.get(alias)!));
  const sorted = [...expectations].sort((a, b) => placeOf(a) - placeOf(b));
  const lines = sorted.flatMap((expectation) => linesOf(expectation, nowMs));
  const texts = (cellOf: (outlook: Outlook) => string) =>
    lines.map(({ outlook }) => outlook === undefined ? "-" : cellOf(outlook));
  const reasons = (words: typeof plainReason) => ({
    title: "REASON",
    cells: lines.map(({ expectation: { rows: [row] }, isFirst }): Cell =>
      row === undefined || !isFirst ? "" : [{ text: words(row, nowMs), tone: reasonTone(row.verdict) }]
    ),
  });
  const bars = [10, 8, 5, 0].map((columns) => ({
    title: "LEFT",
    cells: lines.map((line) => levelCell(levelOf(line), columns, face)),
  }));
  return {
    columns: [
      {
        forms: [{ title: "  SESSION", cells: lines.map(nameCell) }],
        cuts: [{ at: RANK.alias, least: 18 }, { at: RANK.last, least: 10 }],
      },
      {
        forms: [false, true].map((isBrief) => ({
          title: "WINDOW",
          cells: lines.map((line) => windowWords(line, isBrief)),
        })),
        steps: [RANK.titles],
      },
      { forms: bars, steps: RANK.bars },
      plainColumn("PER HOUR", texts(rateWords), RANK.rate, { isRight: true }),
      {
        forms: [
          { title: "RUNS DRY IN", cells: lines.map(({ outlook }) => dryCell(outlook, "resets first")) },
          { title: "DRY IN", cells: lines.map(({ outlook }) => dryCell(outlook, "no")) },
        ],
        steps: [RANK.titles],
      },
      plainColumn("80 % RANGE", texts(rangeWords), RANK.range),
      plainColumn("RESETS IN", lines.map((line) => resetsWords(line, nowMs))),
      {
        forms: [reasons(plainReason), reasons(shortReason), reasons(briefReason), undefined],
        steps: [RANK.reason, RANK.briefReason, RANK.last],
      },
    ],
    again: selected === undefined
      ? []
      : lines.flatMap(({ expectation }, at) => expectation === sorted[0] ? [at] : []),
    notes: [],
    closing: [
      ...driestLine(lines),
      ...summaryLines(best, selected, nowMs),
    ],
    of: "windows",
  };
}

function linesOf(expectation: Expectation, nowMs: number): Line[] {
  const [row] = expectation.rows;
  const budget = budgetOf(row?.status, nowMs);
  const windows = expectation.windows.map((outlook): Omit<Line, "isFirst"> => ({ expectation, outlook }));
  const all = [...windows, ...budget === undefined ? [] : [{ expectation, outlook: undefined, budget }]];
  if (all.length === 0) return [{ expectation, outlook: undefined, isFirst: true }];
  return all.map((line, at) => ({ ...line, isFirst: at === 0 }));
}

function nameCell({ expectation: { aliases, selected }, isFirst }: Line): Cell {
  if (!isFirst) return "";
  const names = aliases.map((alias) => printable(alias)).join(", ");
  const isPicked = selected !== undefined && aliases.includes(selected);
  return isPicked ? [{ text: `* ${names}`, tone: "strong" }] : `  ${names}`;
}

function windowWords({ expectation: { rows: [row] }, outlook, budget }: Line, isBrief: boolean): string {
  if (outlook === undefined) return budget === undefined ? "-" : "budget";
  const { window } = outlook;
  return windowTitle(row?.gauges[window]?.durationMs, window === "short", isBrief).toLowerCase();
}

function levelOf({ outlook, budget }: Line): Level | undefined {
  return budget ?? (outlook && { left: outlook.left, resetsAtMs: undefined });
}

/** `2h 10m`; a window that nobody uses has no reset. */
function resetsWords({ outlook, budget }: Line, nowMs: number): string {
  if (budget !== undefined) return resetWords(budget.resetsAtMs, nowMs);
  if (outlook === undefined) return "-";
  return outlook.resetsIn === undefined ? "when used" : formatSpan(outlook.resetsIn);
}

function rateWords({ percentPerHour }: Outlook): string {
  return percentPerHour === undefined ? "not known yet" : `${percentPerHour.toFixed(1)} %`;
}

function rangeWords({ dryIn, left }: Outlook): string {
  if (dryIn === undefined || left <= 0) return "-";
  return `${formatSpan(dryIn.earliest)} to ${formatSpan(dryIn.latest)}`;
}

function dryCell(outlook: Outlook | undefined, resetsFirst: string): Cell {
  if (outlook === undefined) return "-";
  if (outlook.left <= 0) return [{ text: "now", tone: "out" }];
  if (outlook.dryIn === undefined) return outlook.percentPerHour === undefined ? "not known" : "not used";
  if (!runsDry(outlook)) return [{ text: resetsFirst, tone: "faint" }];
  return [{ text: formatSpan(outlook.dryIn.likely), tone: "low" }];
}

/** `runs dry first: personal (week), in 3h 12m`, among those that can be picked. */
function driestLine(lines: readonly Line[]): string[] {
  const known = lines.flatMap((line) => {
    const { expectation: { aliases, rows }, outlook } = line;
    const isUsable = rows.some(({ verdict }) => verdict.eligible);
    return isUsable && outlook?.dryIn !== undefined && outlook.left > 0 && runsDry(outlook)
      ? [{
        name: `${aliases.map((alias) => printable(alias)).join(", ")} (${windowWords(line, false)})`,
        ms: outlook.dryIn.likely,
      }]
      : [];
  });
  const [first, ...others] = known;
  if (first === undefined) return [];
  const { name, ms } = others.reduce((a, b) => b.ms < a.ms ? b : a, first);
  return [`runs dry first: ${name}, in ${formatSpan(ms)}`];
}
