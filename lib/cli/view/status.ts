import { comesBackAt, type Report, type Row, statusReport } from "../../core/pick/report.ts";
import { countsTurns } from "../../core/codex/versions.ts";
import { printable } from "../../core/text/printable.ts";
import { formatAge } from "../../core/text/time.ts";
import type { Gauge } from "../../core/quota/windows.ts";
import { drawTable } from "../../app/pick/report.ts";
import type { Picked } from "../../app/pick/choose.ts";
import { GROUND_WORDS } from "../../app/pick/pick.ts";
import { jsonText } from "../output/json.ts";
import type { PickOutput } from "../output/pick.ts";
import type { StatusOutput } from "../output/session.ts";
import { notesOf } from "./notes.ts";
import { shownFigure } from "./lines.ts";

const HEADER = [
  "SEL",
  "ALIAS",
  "EMAIL",
  "PATH",
  "PRIM",
  "WEEK",
  "USAGE",
  "REFRESH",
  "SCORE",
  "RESTART",
  "ACTIVE",
  "HEALTH",
  "REASON",
];

/** The table of `agentlb status` and its notes. A policy other than the score adds a column with its figure. */
export async function statusTable(report: Report): Promise<string> {
  const { rows, selected, policy } = report;
  const shown = printable(selected ?? "<none>");
  const widen = (cells: readonly string[], cell: string) =>
    policy === "score" ? cells : cells.toSpliced(HEADER.indexOf("SCORE") + 1, 0, cell);
  return `${await drawTable(
    widen(HEADER, policy.toUpperCase()),
    rows.map((row) => widen(cellsOf(row, row.alias === selected), figureOf(row))),
  )}${notesOf(report).map((line) => `${line}\n`).join("")}selected session: ${shown}\n`;
}

function figureOf({ figure }: Row): string {
  return figure === undefined ? "-" : shownFigure(figure);
}

/** The output of `agentlb status --json`. */
export function statusJson(report: Report): string {
  const { selected, sessions, ...rest } = statusReport(report);
  return jsonText<StatusOutput>({
    schema: "agentlb.status/1",
    ...rest,
    selected: selected ?? null,
    sessions,
  });
}

/** The output of `agentlb pick`. */
export function pickText({ alias, home, ground }: Picked, asJson: boolean): string {
  if (!asJson) return `${alias}\t${home}\n`;
  const merit = ground.on === "merit" ? ground : undefined;
  return jsonText<PickOutput>({
    schema: "agentlb.pick/1",
    alias,
    home,
    reason: GROUND_WORDS[ground.on],
    policy: merit?.policy,
    figure: merit?.figure,
    score: merit?.verdict.score,
    terms: merit?.verdict.terms,
    comesBackAt: ground.on === "return" ? comesBackAt(ground.verdict) : undefined,
  });
}

function cellsOf(
  { alias, email, home, status, verdict, ageMs, gauges, active }: Row,
  isSelected: boolean,
): string[] {
  const ends = [isSelected ? "*" : "", printable(alias), printable(email ?? "-"), printable(home)];
  if (status === undefined) return [...ends, ..."-------".split(""), "unknown", printable(verdict.reason)];
  return [
    ...ends,
    percent(gauges.short),
    percent(gauges.long),
    `${verdict.usage}%`,
    ageMs === undefined ? "-" : formatAge(ageMs),
    verdict.eligible ? String(verdict.score) : "-",
    String(status.appServer.restartCount),
    countsTurns(status.lacks) ? String(active) : active > 0 ? `${active}+?` : "?",
    printable(status.health),
    printable(verdict.reason),
  ];
}

function percent(gauge: Gauge | undefined): string {
  return gauge === undefined ? "-" : `${gauge.left}%`;
}
