/** Runs commands in turn, many times, and records each duration. Bun only: other runtimes lack usage per child. */
import { spawnSync } from "node:child_process";
import { median, quantile } from "../figures.ts";

export interface Command {
  readonly name: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The expected output, checked before the measurement. */
  readonly prints?: RegExp;
}

/** In milliseconds. */
export interface Sample {
  readonly name: string;
  readonly median: number;
  /** Nine of ten runs took no longer. */
  readonly p90: number;
  /** User and system time, median. */
  readonly cpu: number;
  /** All runs, in the order of the rounds: those of one round belong together. */
  readonly walls: readonly number[];
  readonly cpus: readonly number[];
}

interface BunRun {
  readonly exitCode: number | null;
  readonly stdout: Uint8Array | undefined;
  readonly stderr: Uint8Array | undefined;
  readonly resourceUsage: { readonly cpuTime: { readonly total: bigint } };
}
type Stdio = "ignore" | "pipe";
interface BunGlobal {
  spawnSync(
    words: readonly string[],
    options: {
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string;
      readonly stdin: Stdio;
      readonly stdout: Stdio;
      readonly stderr: Stdio;
    },
  ): BunRun;
}
const { Bun } = globalThis as unknown as { Bun: BunGlobal };

const WARM_UP = 5;

/**
 * Interleaved, each round in another order, so that what the machine does meanwhile and what ran just before hit all
 * alike. None follows itself: a program just run is still in the caches and starts a twentieth faster. Throws when one
 * fails.
 */
export function sampled(commands: readonly Command[], runs: number): Sample[] {
  for (const command of commands) tried(command);
  spawnSync("sync"); // or the programs just built would go to the disk in between
  const taken = commands.map((command) => ({ command, walls: [] as number[], cpus: [] as number[] }));
  let order = taken;
  for (let round = 0; round < WARM_UP + runs; round++) {
    order = shuffled(taken, order.at(-1));
    for (const { command, walls, cpus } of order) {
      const { wall, cpu } = once(command);
      if (round < WARM_UP) continue;
      walls.push(wall);
      cpus.push(cpu);
    }
  }
  return taken.map(({ command, walls, cpus }) => ({
    name: command.name,
    median: median(walls),
    p90: quantile(walls, 0.9),
    cpu: median(cpus),
    walls,
    cpus,
  }));
}

/** A random order that does not begin with `last`. */
function shuffled<T>(items: readonly T[], last: T | undefined): T[] {
  const order = items.map((item) => ({ item, at: Math.random() })).sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
  return order.length > 1 && order[0] === last ? [...order.slice(1), order[0]!] : order;
}

function once(command: Command): { wall: number; cpu: number } {
  const { words, env, cwd } = command;
  const began = performance.now();
  const run = Bun.spawnSync(words, { env, cwd, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  const wall = performance.now() - began;
  if (run.exitCode !== 0) throw new Error(`${command.name} ended with ${run.exitCode}`);
  return { wall, cpu: Number(run.resourceUsage.cpuTime.total) / 1000 };
}

function tried({ name, words, env, cwd, prints }: Command): void {
  const run = Bun.spawnSync(words, { env, cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const text = new TextDecoder().decode(run.stdout);
  if (run.exitCode === 0 && (prints === undefined || prints.test(text))) return;
  throw new Error(`${name} ended with ${run.exitCode}: ${text}${new TextDecoder().decode(run.stderr)}`);
}
