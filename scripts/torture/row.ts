/** A promise, and the way to try to break it. */
export interface Row {
  /** Its name on the command line: `npm run torture -- kills`. */
  readonly name: string;
  /** The promise, as the table states it. */
  readonly promise: string;
  /** What is counted, in the plural: "kills", "files". */
  readonly unit: string;
  /** Makes a planted fault first, which has to be found, and then tries. `size` says for how long. */
  run(size: Size): Promise<Result>;
}

/** `short` takes seconds and runs with the tests; `long` is for `npm run torture`. */
export type Size = "short" | "long";

export interface Result {
  /** The number of different tries, in the row's unit. */
  readonly tries: number;
  /** The planted fault and how it was found; undefined = it was not found, which fails the row. */
  readonly planted: string | undefined;
  /** What must never be, one line each. */
  readonly failures: readonly string[];
  /** Other figures to print. */
  readonly figures?: Readonly<Record<string, string | number>>;
}

/** A row that has run. */
export interface DoneRow extends Result {
  readonly row: Row;
  readonly seconds: number;
}

/** Runs a row; an error of its harness is a failure. */
export async function runRow(row: Row, size: Size): Promise<DoneRow> {
  const began = performance.now();
  const result = await row.run(size).catch((error: unknown): Result => ({
    tries: 0,
    planted: undefined,
    failures: [error instanceof Error ? error.stack ?? error.message : String(error)],
  }));
  return { ...result, row, seconds: (performance.now() - began) / 1000 };
}

/** What is wrong with a row that has run, each line with its name. */
export function faultsOf({ row, planted, tries, failures }: DoneRow): string[] {
  return [
    ...failures,
    ...(planted === undefined ? ["a planted fault was not found, so this proves nothing"] : []),
    ...(tries === 0 ? [`there were no ${row.unit}`] : []),
  ].map((fault) => `${row.name}: ${fault}`);
}

/** The rows as a Markdown table. */
export function tableOf(done: readonly DoneRow[]): string {
  const cells = done.map(({ row, tries, failures, planted, seconds }) => [
    `\`${row.name}\``,
    row.promise,
    `${tries.toLocaleString("en")} ${row.unit}`,
    String(failures.length),
    planted ?? "not found",
    `${seconds.toFixed(0)} s`,
  ]);
  return [HEAD, HEAD.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

const HEAD = ["Part", "Promise", "Tries", "Failures", "Planted fault, found", "Time"];
