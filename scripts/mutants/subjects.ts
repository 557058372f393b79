/** A part of the program whose tests have to notice a changed line. */
export interface Subject {
  /** Its name on the command line: `npm run mutants -- lock`. */
  readonly name: string;
  /** The files that are changed. */
  readonly files: readonly string[];
  /** The files of tests that have to notice, the quickest first. */
  readonly tests: readonly string[];
  /** "forks" gives each file of tests a process of its own, for those that change the process. */
  readonly pool: "threads" | "forks";
}

/** The variable with the name of the subject whose tests run. */
export const SUBJECT = "MUTANTS_SUBJECT";
/** The variable with the files of tests that are left out, separated by blanks. */
export const WITHOUT = "MUTANTS_WITHOUT";

export const SUBJECTS: readonly Subject[] = [
  {
    name: "quoting",
    files: [
      "lib/core/shell/quote.ts",
      "lib/core/shell/quote_fish.ts",
      "lib/core/shell/quote_powershell.ts",
      "lib/core/shell/split_words.ts",
    ],
    tests: [
      "test/core/shell/split_words.test.ts",
      "test/core/shell/quote.test.ts",
      "test/core/shell/shells.test.ts",
    ],
    pool: "threads",
  },
  {
    name: "selection",
    files: [
      "lib/core/pick/decide.ts",
      "lib/core/pick/score.ts",
      "lib/core/pick/exhaustion.ts",
      "lib/core/pick/hindrance.ts",
      "lib/core/pick/in_turn.ts",
      "lib/core/pick/policy.ts",
      "lib/core/pick/policies/adaptive.ts",
      "lib/core/pick/policies/balanced.ts",
      "lib/core/pick/policies/drain.ts",
      "lib/core/pick/policies/hours.ts",
    ],
    // Without `score_mutants.test.ts`, which makes changes of its own.
    tests: [
      "test/core/pick/hindrance.test.ts",
      "test/core/pick/in_turn.test.ts",
      "test/core/pick/policies.test.ts",
      "test/core/pick/decide.test.ts",
      "test/core/codex/cases.test.ts",
      "test/core/pick/score.test.ts",
      "test/app/pick/verdicts.test.ts",
    ],
    pool: "threads",
  },
  {
    name: "waiting",
    files: [
      "lib/core/thread/continuation.ts",
      "lib/core/quota/windows.ts",
      "lib/core/pick/left.ts",
      "lib/app/thread/going_on/go_on.ts",
      "lib/app/thread/going_on/left.ts",
      "lib/app/thread/going_on/pause.ts",
      "lib/app/thread/going_on/promises.ts",
    ],
    // Without `continuations.test.ts`, which takes seconds for each change.
    tests: [
      "test/core/thread/continuation.test.ts",
      "test/core/quota/windows.test.ts",
      "test/core/quota/limits.test.ts",
      "test/core/pick/left.test.ts",
      "test/app/thread/left.test.ts",
      "test/app/thread/pause.test.ts",
      "test/app/thread/promises.test.ts",
      "test/app/thread/asking.test.ts",
      "test/app/thread/go_on_steps.test.ts",
      "test/app/thread/go_on.test.ts",
      "test/app/pick/await_left.test.ts",
    ],
    pool: "forks",
  },
  {
    name: "write",
    files: ["lib/io/files/append.ts", "lib/io/files/replace.ts"],
    tests: [
      "test/io/files/append.test.ts",
      "test/io/files/replace.test.ts",
      "test/io/files/files.test.ts",
    ],
    pool: "forks",
  },
  {
    name: "lock",
    files: [
      "lib/io/lock/lock.ts",
      "lib/io/lock/lock_windows.ts",
      "lib/io/lock/no_locks.ts",
      "lib/io/platform/kernel_table.ts",
    ],
    tests: [
      "test/io/platform/windows.test.ts",
      "test/io/platform/kernel_table.test.ts",
      "test/io/lock/lock_faults.test.ts",
      "test/io/lock/lock.test.ts",
    ],
    pool: "forks",
  },
];
