/** The table of docs/codex.md: what of agentlb works with which version of Codex, as it was run. */

/** The checks, in the order of the columns. */
export const CHECKS = [
  "readings",
  "turn",
  "activity",
  "refusal",
  "login status",
  "/status",
  "resume",
  "fork",
] as const;
export type Check = typeof CHECKS[number];

/** The results for one version: "yes", or a short description of the difference. */
export type Outcome = Readonly<Record<Check, string>>;
export type Matrix = ReadonlyMap<string, Outcome>;

const BEGIN = "<!-- codexes: made by `npm run codexes`, compared by test/scripts/codexes.test.ts -->";
const END = "<!-- /codexes -->";

/** The page with this table in the place of the old one. */
export function withMatrix(page: string, matrix: Matrix): string {
  const [before, rest] = page.split(BEGIN, 2);
  const [, after] = rest?.split(END, 2) ?? [];
  if (before === undefined || after === undefined) throw new Error("the page has no place for the table");
  return `${before}${BEGIN}\n\n${table(matrix)}\n${END}${after}`;
}

/** The table in a page. Throws Error when it has none, or one of another form. */
export function matrixIn(page: string): Matrix {
  const text = page.split(BEGIN, 2)[1]?.split(END, 1)[0];
  if (text === undefined) throw new Error("the page has no such table");
  const [header, , ...rows] = text.split("\n").filter((line) => line.startsWith("|")).map(cellsOf);
  if (header?.join() !== ["codex", ...CHECKS].join()) throw new Error("the table has other columns");
  return new Map(rows.map(([version = "", ...cells]) => {
    if (cells.length !== CHECKS.length || cells.includes("")) {
      throw new Error(`the row of ${version} is torn`);
    }
    return [version, Object.fromEntries(CHECKS.map((check, at) => [check, cells[at]!])) as Outcome];
  }));
}

function table(matrix: Matrix): string {
  const rows = [
    ["codex", ...CHECKS],
    ...[...matrix].map(([version, outcome]) => [version, ...CHECKS.map((check) => outcome[check])]),
  ];
  const widths = rows[0]!.map((_, at) => Math.max(3, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`;
  const [header, ...others] = rows;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return `${line(header!)}${rule}${others.map(line).join("")}`;
}

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}
