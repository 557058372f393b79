import { existsSync, realpathSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { errnoOf, Failure } from "../core/text/failure.ts";
import type { Launch } from "../core/shell/launch.ts";
import type { Environment } from "../core/shell/surroundings.ts";
import { PLATFORM, system } from "./platform/here.ts";
import type { Platform } from "./platform/platform.ts";
import { exit, onSignals } from "./process/process.ts";
import type { TakenScreen } from "./process/screen.ts";
import { type Captured, spawnCaptured } from "./process/capture.ts";
import type { Exit, Spawn } from "./process/spawn.ts";
import { become, endAs, runForeground } from "./process/foreground.ts";
import { spawnChild } from "./process/spawn.ts";
import { isTerminal, screenSize } from "./process/terminal.ts";

/** Time, in milliseconds. */
export interface Clock {
  /** Wall clock since 1970; may jump. */
  now(): number;
  /** Monotonic, since some moment; never jumps. */
  monotonic(): number;
  /** Resolves after `ms`, or early and without an error when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** All access to the outside of the program, as one parameter. */
export interface Host {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  /** The command line that starts this program again. */
  readonly self: readonly string[];
  /** The runtime's name of the platform, for `core/shell`, which knows its quoting and paths. */
  readonly platform: string;
  /** The system, for all other platform questions. */
  readonly system: Platform;
  readonly arch: string;
  readonly uid: number | undefined;
  readonly isTerminal: { readonly input: boolean; readonly output: boolean; readonly error: boolean };
  /** The size of the terminal that is stdout, which changes with its window; undefined or 0 = not known. */
  readonly screenSize: { readonly columns: number | undefined; readonly lines: number | undefined };
  /** Takes the whole terminal until it is released; `woken` is called when its size changes and when it shall end. */
  takeScreen(woken: () => void): Promise<TakenScreen>;
  readonly clock: Clock;
  readonly spawn: Spawn;
  /** Runs a program without our terminal and returns its output; killed after `timeoutMs` and at too much output. */
  capture(launch: Launch, timeoutMs: number): Promise<Captured>;
  /** Runs a program in our terminal to its end. */
  foreground(launch: Launch): Promise<Exit>;
  /** Replaces this process by the program where possible, else runs it in our terminal to its end. */
  become(launch: Launch, started?: (pid: number) => void): Promise<Exit>;
  /** Runs a program in our terminal to its end; this process then ends as the program did, by `endAs`. */
  attend(launch: Launch, started?: (pid: number) => void): Promise<Exit>;
  /** Ends this process as a program of `attend` ended, the terminal as it left it; returns where that is not possible. */
  endAs(end: number | NodeJS.Signals): void;
  /** Survives Ctrl-C and Ctrl-\ of the terminal until the returned function is called. */
  outliveKeys(): () => void;
  /** Asks the question on stderr and returns the line that the user types; empty at the end of the input. */
  ask(question: string): Promise<string>;
  /** The same; undefined at the end of the input and at Ctrl-C. */
  askOrLeave(question: string): Promise<string | undefined>;
  /** Tells whether the arguments were valid UTF-8: in a string an invalid byte looks like U+FFFD. */
  argsAreText(): boolean;
  /** Evenly spread over [0, 1). */
  random(): number;
  /** Writes data to stdout. */
  out(text: string): void;
  /** False once a write has shown that nobody reads stdout any more. */
  hasReader(): boolean;
  /** Writes messages to stderr. */
  err(text: string): void;
}

/** The real host. `entry` is the `import.meta.url` of the file the program was started with. */
export function realHost(entry: string): Host {
  goBack(entry);
  let hasReader = true;
  return {
    args: ownArguments(entry),
    env: process.env,
    get cwd() {
      return currentFolder();
    },
    get self() {
      return ownCommand(entry);
    },
    platform: PLATFORM,
    system,
    arch: process.arch,
    get uid() {
      return ownUid();
    },
    isTerminal,
    screenSize,
    takeScreen: async (woken) => (await import("./process/screen.ts")).takeScreen(woken),
    clock: {
      now: Date.now,
      monotonic: () => performance.now(),
      sleep,
    },
    spawn: spawnChild,
    capture: spawnCaptured,
    foreground: (launch) => runForeground(launch),
    become,
    attend: runForeground,
    endAs,
    outliveKeys: () => onSignals(["SIGINT", "SIGQUIT"], () => {}),
    ask: async (question) => await askOrLeave(question) ?? "",
    askOrLeave,
    argsAreText,
    random: Math.random,
    out: (text) => void (hasReader = writeAll(1, text)),
    hasReader: () => hasReader,
    err: (text) => void writeAll(2, text),
  };
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    throw new Failure("failed", "Cannot tell the current folder: it was deleted", {
      cause: error,
      hint: "cd to another folder",
    });
  }
}

/**
 * The name by which the program was started, and the folder of that file, links resolved; empty for a module from an
 * address.
 */
export function startedBy(entry: string): { readonly name: string; readonly folder: string } {
  if (isCompiled(entry)) return { name: basename(process.argv0), folder: dirname(process.execPath) };
  const address = denoModule();
  if (address?.startsWith("http")) return { name: basename(new URL(address).pathname), folder: "" };
  const file = process.argv[1] ?? process.getBuiltinModule("node:url").fileURLToPath(entry);
  return {
    name: basename(file),
    /** Lazy: the runtime may have no permission to read. */
    get folder() {
      return dirname(realpathSync(file));
    },
  };
}

/**
 * The command line that runs a script (its URL) as its own program; empty when it does not exist, or when this process
 * is a compiled program and no runtime. This process' other options (`-e`, `--test`) are omitted: they would run its
 * code once more.
 */
export function scriptCommand(script: string): string[] {
  const [, runtime] = /^(node|deno|bun)(?:js)?[\d.]*(?:\.exe)?$/.exec(basename(process.execPath)) ?? [];
  if (runtime === undefined || !script.startsWith("file:")) return [];
  const file = process.getBuiltinModule("node:url").fileURLToPath(script);
  if (!existsSync(file)) return [];
  return runtime === "deno" ? denoCommand(file) : [process.execPath, file];
}

/**
 * Frees what is no longer used, where the runtime lets a program ask for it. An engine that collects late keeps a block
 * of memory for one object in it that stays, so a long-lived process asks from time to time.
 */
export function freeMemory(): void {
  (globalThis as { Bun?: { gc(isAtOnce: boolean): void } }).Bun?.gc(true);
}

/** Ends this process: with an exit code, or by the same signal as the program it ran. */
export async function leave(end: number | NodeJS.Signals): Promise<never> {
  if (typeof end === "number") exit(end);
  process.kill(process.pid, end);
  await sleep(1000);
  process.exit(1);
}

function ownCommand(entry: string): string[] {
  if (isCompiled(entry)) return [process.execPath];
  if (entry.startsWith("http")) return denoCommand(entry);
  if (!entry.startsWith("file:")) return [];
  const file = process.getBuiltinModule("node:url").fileURLToPath(entry);
  return "Deno" in globalThis ? denoCommand(file) : [process.execPath, ...process.execArgv, file];
}

/** Sources beside node_modules use it, and fetch nothing. */
function denoCommand(file: string): string[] {
  const isInstalled = file.endsWith(".ts") && existsSync(join(dirname(file), "node_modules"));
  const libraries = isInstalled ? ["--node-modules-dir=manual"] : [];
  return [process.execPath, "run", "-A", "--no-prompt", ...libraries, file];
}

/** The address of Deno's main module; undefined on other runtimes. */
function denoModule(): string | undefined {
  return (globalThis as { Deno?: { mainModule: string } }).Deno?.mainModule;
}

/** The shim keeps Bun away from settings in the user's folder by starting it elsewhere; this returns there. */
function goBack(entry: string): void {
  if (!("Bun" in globalThis) || isCompiled(entry) || process.env.AGENTLB_CWD === undefined) return;
  process.chdir(process.env.AGENTLB_CWD);
  delete process.env.AGENTLB_CWD;
}

async function askOrLeave(question: string): Promise<string | undefined> {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolved) => {
    // The cursor is still behind the question.
    lines.once("SIGINT", () => {
      writeAll(2, "\n");
      lines.close();
    });
    lines.once("close", () => resolved(undefined));
    lines.question(question, (answer) => {
      resolved(answer);
      lines.close();
    });
  });
}

/** The arguments after the program's name. Bun drops a `--` right after a script; the kernel still has it. */
function ownArguments(entry: string): string[] {
  const args = process.argv.slice(2);
  if (!("Bun" in globalThis) || isCompiled(entry)) return args;
  const bytes = system.processes?.ownCommandLine();
  if (bytes === undefined) return args;
  const words = new TextDecoder().decode(bytes).split("\0").slice(0, -1);
  return words.at(-1 - args.length) === "--" ? ["--", ...args] : args;
}

function isCompiled(entry: string): boolean {
  return entry.includes("/$bunfs/") || entry.includes("/~BUN/") || entry.includes("%7EBUN");
}

/** Deno shows it only with `--allow-sys=uid`. */
function ownUid(): number | undefined {
  try {
    return process.getuid?.();
  } catch {
    return undefined;
  }
}

function argsAreText(): boolean {
  if (!process.argv.some((word) => word.includes("\ufffd"))) return true;
  const bytes = system.processes?.ownCommandLine();
  if (bytes === undefined) return true;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolved) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolved();
    };
    const timer = setTimeout(done, Math.min(Math.max(0, ms), 2 ** 31 - 1));
    if (signal?.aborted) done();
    else signal?.addEventListener("abort", done);
  });
}

/**
 * Writes synchronously, so that nothing is lost when the process is replaced. A closed reader is no error: then it returns
 * false.
 */
function writeAll(fd: number, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes, done, bytes.length - done);
    } catch (error) {
      if (errnoOf(error) === "EAGAIN") continue;
      if (errnoOf(error) === "EPIPE") return false;
      throw error;
    }
  }
  return true;
}
