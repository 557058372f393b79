import { printable } from "../../core/text/printable.ts";
import type { ProbeFault } from "../../core/codex/reasons.ts";
import type { Row } from "../../core/pick/report/report.ts";
import type { Verdict } from "../../core/pick/score.ts";
import type { Tone } from "../../core/text/screen/paint.ts";
import { formatAge, formatMoment, parseTime } from "../../core/text/time.ts";

/** What words need to know of a session besides its verdict. */
export type Told = Pick<Row, "verdict" | "status" | "ageMs">;

/** The reason of a verdict in plain words and local time: `reading is 9m old: no network`. */
export function plainReason({ verdict, status, ageMs }: Told, nowMs: number): string {
  if (verdict.eligible) {
    const cost = verdict.hasOwnProvider ? ", may cost money" : verdict.isPaid ? ", costs money" : "";
    return verdict.reason + cost;
  }
  const { reason, kind } = verdict;
  if (kind === "missing") return status === undefined ? "not looked at yet" : printable(reason);
  if (kind === "unhealthy") {
    const nextMs = parseTime(status?.nextTryAt);
    return `keeps crashing${nextMs === undefined ? "" : `, next try ${formatMoment(nextMs, nowMs)}`}`;
  }
  const stale = /^stale \(\d+s>\d+s\)/.exec(reason);
  if (stale !== null && ageMs !== undefined) {
    return printable(`reading is ${formatAge(ageMs)} old${reason.slice(stale[0].length)}`);
  }
  return printable(reason.replace(/^missing lastRateLimitUpdateAt/, "no reading yet"));
}

/** The same without the time that another column shows: `exhausted`. */
export function shortReason(told: Told, nowMs: number): string {
  const { verdict } = told;
  const words = plainReason(told, nowMs);
  return verdict.eligible || verdict.comesBackMs === undefined
    ? words
    : words.replace(/, (resets in|until) .*$/, "");
}

/** The same in a word or two: `no network`. */
export function briefReason(told: Told, nowMs: number): string {
  const { verdict } = told;
  const words = shortReason(told, nowMs);
  if (verdict.eligible) return words.replace("costs money", "paid").replace("may cost money", "may be paid");
  if (verdict.kind === "unhealthy") return "crashes";
  if (verdict.kind === "reading" && verdict.fault !== undefined) return FAULTS[verdict.fault] ?? "no reading";
  return words.replace(/^refused .*$/, "refused").replace(/^reading is (\S+) old.*$/, "$1 old")
    .replace(/^login required$/, "login");
}

/** The words for what keeps limits from being read; others are "no reading". */
const FAULTS: Readonly<Partial<Record<ProbeFault["kind"], string>>> = {
  noNetwork: "no network",
  codexNotFound: "no codex",
};

/** The tone of a reason: what ends by itself, and what does not. */
export function reasonTone(verdict: Verdict): Tone | undefined {
  if (verdict.eligible) return verdict.reason === "eligible" ? "faint" : undefined;
  return verdict.kind === "exhausted" || verdict.kind === "paused" || verdict.kind === "full" ? "low" : "out";
}
