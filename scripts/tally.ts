/** Counts the cases of vitest's JSON reports. */

/** The result of one run of the suite or of a part. */
export interface Tally {
  /** The runtime, or "whole program". */
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** "file: reason" of each file with skipped cases. */
  readonly skips: readonly string[];
  /** "file: case" of each failure. */
  readonly failures: readonly string[];
}

interface Report {
  readonly testResults?: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Reads a report. An unloadable file counts as one failure, and so does a failed run without a failed case. */
export function tallyOf(
  name: string,
  report: string | undefined,
  exitCode: number | null,
  tree: string,
): Tally {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const skips: string[] = [];
  const failures: string[] = [];
  const files = report === undefined ? [] : (JSON.parse(report) as Report).testResults ?? [];
  for (const file of files) {
    const path = file.name.replace(`${tree.replaceAll("\\", "/")}/`, "");
    const count = (status: string) =>
      file.assertionResults.filter((result) => result.status === status).length;
    const [ok, bad] = [count("passed"), count("failed")];
    const left = file.assertionResults.filter(({ status }) => status !== "passed" && status !== "failed");
    passed += ok;
    failed += bad === 0 && file.status === "failed" ? 1 : bad;
    skipped += left.length;
    for (const { fullName, status } of file.assertionResults) {
      if (status === "failed") failures.push(`${path}: ${fullName}`);
    }
    if (bad === 0 && file.status === "failed") failures.push(`${path}: not loaded`);
    if (left.length === 0) continue;
    const reasons = new Set(left.map(({ fullName }) => /\[needs ([^\]]+)\]/.exec(fullName)?.[1]));
    const why = [...reasons].map((tool) =>
      tool === undefined ? "not for this machine or runtime" : `needs ${tool}`
    );
    skips.push(`${path} (${left.length}): ${why.join("; ")}`);
  }
  if (exitCode !== 0 && failed === 0) {
    failed = 1;
    failures.push("the run failed outside all cases");
  }
  return { name, passed, failed, skipped, skips, failures };
}

/** The differences between the runs of the unit tests: runtimes with other cases. Empty without any. */
export function differences(units: readonly Tally[]): string[] {
  const totals = units.map((tally) => tally.passed + tally.failed + tally.skipped);
  const wrong = units.filter((_, index) => totals[index] === 0).map((tally) =>
    `no case ran on ${tally.name}`
  );
  if (new Set(totals).size > 1) {
    wrong.push(
      `not the same cases: ${units.map(({ name }, index) => `${name} ${totals[index]}`).join(", ")}`,
    );
  }
  return wrong;
}

/** The last line of a run. */
export function summaryLine(tallies: readonly Tally[], alsoFailed = 0): string {
  const sum = (key: "passed" | "failed" | "skipped") =>
    tallies.reduce((total, tally) => total + tally[key], 0);
  const skipped = sum("skipped");
  return `${sum("passed")} passed, ${sum("failed") + alsoFailed} failed${
    skipped > 0 ? `, ${skipped} skipped` : ""
  }`;
}
