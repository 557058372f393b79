import { dirname, join } from "node:path";
import { Failure, wordsOf } from "../../../core/text/failure.ts";
import type { Launch } from "../../../core/shell/launch.ts";
import { printable } from "../../../core/text/printable.ts";
import { exists } from "../../../io/files/read.ts";
import type { Host } from "../../../io/host.ts";
import { findProgram } from "../../codex/find_program.ts";
import { type PoolSettings, typedPath } from "../load.ts";

type HostPart = Pick<Host, "env" | "cwd" | "capture" | "platform">;

/** twf, the program that starts and stops workers. */
export interface Twf {
  /** Runs one of its commands; returns the error, undefined on success. */
  run(...words: readonly string[]): Promise<string | undefined>;
}

/** Read-only access to the user's tmux server, in which workers run. */
export interface WorkersTmux {
  isRunning(full: string): Promise<boolean>;
  /** The content of a pane; undefined if it is unavailable. */
  screenOf(pane: string): Promise<string | undefined>;
}

/** The time limit of a command: a worker's start may wait for its Codex. */
const TWF_PATIENCE_MS = 300_000;
const TMUX_PATIENCE_MS = 10_000;

/** Finds twf: `CAP_TWF`, else in a sibling skill, else in the user's skills. Throws Failure if it is missing. */
export function findTwf(host: HostPart, settings: Pick<PoolSettings, "homes" | "skillDir">): string {
  const named = host.env.CAP_TWF?.trim();
  const tail = join("tmux-workflow", "scripts", "twf");
  const places = named
    ? [typedPath(host, settings, named)]
    : [join(dirname(settings.skillDir), tail), join(settings.homes.own, ".codex", "skills", tail)];
  const found = places.find(exists);
  if (found !== undefined) return found;
  const looked = places.map((path) => printable(path, 4096)).join(", ");
  throw new Failure("failed", `❌ twf not found: ${looked}`, { verbatim: true });
}

/** twf with its states in `stateFolder`. */
export function twfAt(host: HostPart, path: string, stateFolder: string | undefined): Twf {
  const env = { ...defined(host.env), ...(stateFolder === undefined ? {} : { TWF_STATE_DIR: stateFolder }) };
  return {
    run: (...words) => troubleOf(host, { file: "bash", args: [path, ...words], env }, TWF_PATIENCE_MS),
  };
}

/** The user's own tmux server. */
export function workersTmux(host: HostPart): WorkersTmux {
  const file = findProgram("tmux", host) ?? "tmux";
  const tmux = (...args: readonly string[]) =>
    host.capture({ file, args, env: defined(host.env) }, TMUX_PATIENCE_MS);
  return {
    async isRunning(full) {
      const { exit } = await tmux("has-session", "-t", `=${full}`);
      return "code" in exit && exit.code === 0;
    },
    async screenOf(pane) {
      const { exit, stdout } = await tmux("capture-pane", "-p", "-J", "-t", pane);
      return "code" in exit && exit.code === 0 ? stdout : undefined;
    },
  };
}

async function troubleOf(host: HostPart, launch: Launch, timeoutMs: number): Promise<string | undefined> {
  const { exit, stderr } = await host.capture(launch, timeoutMs);
  if ("error" in exit) return wordsOf(exit.error);
  if ("signal" in exit) return `ended by ${exit.signal}`;
  if (exit.code === 0) return undefined;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return `exit code ${exit.code}${last === "" ? "" : `: ${printable(last, 300)}`}`;
}

function defined(env: Host["env"]): Record<string, string> {
  const kept: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
