/** A result of Stryker, as far as it is used (mutation-testing-report-schema 2). */
export interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** Line and column, from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** A changed place of a file. */
export interface Change {
  readonly file: string;
  readonly line: number;
  /** The code before, and after. */
  readonly from: string;
  readonly to: string;
}

/** A change that makes no difference, so that no test can notice it. */
export interface Equivalent {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

/** The figures of one subject. */
export interface Score {
  readonly subject: string;
  readonly mutants: number;
  readonly killed: number;
  readonly survivors: readonly Change[];
  /** Survivors that make no difference; they do not count. */
  readonly equivalents: readonly Equivalent[];
}

/** Percent of the changes that tests have to notice at least. */
export const LEAST_PERCENT = 85;

/** What tests noticed: they failed, or did not end. */
const NOTICED: readonly string[] = ["Killed", "Timeout"];
const UNNOTICED: readonly string[] = ["Survived", "NoCoverage"];

/** Counts what tests noticed. A change with which nothing runs at all does not count. */
export function scoreOf(subject: string, report: Report, known: readonly Equivalent[]): Score {
  const all = Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.map((mutant) => ({ status: mutant.status, change: changeOf(file, source, mutant) }))
  );
  const killed = all.filter(({ status }) => NOTICED.includes(status)).length;
  const unnoticed = all.filter(({ status }) => UNNOTICED.includes(status)).map(({ change }) => change);
  const isSame = (change: Change) => (each: Equivalent) =>
    each.file === change.file && each.from === change.from && each.to === change.to;
  return {
    subject,
    mutants: killed + unnoticed.length,
    killed,
    survivors: unnoticed.filter((change) => !known.some(isSame(change))),
    equivalents: unnoticed.flatMap((change) => known.find(isSame(change)) ?? []),
  };
}

/** Percent of the changes that tests noticed, of those that make a difference; 0 when there are none. */
export function percentOf({ killed, survivors }: Score): number {
  const all = killed + survivors.length;
  return all === 0 ? 0 : 100 * killed / all;
}

/** What is wrong with a score, one line each. */
export function faultsOf(score: Score): string[] {
  const percent = percentOf(score);
  if (percent >= LEAST_PERCENT) return [];
  return [`${score.subject}: the tests notice ${percent.toFixed(1)} %, less than ${LEAST_PERCENT} %`];
}

/** The scores as a Markdown table. */
export function tableOf(scores: readonly Score[]): string {
  const cells = scores.map((score) => [
    score.subject,
    String(score.mutants),
    String(score.killed),
    String(score.survivors.length),
    String(score.equivalents.length),
    `${percentOf(score).toFixed(1)} %`,
  ]);
  return [HEAD, HEAD.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

const HEAD = ["Subject", "Mutants", "Killed", "Survived", "Equivalent", "Score"];

/** A change on one line: `file:line: before → after`. */
export function lineOf({ file, line, from, to }: Change): string {
  return `${file}:${line}: ${from} → ${to}`;
}

function changeOf(
  file: string,
  source: string,
  { location: { start, end }, replacement = "" }: Mutant,
): Change {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? "").slice(0, end.column - 1);
  lines[0] = (lines[0] ?? "").slice(start.column - 1);
  return { file, line: start.line, from: plain(lines.join("\n")), to: plain(replacement) };
}

function plain(code: string): string {
  return code.replace(/\s+/g, " ").trim();
}
