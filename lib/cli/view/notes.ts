import type { Allowance, OtherLimit } from "../../core/quota/allowance.ts";
import { HINDRANCES } from "../../core/pick/hindrance.ts";
import type { Report, Row } from "../../core/pick/report/report.ts";
import { knownResetMs } from "../../core/quota/limits.ts";
import { printable } from "../../core/text/printable.ts";
import { formatSpan } from "../../core/text/time.ts";
import { gaugesIn, gaugesOf } from "../../core/quota/windows.ts";
import { lackWords } from "../../core/codex/versions.ts";
import { limitsOf } from "./lines.ts";

type Shown = Pick<Report, "rows" | "atMs">;

/** The room for notes on a terminal, where the rows themselves say more. */
export interface Brevity {
  /** More sessions of a plan are counted instead. */
  readonly mostNames: number;
}

/** The notes below the table of `agentlb status`, a line each: plans, other limits and credits, shared accounts. */
export function notesOf({ rows: all, atMs }: Shown, brevity?: Brevity): string[] {
  const rows = all.filter(({ verdict }) => verdict.eligible || HINDRANCES[verdict.kind].hasAccount);
  return [
    ...planLine(rows, brevity?.mostNames ?? Infinity),
    ...rows.flatMap((row) => allowanceLine(row, atMs, brevity !== undefined)),
    ...sharedLines(rows),
    ...lackLines(rows),
  ];
}

/** `plans: pro (personal, spare), team (work)` */
function planLine(rows: readonly Row[], mostNames: number): string[] {
  const byPlan = groups(rows, ({ status }) => status?.allowance?.plan);
  const plans = [...byPlan].map(([plan, aliases]) =>
    `${printable(plan)} (${aliases.length > mostNames ? `${aliases.length} sessions` : aliases.join(", ")})`
  );
  return plans.length === 0 ? [] : [`plans: ${plans.join(", ")}`];
}

/**
 * `work: Other-Model 5h 40% left; 12.50 credits; 75 of 100 spent, resets in 3d; 1 reset to spend`; `isBrief` =
 * below the rows of a terminal.
 */
function allowanceLine({ alias, status, verdict }: Row, nowMs: number, isBrief: boolean): string[] {
  const { allowance } = status ?? {};
  if (allowance === undefined) return [];
  // The row says already that work is refused.
  const isRefusalNews = !isBrief || verdict.eligible;
  const parts = [
    ...(allowance.others ?? []).flatMap((other) => otherWords(other, nowMs)),
    ...creditWords(allowance),
    ...spendWords(allowance, nowMs, isBrief),
    ...isRefusalNews ? refusalWords(allowance) : [],
    ...resetWords(allowance),
  ];
  return parts.length === 0 ? [] : [`${printable(alias)}: ${parts.join("; ")}`];
}

function otherWords(other: OtherLimit, nowMs: number): string[] {
  const gauges = gaugesOf(other, nowMs);
  const words = limitsOf(gauges);
  if (words === "") return [];
  const resets = gaugesIn(gauges).filter(({ left }) => left <= 0).map(({ resetsAtMs }) => resetsAtMs);
  const known = resets.filter((ms) => ms !== undefined);
  const isTold = resets.length > 0 && known.length === resets.length;
  const when = isTold ? ` (resets in ${formatSpan(Math.max(...known) - nowMs)})` : "";
  return [`${printable(other.limitName ?? other.limitId)} ${words}${when}`];
}

function creditWords({ credits }: Allowance): string[] {
  if (credits?.unlimited) return ["unlimited credits"];
  if (!credits?.hasCredits) return [];
  return [credits.balance === undefined ? "credits" : `${printable(credits.balance)} credits`];
}

function spendWords(
  { spendLimit, spendControlReached }: Allowance,
  nowMs: number,
  isBrief: boolean,
): string[] {
  if (spendLimit === undefined) return spendControlReached ? ["spend limit reached"] : [];
  const { used, limit, resetsAt } = spendLimit;
  const resetsMs = knownResetMs(resetsAt, nowMs) ?? 0;
  const resets = resetsMs > nowMs ? `, resets in ${formatSpan(resetsMs - nowMs)}` : "";
  const spent = `${isBrief ? "budget: " : ""}${printable(used)} of ${printable(limit)} spent`;
  return [`${spendControlReached ? `spend limit reached (${spent})` : spent}${resets}`];
}

function refusalWords({ ordinaryUsageAllowed, reachedType }: Allowance): string[] {
  if (reachedType !== undefined) return [printable(reachedType).replaceAll("_", " ")];
  return ordinaryUsageAllowed === false ? ["ordinary use refused"] : [];
}

function resetWords({ resetCredits = 0 }: Allowance): string[] {
  if (resetCredits === 0) return [];
  return [`${resetCredits} ${resetCredits === 1 ? "reset" : "resets"} to spend`];
}

/** `work and team-seat are one account: what one uses is gone for the other` */
function sharedLines(rows: readonly Row[]): string[] {
  const byAccount = groups(rows, ({ status }) => status?.account);
  return [...byAccount.values()].filter((aliases) => aliases.length > 1).map((aliases) => {
    const last = aliases.at(-1);
    const others = aliases.length > 2 ? "the others" : "the other";
    return `${
      aliases.slice(0, -1).join(", ")
    } and ${last} are one account: what one uses is gone for ${others}`;
  });
}

/** `work, spare: turns not counted: codex 0.99` */
function lackLines(rows: readonly Row[]): string[] {
  const byLack = groups(rows, ({ status }) => {
    const { lacks = [], codexVersion } = status ?? {};
    return codexVersion === undefined || lacks.length === 0 ? undefined : lackWords(lacks, codexVersion);
  });
  return [...byLack].map(([words, aliases]) => `${aliases.join(", ")}: ${printable(words)}`);
}

/** Groups the aliases by the key of their row. */
function groups(rows: readonly Row[], keyOf: (row: Row) => string | undefined): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const aliases = found.get(key);
    if (aliases === undefined) found.set(key, [printable(row.alias)]);
    else aliases.push(printable(row.alias));
  }
  return found;
}
