import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { TREE } from "./codex.ts";
import { finished, type Result } from "./result.ts";

/** The four ways to start the program. */
export const WAYS = ["deno", "bun", "node", "compiled"] as const;
export type Way = typeof WAYS[number];

/** The ways to test: all, or those in `RIG_WAYS` ("compiled,node"). */
export const ways: readonly Way[] = chosenWays(process.env.RIG_WAYS);

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Another compiled program than that of this tree, for example from an archive. */
const { RIG_PROGRAM = "dist/agentlb" } = process.env;
/** A folder of scripts (`dist/js`): Deno and Bun run the same script as Node, instead of the sources. */
const { RIG_SCRIPT } = process.env;

/** The command line that starts the program. */
export function commandOf(way: Way): readonly [file: string, ...args: string[]] {
  switch (way) {
    case "deno":
      // In a clone deno.json lets it fetch the libraries; here it uses those that npm installed.
      return [
        join(TREE, "node_modules/deno/deno"),
        "run",
        "-A",
        "--no-prompt",
        "--node-modules-dir=manual",
        scriptOr("cli.ts"),
      ];
    case "bun":
      return [join(TREE, "node_modules/bun/bin/bun.exe"), scriptOr("cli.ts")];
    case "node":
      return [nodePath(), scriptOr("dist/js/agentlb.js")];
    case "compiled":
      return [built(RIG_PROGRAM)];
  }
}

function scriptOr(path: string): string {
  return built(RIG_SCRIPT === undefined ? path : resolve(TREE, RIG_SCRIPT, "agentlb.js"));
}

/** Runs the program to its end. */
export function run(way: Way, args: readonly string[], options: RunOptions): Promise<Result> {
  const child = start(way, args, options);
  child.stdin?.end(options.input ?? "");
  return finished(child, options.timeoutMs ?? 30_000);
}

/** Starts the program with three pipes, in its own process group. */
export function start(way: Way, args: readonly string[], options: RunOptions): ChildProcess {
  const [file, ...words] = commandOf(way);
  return spawn(file, [...words, ...args], {
    env: options.env,
    cwd: options.cwd ?? options.env.HOME,
    detached: true,
    stdio: "pipe",
  });
}

/** Node, even when the rig itself runs on another runtime. */
function nodePath(): string {
  return process.versions.bun === undefined && !("Deno" in globalThis) ? process.execPath : "node";
}

function built(path: string): string {
  const whole = resolve(TREE, path);
  if (!existsSync(whole)) throw new Error(`${path} is not there: run npm run build`);
  return whole;
}

function chosenWays(named: string | undefined): readonly Way[] {
  if (named === undefined || named === "") return WAYS;
  const words = named.split(",");
  const chosen = WAYS.filter((way) => words.includes(way));
  if (chosen.length === 0) throw new Error(`RIG_WAYS names none of ${WAYS.join(", ")}`);
  return chosen;
}
