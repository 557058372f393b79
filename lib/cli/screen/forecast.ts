import { type Outlook, runsDry } from "../../core/quota/forecast.ts";
import { sortRows } from "../../core/pick/report/row_order.ts";
import { printable } from "../../core/text/printable.ts";
import type { Cell } from "../../core/text/screen/columns.ts";
import type { Face } from "../../core/text/screen/face.ts";
import type { Sheet } from "../../core/text/screen/sheet.ts";
import { formatSpan } from "../../core/text/time.ts";
import type { Expectation } from "../../app/pick/forecast.ts";
import { plainColumn } from "./draw.ts";
import { plainReason, reasonTone, shortReason } from "./reason.ts";
import { summaryLines } from "./summary.ts";
import { type Level, levelCell, windowTitle } from "./windows.ts";

/** The ranks at which columns yield, the first to go first. */
const RANK = { range: 1, rate: 2, reason: 3, bars: [4, 5, 8], alias: 6, shortReason: 7, last: 9 } as const;

/** A line of the table: a window of an account. */
interface Line {
  readonly expectation: Expectation;
  readonly outlook: Outlook | undefined;
  readonly isFirst: boolean;
}

/** The sheet of `agentlb forecast`: a line for each window, the account that would be picked first. */
export function forecastSheet(expectations: readonly Expectation[], nowMs: number, face: Face): Sheet {
  const selected = expectations[0]?.selected;
  const best = sortRows(expectations.flatMap(({ rows }) => rows), selected);
  const place = new Map(best.map(({ alias }, index) => [alias, index]));
  const placeOf = ({ aliases }: Expectation) => Math.min(...aliases.map((alias) => place.get(alias)!));
  const sorted = [...expectations].sort((a, b) => placeOf(a) - placeOf(b));
  const lines = sorted.flatMap((expectation): Line[] =>
    expectation.windows.length === 0
      ? [{ expectation, outlook: undefined, isFirst: true }]
      : expectation.windows.map((outlook, at) => ({ expectation, outlook, isFirst: at === 0 }))
  );
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
    cells: lines.map(({ outlook }) => levelCell(levelOf(outlook), columns, face)),
  }));
  return {
    columns: [
      {
        forms: [{ title: "  SESSION", cells: lines.map(nameCell) }],
        cuts: [{ at: RANK.alias, least: 18 }, { at: RANK.last, least: 10 }],
      },
      plainColumn("WINDOW", lines.map(windowWords)),
      { forms: bars, steps: RANK.bars },
      plainColumn("PER HOUR", texts(rateWords), RANK.rate, { isRight: true }),
      plainColumn("RUNS DRY IN", lines.map(({ outlook }) => dryCell(outlook))),
      plainColumn("80 % RANGE", texts(rangeWords), RANK.range),
      plainColumn(
        "RESETS IN",
        texts(({ resetsIn }) => resetsIn === undefined ? "when used" : formatSpan(resetsIn)),
      ),
      {
        forms: [reasons(plainReason), reasons(shortReason), undefined],
        steps: [RANK.reason, RANK.last],
        cuts: [{ at: RANK.shortReason, least: 12 }],
      },
    ],
    picked: selected === undefined ? undefined : 0,
    notes: [],
    closing: [
      ...driestLine(sorted),
      ...summaryLines(best, selected, nowMs),
    ],
    of: "windows",
  };
}

function nameCell({ expectation: { aliases, selected }, isFirst }: Line): Cell {
  if (!isFirst) return "";
  const names = aliases.map((alias) => printable(alias)).join(", ");
  const isPicked = selected !== undefined && aliases.includes(selected);
  return isPicked ? [{ text: `* ${names}`, tone: "strong" }] : `  ${names}`;
}

function windowWords({ expectation: { rows: [row] }, outlook }: Line): string {
  if (outlook === undefined) return "-";
  return windowTitle(row?.gauges[outlook.window]?.durationMs, outlook.window === "short").toLowerCase();
}

function levelOf(outlook: Outlook | undefined): Level | undefined {
  return outlook && { left: outlook.left, resetsAtMs: undefined };
}

function rateWords({ percentPerHour }: Outlook): string {
  return percentPerHour === undefined ? "not known yet" : `${percentPerHour.toFixed(1)} %`;
}

function rangeWords({ dryIn, left }: Outlook): string {
  if (dryIn === undefined || left <= 0) return "-";
  return `${formatSpan(dryIn.earliest)} to ${formatSpan(dryIn.latest)}`;
}

function dryCell(outlook: Outlook | undefined): Cell {
  if (outlook?.dryIn === undefined) return "-";
  if (outlook.left <= 0) return [{ text: "now", tone: "out" }];
  if (!runsDry(outlook)) return [{ text: "resets first", tone: "faint" }];
  return [{ text: formatSpan(outlook.dryIn.likely), tone: "low" }];
}

/** `runs dry first: personal, in 3h 12m` */
function driestLine(expectations: readonly Expectation[]): string[] {
  const known = expectations.flatMap(({ aliases, windows }) =>
    windows.flatMap((outlook) =>
      outlook.left > 0 && outlook.dryIn !== undefined && runsDry(outlook)
        ? [{ name: aliases.map((alias) => printable(alias)).join(", "), ms: outlook.dryIn.likely }]
        : []
    )
  );
  const [first, ...others] = known;
  if (first === undefined) return [];
  const { name, ms } = others.reduce((a, b) => b.ms < a.ms ? b : a, first);
  return [`runs dry first: ${name}, in ${formatSpan(ms)}`];
}
