import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { TREE } from "./codex.ts";
import { finished, type Result } from "./result.ts";

/** The four ways in which people start the program. */
export const WAYS = ["deno", "bun", "node", "compiled"] as const;
export type Way = typeof WAYS[number];

/** Those to be tried: all, or the ones that `RIG_WAYS` ("compiled,node") names. */
export const ways: readonly Way[] = chosenWays(process.env.RIG_WAYS);

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Instead of the compiled program of this tree: another one, say out of an archive. */
const { RIG_PROGRAM = "dist/agentlb" } = process.env;
/** A folder of scripts (`dist/js`) of which Deno and Bun run the one that Node runs, instead of the sources. */
const { RIG_SCRIPT } = process.env;

/** The words that start the program. */
export function commandOf(way: Way): readonly [file: string, ...args: string[]] {
  switch (way) {
    case "deno":
      // Of a clone deno.json lets it fetch the libraries; here they are what npm installed.
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

/** Starts the program with three pipes, in a process group of its own. */
export function start(way: Way, args: readonly string[], options: RunOptions): ChildProcess {
  const [file, ...words] = commandOf(way);
  return spawn(file, [...words, ...args], {
    env: options.env,
    cwd: options.cwd ?? options.env.HOME,
    detached: true,
    stdio: "pipe",
  });
}

/** Node, also when the rig itself runs on something else. */
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
