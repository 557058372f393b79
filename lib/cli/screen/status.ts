import { type Sort, sortRows } from "../../core/pick/report/row_order.ts";
import { homeVariable, type Surroundings, variable } from "../../core/shell/surroundings.ts";
import { countsTurns } from "../../core/codex/versions.ts";
import type { Report, Row } from "../../core/pick/report/report.ts";
import { knownResetMs } from "../../core/quota/limits.ts";
import type { Gauge } from "../../core/quota/windows.ts";
import { printable } from "../../core/text/printable.ts";
import type { Cell, Column } from "../../core/text/screen/columns.ts";
import type { Face } from "../../core/text/screen/face.ts";
import type { Sheet } from "../../core/text/screen/sheet.ts";
import { formatAge } from "../../core/text/time.ts";
import { boundWords } from "../../app/pick/bound.ts";
import { shownFigure } from "../view/lines.ts";
import { notesOf } from "../view/notes.ts";
import { plainColumn } from "./draw.ts";
import { briefReason, plainReason, reasonTone, shortReason } from "./reason.ts";
import { summaryLines } from "./summary.ts";
import { type Level, resetWords, windowColumn, type WindowRanks, windowTitle } from "./windows.ts";

/** The ranks at which columns yield, the first to go first. */
const RANK = {
  path: 1,
  health: 2,
  restarts: 3,
  usage: 4,
  emailCut: 5,
  longAlias: 6,
  words: 7,
  email: 8,
  refresh: 9,
  resets: 10,
  reason: 11,
  rareBars: [12, 13, 14],
  bars: [15, 16, 21],
  titles: 17,
  score: 18,
  alias: 20,
  active: 22,
  reset: 23,
  last: 24,
} as const;

/** More names of one plan are a number. */
const MOST_NAMES = 8;

type Around = Pick<Surroundings, "env" | "platform">;

/** The sheet of `agentlb status`: the best first, or sorted. */
export function statusSheet(report: Report, face: Face, around: Around, sort?: Sort): Sheet {
  const { selected, policy, atMs: nowMs } = report;
  if (report.rows.length === 0) return emptySheet();
  const rows = sortRows(report.rows, selected, sort);
  const picked = rows.findIndex(({ alias }) => alias === selected);
  const texts = (cellOf: (row: Row) => Cell) => rows.map(cellOf);
  const figures = texts(({ figure }) => figure === undefined ? "-" : shownFigure(figure));
  const columns: readonly (Column | undefined)[] = [
    sessionColumn(rows.map(({ alias }) => alias), selected),
    ...windowColumns(rows, nowMs, face),
    resetColumn(rows, nowMs),
    plainColumn("SCORE", texts(({ verdict }) => verdict.eligible ? String(verdict.score) : "-"), RANK.score, {
      isRight: true,
    }),
    policy === "score"
      ? undefined
      : plainColumn(policy.toUpperCase(), figures, RANK.score, { isRight: true }),
    activeColumn(rows),
    reasonColumn(rows, nowMs),
    rows.some(({ email }) => email !== undefined)
      ? plainColumn("EMAIL", texts(({ email }) => printable(email ?? "-")), RANK.email, {
        cutAt: "middle",
        cuts: [{ at: RANK.emailCut, least: 18 }],
      })
      : undefined,
    plainColumn(
      "READ",
      texts(({ ageMs }) => ageMs === undefined ? "-" : `${formatAge(ageMs)} ago`),
      RANK.refresh,
    ),
    plainColumn(
      "LEFT",
      texts(({ verdict, status }) => status === undefined ? "-" : `${verdict.usage}%`),
      RANK.usage,
      {
        isRight: true,
      },
    ),
    plainColumn(
      "RESTARTS",
      texts(({ status }) => String(status?.appServer.restartCount ?? "-")),
      RANK.restarts,
      {
        isRight: true,
      },
    ),
    plainColumn("HEALTH", texts(({ status }) => printable(status?.health ?? "unknown")), RANK.health),
    plainColumn("PATH", texts(({ home }) => printable(belowHome(home, around))), RANK.path),
  ];
  return {
    columns: columns.filter((column) => column !== undefined),
    again: picked < 0 ? [] : [picked],
    notes: notesOf(report, { mostNames: MOST_NAMES }),
    closing: [
      ...report.bound === undefined ? [] : [boundWords(report.bound)],
      ...summaryLines(sortRows(rows, selected), selected, nowMs),
    ],
    of: "sessions",
  };
}

function emptySheet(): Sheet {
  const closing = ["no sessions yet; set up the first with: agentlb init"];
  return { columns: [], notes: [], closing, of: "sessions" };
}

/** The names, with `*` before the picked one. */
export function sessionColumn(aliases: readonly string[], selected: string | undefined): Column {
  return {
    forms: [{
      title: "  SESSION",
      cells: aliases.map((alias): Cell =>
        alias === selected ? [{ text: `* ${printable(alias)}`, tone: "strong" }] : `  ${printable(alias)}`
      ),
    }],
    cuts: [
      { at: RANK.longAlias, least: 26 },
      { at: RANK.resets, least: 18 },
      { at: RANK.alias, least: 10 },
      { at: RANK.last, least: 6 },
    ],
  };
}

/** A column for each window that an account has, the shortest first, and one for the budget. */
export function windowColumns(
  rows: readonly Pick<Row, "gauges" | "status">[],
  nowMs: number,
  face: Face,
  bars: WindowRanks["bars"] = RANK.bars,
): Column[] {
  const titles = new Map<string, number>();
  const named = rows.map(({ gauges: { short, long }, status }) => {
    const levels = new Map<string, Level>();
    const add = (gauge: Gauge | undefined, isShort: boolean) => {
      if (gauge === undefined) return;
      const title = windowTitle(gauge.durationMs, isShort);
      titles.set(title, gauge.durationMs ?? (isShort ? 0 : Infinity));
      levels.set(title, gauge);
    };
    add(short, true);
    add(long, false);
    const budget = budgetOf(status, nowMs);
    if (budget !== undefined) {
      titles.set("BUDGET", Infinity);
      levels.set("BUDGET", budget);
    }
    return levels;
  });
  const ranks = { words: RANK.words, resets: RANK.resets, bars, rareBars: RANK.rareBars };
  const sorted = [...titles].sort(([, a], [, b]) => a - b || 0).map(([title]) => title);
  return sorted.map((title) =>
    windowColumn(title, named.map((levels) => levels.get(title)), nowMs, face, ranks)
  );
}

/** The budget of an account as a window. */
export function budgetOf(status: Row["status"], nowMs: number): Level | undefined {
  const limit = status?.allowance?.spendLimit;
  if (limit === undefined) return undefined;
  const resetsAtMs = knownResetMs(limit.resetsAt, nowMs);
  const hasReset = resetsAtMs !== undefined && resetsAtMs <= nowMs;
  return { left: hasReset ? 100 : limit.remainingPercent, resetsAtMs: hasReset ? undefined : resetsAtMs };
}

/** When a session gets more: shown where the columns of the windows have no room for it. */
export function resetColumn(
  rows: readonly Pick<Row, "verdict" | "gauges" | "status">[],
  nowMs: number,
  goesAt: number = RANK.reset,
): Column {
  const form = (title: string, isBrief: boolean) => ({
    title,
    cells: rows.map((row): Cell => [{ text: moreWords(row, nowMs, isBrief), tone: "faint" }]),
  });
  return {
    forms: [undefined, form("MORE IN", false), form("MORE IN", true), undefined],
    steps: [RANK.resets, RANK.titles, goesAt],
  };
}

/** `5 h`, or briefly `5h`. */
function windowName(durationMs: number | undefined, isShort: boolean, isBrief: boolean): string {
  const name = windowTitle(durationMs, isShort, isBrief).toLowerCase();
  return isBrief ? name.replace(" ", "") : name;
}

/** The end of exhaustion, `2h 10m`, else the reset of the window with the least left: `5d 2h (week)`. */
function moreWords(
  { verdict, gauges, status }: Pick<Row, "verdict" | "gauges" | "status">,
  nowMs: number,
  isBrief: boolean,
): string {
  if (!verdict.eligible && verdict.comesBackMs !== undefined) return resetWords(verdict.comesBackMs, nowMs);
  const named = (gauge: Gauge | undefined, isShort: boolean) =>
    gauge && { ...gauge, name: windowName(gauge.durationMs, isShort, isBrief) };
  const budget = budgetOf(status, nowMs);
  const levels = [
    named(gauges.short, true),
    named(gauges.long, false),
    budget && { ...budget, name: "budget" },
  ];
  const open = levels.filter((level) => level?.resetsAtMs !== undefined).map((level) => level!);
  const [tightest] = open.sort((a, b) => a.left - b.left);
  if (tightest === undefined) return resetWords(undefined, nowMs);
  const words = resetWords(tightest.resetsAtMs, nowMs);
  return isBrief ? `${words} ${tightest.name}` : `${words} (${tightest.name})`;
}

function activeColumn(rows: readonly Row[]): Column {
  const cells = rows.map(activeWords);
  return {
    forms: [{ title: "ACTIVE", cells }, { title: "ACT", cells }, undefined],
    steps: [RANK.titles, RANK.active],
    isRight: true,
  };
}

/** `2+1`: turns under way, and sessions started without a thread yet. */
function activeWords({ status, active, leases }: Row): string {
  if (status === undefined) return leases > 0 ? `0+${leases}` : "-";
  const turns = countsTurns(status.lacks) ? String(active - leases) : "?";
  return leases > 0 ? `${turns}+${leases}` : turns;
}

/** The reasons, at first with the times that another column may show. */
export function reasonColumn(
  rows: readonly Pick<Row, "verdict" | "status" | "ageMs">[],
  nowMs: number,
): Column {
  const form = (words: typeof plainReason) => ({
    title: "REASON",
    cells: rows.map((row): Cell => [{ text: words(row, nowMs), tone: reasonTone(row.verdict) }]),
  });
  return {
    forms: [form(plainReason), form(shortReason), form(briefReason), undefined],
    steps: [RANK.resets, RANK.reason, RANK.last + 1],
    cuts: [{ at: RANK.last, least: 8 }],
  };
}

/** A path below the user's own folder as `~/…`. */
function belowHome(path: string, { env, platform }: Around): string {
  const userHome = variable(env, homeVariable(platform), platform) ?? "";
  return userHome !== "" && path.startsWith(`${userHome}/`) ? `~${path.slice(userHome.length)}` : path;
}
