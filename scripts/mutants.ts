/**
 * `npm run mutants`: changes the code of each subject in one place at a time, runs the tests of the subject on every
 * change, and prints how many changes they noticed. `npm run mutants -- lock write` for some subjects, `--survivors`
 * lists the changes that no test noticed, `--without FILE` leaves out a file of tests, `--write` puts the table into
 * docs/mutants.md. Run with Bun.
 */
import { fileURLToPath } from "node:url";
import { inside, isInside } from "./isolated.ts";
import { EQUIVALENTS } from "./mutants/equivalent.ts";
import { writePage } from "./mutants/page.ts";
import { faultsOf, lineOf, type Score, scoreOf, tableOf } from "./mutants/score.ts";
import { reportOf } from "./mutants/stryker.ts";
import { SUBJECTS } from "./mutants/subjects.ts";

process.exitCode = isInside() ? mutants(process.argv.slice(2)) : inside(fileURLToPath(import.meta.url));

function mutants(words: readonly string[]): number {
  const without = words.filter((_, at) => words[at - 1] === "--without");
  const options = words.filter((word) => word.startsWith("--"));
  const names = words.filter((word) => !word.startsWith("--") && !without.includes(word));
  const unknown = [
    ...options.filter((option) => !["--survivors", "--without", "--write"].includes(option)),
    ...names.filter((name) => !SUBJECTS.some((subject) => subject.name === name)),
  ];
  if (options.includes("--write") && names.length > 0) {
    console.log("--write is for all subjects: the table has a row for each");
    return 2;
  }
  if (unknown.length > 0) {
    console.log(
      `no such subject: ${unknown.join(", ")}; there are ${SUBJECTS.map(({ name }) => name).join(", ")}`,
    );
    return 2;
  }
  const scores: Score[] = [];
  const faults: string[] = [];
  for (const subject of SUBJECTS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`\n${subject.name}`);
    const report = reportOf(subject, without);
    if (report === undefined) {
      faults.push(`${subject.name}: there is no result`);
      continue;
    }
    const score = scoreOf(subject.name, report, EQUIVALENTS);
    scores.push(score);
    faults.push(...faultsOf(score));
    if (options.includes("--survivors")) {
      for (const change of score.survivors) console.log(lineOf(change));
    }
  }
  console.log(`\n${tableOf(scores)}`);
  for (const fault of faults) console.log(`FAILED: ${fault}`);
  if (options.includes("--write")) writePage(scores);
  console.log(faults.length > 0 ? "failed" : "ok");
  return faults.length > 0 ? 1 : 0;
}
