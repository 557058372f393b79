/**
 * The whole suite: `npm test`, or `npm test -- test/e2e/removing.test.ts` for a part. Run with Bun.
 * Installs the tests' packages (as root), builds, runs the unit tests on Node, Deno and Bun, then the whole-program
 * tests; on systems other than Linux, the ones in `test/platforms.ts`.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isUnit, isWhole, testsOn } from "../test/platforms.ts";
import { refusingProxy } from "../rig/refusing_proxy.ts";
import { installMissing } from "./debian.ts";
import { inside, isInside } from "./isolated.ts";
import { differences, summaryLine, type Tally, tallyOf } from "./tally.ts";
import { DENO } from "./tool_path.ts";

const SCRIPT = fileURLToPath(import.meta.url);
const TREE = resolve(SCRIPT, "../..");
const VITEST = join(TREE, "node_modules/vitest/vitest.mjs");
const RUNTIMES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  node: ["node", VITEST],
  deno: [DENO, "run", "-A", "--node-modules-dir=manual", VITEST],
  bun: [process.execPath, "--bun", VITEST],
};
const TESTS = testsOn(process.platform);

const filters = process.argv.slice(2).map((word) => word.replaceAll("\\", "/"));
process.exitCode = isInside() ? await suite() : inside(SCRIPT, { RIG_MISSING: missingPrograms() });

/** Programs for tests that are unavailable, separated by blanks. */
function missingPrograms(): string {
  return installMissing(join(TREE, "test/debian.txt")).map(({ program }) => program).join(" ");
}

async function suite(): Promise<number> {
  const missing = (process.env.RIG_MISSING ?? "").split(" ").filter((name) => name !== "");
  const folder = mkdtempSync(join(tmpdir(), "agentlb-suite-"));
  const proxy = await refusingProxy();
  const env = suiteEnv(proxy.url);
  const run = (name: string, runtime: string, words: readonly string[]) =>
    vitest(name, runtime, words, env, folder);
  try {
    const unitFilters = filters.length === 0 ? TESTS.unit : filters.filter((word) => !isWhole(word));
    const wholeFilters = filters.length === 0
      ? TESTS.whole
      : filters.filter((word) => isWhole(word) || !isUnit(word));
    const building = wholeFilters.length > 0 ? timed("build", build(env)) : Promise.resolve(true);
    const units = unitFilters.length === 0 ? [] : await Promise.all(
      Object.keys(RUNTIMES).map((runtime) =>
        timed(`unit tests on ${runtime}`, run(runtime, runtime, unitFilters))
      ),
    );
    const isBuilt = await building;
    const tallies = [...units];
    if (isBuilt && wholeFilters.length > 0) {
      tallies.push(await timed("whole-program tests", run("whole program", "node", wholeFilters)));
    }
    return report(tallies, units, {
      isBuilt,
      missing,
      attempts: proxy.attempts,
      isPart: filters.length > 0,
    });
  } finally {
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Circumstances {
  readonly isBuilt: boolean;
  /** Missing programs of `test/debian.txt`. */
  readonly missing: readonly string[];
  readonly attempts: readonly string[];
  readonly isPart: boolean;
}

/** Prints the summary of the run; returns the exit code. */
function report(tallies: readonly Tally[], units: readonly Tally[], around: Circumstances): number {
  const { isBuilt, missing, attempts, isPart } = around;
  console.log("");
  for (const skip of new Set(tallies.flatMap((tally) => tally.skips))) console.log(`skipped: ${skip}`);
  const hosts = new Map<string, number>();
  for (const attempt of attempts) hosts.set(attempt, (hosts.get(attempt) ?? 0) + 1);
  for (const [attempt, times] of hosts) console.log(`refused by the proxy, ${times} times: ${attempt}`);
  const wrong = isPart ? [] : differences(units);
  if (!isBuilt) wrong.push("the build failed, so the whole program was not tested");
  if (missing.length > 0 && process.env.CI) wrong.push(`missing programs: ${missing.join(", ")}`);
  for (const { name, failures } of tallies) {
    for (const line of failures) console.log(`FAILED: [${name}] ${line}`);
  }
  for (const line of wrong) console.log(`FAILED: ${line}`);
  for (const { name, passed, failed, skipped } of tallies) {
    console.log(
      `${name.padEnd(14)} ${
        passed + failed + skipped
      } cases: ${passed} passed, ${failed} failed, ${skipped} skipped`,
    );
  }
  console.log(summaryLine(tallies, wrong.length));
  return wrong.length > 0 || tallies.some((tally) => tally.failed > 0) ? 1 : 0;
}

async function vitest(
  name: string,
  runtime: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<Tally> {
  const [file, ...before] = RUNTIMES[runtime] ?? ["node", VITEST];
  const json = join(folder, `${name.replace(" ", "-")}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${json}`];
  const folders = name === runtime ? testsOn("linux").whole.map((folder) => `${folder}/**`) : [];
  const excludes = [...folders, ...TESTS.but ?? []].map((path) => `--exclude=${path}`);
  const code = await told(name, file, [
    ...before,
    "run",
    ...words,
    ...reporters,
    ...excludes,
    "--passWithNoTests",
  ], env);
  return tallyOf(name, existsSync(json) ? readFileSync(json, "utf8") : undefined, code, TREE);
}

async function build(env: Readonly<Record<string, string>>): Promise<boolean> {
  return await told("build", process.execPath, [join(TREE, "scripts/build.ts")], env) === 0;
}

/** Runs a program and prints its output line by line, each with the program's label. */
function told(
  name: string,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: TREE, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (part: string) => {
        const lines = (rest + part).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.trim() !== "" && !line.startsWith("JSON report")) console.log(`[${name}] ${line}`);
        }
      });
      stream.on("end", () => {
        if (rest !== "") console.log(`[${name}] ${rest}`);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve(code));
  });
}

async function timed<T>(name: string, work: Promise<T>): Promise<T> {
  const began = Date.now();
  const result = await work;
  console.log(`[${name}] took ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

/** The environment of all tests, without the user's Codex and agentlb, npm's programs, and network access. */
function suiteEnv(proxy: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined || /^(AGENTLB_|CODEX_|OPENAI_|npm_)/.test(name)) continue;
    // npm puts the tree's programs first: the real Codex, and possibly another Node than the user's.
    const isPath = name.toUpperCase() === "PATH"; // Windows calls it Path
    env[name] = isPath
      ? value.split(delimiter).filter((folder) => !folder.includes("node_modules")).join(delimiter)
      : value;
  }
  if (TESTS.ways !== undefined) env.RIG_WAYS ??= TESTS.ways;
  return { ...env, RIG_PROXY: proxy, NO_COLOR: "1" };
}
