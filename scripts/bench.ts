/**
 * `npm run bench`: measures the duration of commands, next to an empty compiled program, at the same time on the same
 * machine. `--runs N` (40 rounds; 200 for narrow bounds), `--only 3|100|compared|parent|pool`; `--undisturbed` raises the
 * priority above all other work, as root. Run with Bun. Figures are shown with their aims and never asserted.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TREE } from "../rig/codex.ts";
import { commandOf, type Way } from "../rig/program.ts";
import { emptyProgram } from "./bench/empty.ts";
import { parentCommands, showParentMemory } from "./bench/parent.ts";
import { poolBench } from "./bench/pool.ts";
import { type Command, type Sample, sampled } from "./bench/runs.ts";
import { undisturbed } from "./bench/undisturbed.ts";
import { type BenchUser, benchUser } from "./bench/user.ts";
import { type Aim, atMost, columns, ratioOf, verdictOf } from "./figures.ts";

/** The aims, as multiples of the empty program's duration. */
const PRINT_AIM = 2.5;
const STATUS_AIM = 2.2;
const STATUSLINE_AIM = 2;
/** The number of rounds on the other, slow runtimes, which serve for comparison only. */
const COMPARED_RUNS = 12;

const PRINTS = /^CODEX_HOME=\S+ codex$/m;
const TABLE = /selected session: s/;

const folder = mkdtempSync(join(tmpdir(), "agentlb-bench-"));
const users: BenchUser[] = [];
try {
  await bench();
} catch (thrown) {
  console.log(`The bench failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
} finally {
  for (const user of users) await user.close();
  rmSync(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const built = spawnSync(process.execPath, [join(TREE, "scripts/build.ts")], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stdout);
  const program = emptyProgram(folder);
  for (const sessions of [3, 100]) {
    if (!isWanted(String(sessions))) continue;
    const user = await made(sessions);
    const of = (args: string, prints: RegExp) => command(user, "compiled", args, prints);
    const commands = [
      empty(program, user),
      of("rr --print-command", PRINTS),
      of("status", TABLE),
      of("statusline", /^>s\d+ /),
      of("--print-command", PRINTS),
      of("pick", /^s\d+\t/),
      of("status --json", /"agentlb\.status\/1"/),
      of("--version", /^agentlb \d/),
    ];
    const aims = new Map(
      sessions === 3
        ? [["rr --print-command", PRINT_AIM], ["status", STATUS_AIM], ["statusline", STATUSLINE_AIM]]
        : [],
    );
    console.log(
      `\n${sessions} sessions with readings; the supervisor (pid ${user.supervisor}) lives, paused\n`,
    );
    show(measured(commands, runs()), aims);
  }
  if (isWanted("compared")) compare(program, users[0] ?? await made(3));
  if (isWanted("parent")) {
    const { sandbox } = users[0] ?? await made(3);
    console.log("\nThe parent that tells when a limit is used up, against none\n");
    show(measured(parentCommands(sandbox), runs()), new Map());
    await showParentMemory(sandbox);
  }
  if (!isWanted("pool")) return;
  console.log("\nThe pool programs\n");
  await poolBench(folder, runs());
}

async function made(sessions: number): Promise<BenchUser> {
  const user = await benchUser(sessions);
  users.push(user);
  return user;
}

function isWanted(part: string): boolean {
  const at = process.argv.indexOf("--only");
  return at < 0 || process.argv[at + 1] === part;
}

/** The same program on the other runtimes. */
function compare(program: string, user: BenchUser): void {
  const others: [Way, string][] = [["node", "Node bundle"], ["deno", "Deno source"], ["bun", "Bun source"]];
  const commands = others.flatMap(([way, name]) =>
    ([["rr --print-command", PRINTS], ["status", TABLE]] as const).map(([args, prints]) => ({
      ...command(user, way, args, prints),
      name: `${name}: ${args}`,
    }))
  );
  console.log(`\nFor comparison, 3 sessions, ${COMPARED_RUNS} runs each\n`);
  show(measured([empty(program, user), ...commands], COMPARED_RUNS), new Map());
}

function measured(commands: readonly Command[], runs: number): Sample[] {
  const action = () => sampled(commands, runs);
  return process.argv.includes("--undisturbed") ? undisturbed(action) : action();
}

function empty(program: string, { sandbox }: BenchUser): Command {
  return { name: "empty program", words: [program], env: sandbox.env, cwd: sandbox.cwd };
}

function command({ sandbox }: BenchUser, way: Way, args: string, prints: RegExp): Command {
  const words = [...commandOf(way), ...args.split(" ")];
  return { name: args, words, env: sandbox.env, cwd: sandbox.cwd, prints };
}

/** Prints the samples; the others are compared with the first. */
function show(samples: readonly Sample[], aims: ReadonlyMap<string, number>): void {
  const [floor] = samples;
  const rows = samples.map(({ name, median, p90, cpu, walls, cpus }) => {
    const [wall, work] = [ratioOf(walls, floor!.walls), ratioOf(cpus, floor!.cpus)];
    const limit = aims.get(name);
    const aim: Aim | undefined = limit === undefined ? undefined : atMost(wall.times, limit);
    const times = [median, p90, cpu].map((ms) => ms.toFixed(2));
    const ratios = [wall, work].flatMap(({ times, bounds }) => [times.toFixed(2), bounds]);
    return [name, ...times, ...ratios, aim?.words ?? "", verdictOf(aim)];
  });
  const header = ["median ms", "p90 ms", "CPU ms", "ratio", "95 %", "CPU ratio", "95 %", "aim for the ratio"];
  console.log(columns(["", ...header, ""], rows));
}

function runs(): number {
  const at = process.argv.indexOf("--runs");
  const given = at < 0 ? 40 : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(given) || given < 1) throw new Error("--runs takes a number");
  return given;
}
