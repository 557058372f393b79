import { left, type LimitWindow } from "../core/limits.ts";
import { type Report, type Row, statusReport } from "../core/report.ts";
import { printable } from "../core/screen.ts";
import { formatAge } from "../core/time.ts";
import { drawTable } from "../app/report.ts";
import type { Picked } from "../app/choose.ts";

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

/** The table of `agentlb status`. */
export async function statusTable({ rows, selected }: Report): Promise<string> {
  const shown = printable(selected ?? "<none>");
  return `${await drawTable(
    HEADER,
    rows.map((row) => cellsOf(row, row.alias === selected)),
  )}selected session: ${shown}\n`;
}

/** What `agentlb status --json` prints. */
export function statusJson(report: Report): string {
  const { selected, sessions, ...rest } = statusReport(report);
  return json({ schema: "agentlb.status/1", ...rest, selected: selected ?? null, sessions });
}

/** What `agentlb pick` prints. */
export function pickText({ alias, home, verdict, refused }: Picked, asJson: boolean): string {
  if (!asJson) return `${alias}\t${home}\n`;
  const reason = refused === undefined ? "most left" : "next in turn";
  return json({
    schema: "agentlb.pick/1",
    alias,
    home,
    reason,
    score: verdict?.score,
    terms: verdict?.terms,
  });
}

function cellsOf({ alias, email, home, status, verdict, ageMs }: Row, isSelected: boolean): string[] {
  const ends = [isSelected ? "*" : "", printable(alias), printable(email ?? "-"), printable(home)];
  if (status === undefined) return [...ends, ..."-------".split(""), "unknown", printable(verdict.reason)];
  return [
    ...ends,
    percent(status.rateLimits.primary),
    percent(status.rateLimits.secondary),
    `${verdict.usage}%`,
    ageMs === undefined ? "-" : formatAge(ageMs),
    verdict.eligible ? String(verdict.score) : "-",
    String(status.appServer.restartCount),
    String(status.activity.activeTurns),
    printable(status.health),
    printable(verdict.reason),
  ];
}

function percent(window: LimitWindow | null): string {
  return window === null ? "-" : `${left(window)}%`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
