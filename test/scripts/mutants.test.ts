import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { EQUIVALENTS } from "../../scripts/mutants/equivalent.ts";
import { faultsOf, lineOf, percentOf, type Report, scoreOf, tableOf } from "../../scripts/mutants/score.ts";
import { SUBJECTS } from "../../scripts/mutants/subjects.ts";

const SOURCE = "const a = 1;\nif (a <\n  2) run();\n";

/** A report with mutants of these results, on one line each but the last. */
function report(...results: readonly string[]): Report {
  const mutants = results.map((status, index) => ({
    mutatorName: "M",
    replacement: `a${index}`,
    status,
    location: { start: { line: 1, column: 11 }, end: { line: 1, column: 12 } },
  }));
  return { files: { "lib/a.ts": { source: SOURCE, mutants } } };
}

const times = (status: string, count: number) => Array<string>(count).fill(status);

describe("a score of mutants", () => {
  it("counts what failed or did not end as killed, and what no test ran as survived", () => {
    const score = scoreOf("a", report("Killed", "Timeout", "Survived", "NoCoverage"), []);
    expect([score.mutants, score.killed, score.survivors.length, percentOf(score)]).toEqual([4, 2, 2, 50]);
  });

  it("leaves out what could not run at all", () => {
    expect(scoreOf("a", report("Killed", "RuntimeError", "CompileError", "Ignored"), []).mutants).toBe(1);
  });

  it("fails below 85 %, and when there is nothing to count", () => {
    const scored = (killed: number, survived: number) =>
      faultsOf(scoreOf("a", report(...times("Killed", killed), ...times("Survived", survived)), []));
    expect(scored(85, 15)).toEqual([]);
    expect(scored(84, 15)).toEqual(["a: the tests notice 84.8 %, less than 85 %"]);
    expect(scored(0, 0)).toEqual(["a: the tests notice 0.0 %, less than 85 %"]);
  });

  it("does not count what makes no difference, as long as it is the same place and change", () => {
    const same = { file: "lib/a.ts", from: "1", to: "a1", why: "none" };
    const { survivors, equivalents } = scoreOf("a", report("Survived", "Survived", "Killed"), [
      same,
      { ...same, from: "2" },
      { ...same, to: "a2" },
      { ...same, to: "a0", file: "lib/b.ts" },
    ]);
    expect(survivors.map(({ to }) => to)).toEqual(["a0"]);
    expect(equivalents).toEqual([same]);
  });

  it("names a survivor by its place, the code before and after, on one line", () => {
    const location = { start: { line: 2, column: 5 }, end: { line: 3, column: 4 } };
    const mutant = { mutatorName: "M", replacement: "a <=\n  2", status: "Survived", location };
    const { survivors } = scoreOf("a", { files: { "lib/a.ts": { source: SOURCE, mutants: [mutant] } } }, []);
    expect(survivors.map(lineOf)).toEqual(["lib/a.ts:2: a < 2 → a <= 2"]);
  });

  it("is a row of the table", () => {
    const known = [{ file: "lib/a.ts", from: "1", to: "a2", why: "none" }];
    const score = scoreOf("a", report("Killed", "Survived", "Survived", "Killed"), known);
    expect(tableOf([score]).trimEnd().split("\n").at(-1)).toBe("| a | 4 | 2 | 1 | 1 | 66.7 % |");
  });
});

describe("the subjects", () => {
  it("name files and tests that are there", () => {
    const named = SUBJECTS.flatMap(({ files, tests }) => [...files, ...tests]);
    expect(named.filter((path) => !existsSync(join(TREE, path)))).toEqual([]);
  });

  it("leave out only code that is there", () => {
    const plain = (file: string) => readFileSync(join(TREE, file), "utf8").replace(/\s+/g, " ");
    expect(EQUIVALENTS.filter(({ file, from }) => !plain(file).includes(from))).toEqual([]);
  });
});
