import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TREE } from "../../rig/codex.ts";
import type { Report } from "./score.ts";
import { SUBJECT, type Subject, WITHOUT } from "./subjects.ts";

const STRYKER = join(TREE, "node_modules/@stryker-mutator/core/bin/stryker.js");

/** Runs the tests of a subject on each change of its files; undefined = there is no report. */
export function reportOf(subject: Subject, without: readonly string[]): Report | undefined {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-mutants-"));
  const file = join(folder, "stryker.json");
  const report = join(folder, "report.json");
  writeFileSync(file, JSON.stringify(settings(subject, folder, report)));
  const env = { ...process.env, [SUBJECT]: subject.name, [WITHOUT]: without.join(" ") };
  try {
    // Stryker runs on Node only.
    spawnSync("nice", ["-n", "10", "node", STRYKER, "run", file], { cwd: TREE, stdio: "inherit", env });
    return existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function settings(subject: Subject, folder: string, report: string) {
  return {
    mutate: subject.files,
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "scripts/mutants/vitest.config.ts", related: false },
    concurrency: 2,
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: report },
    tempDirName: join(folder, "tree"),
    ignorePatterns: ["dist", "docs/screens"],
    // What hangs is noticed: a change of a lock may wait for ever. A busy machine must not look like that.
    timeoutFactor: 3,
    timeoutMS: 10_000,
    // It would read the one of the tree by a part of TypeScript that version 7 no longer has.
    tsconfigFile: "none",
    allowConsoleColors: false,
  };
}
