import type { ChildProcess } from "node:child_process";
import type { Launch } from "../../core/shell/launch.ts";
import { system } from "../platform/here.ts";
import { isForGroup } from "../platform/terminal_role.ts";
import {
  childProcesses,
  execve,
  monotonicMs,
  numberOf,
  onSignals,
  ownNumber,
  signal,
  wholeExitCode,
} from "./process.ts";
import { type Exit, exitOf, isNative, options } from "./spawn.ts";

/** Time between two looks at a program that has stopped. */
const SETTLED_MS = 100;
const SHELL = "/bin/sh";

/**
 * Runs a program in our terminal and waits for it. It gets each signal once: those of the terminal reach it anyway, those
 * sent to this process alone are passed on. Signals that this process ignores stay ignored, and when the program stops by
 * itself, so does this process, for the shell that waits for it. `started` is told its number.
 */
export function runForeground(launch: Launch, started: (pid: number) => void = () => {}): Promise<Exit> {
  return new Promise((resolved) => {
    const ignored = system.ignoredSignals();
    const heard = (names: readonly NodeJS.Signals[]) => names.filter((name) => !ignored.includes(name));
    const hadTerminal = system.hasTerminal();
    const { borne, passed } = system.terminalSignals;
    const pass = (name: NodeJS.Signals) => {
      if (child.pid === undefined || isForGroup(name, hadTerminal, system.terminalRoleOf(ownNumber()))) {
        return;
      }
      signal(child.pid, name);
    };
    // Before the start: the program may run, and signals for it may arrive, before `spawn` returns.
    const undo = [onSignals(heard(borne), () => {}), onSignals(heard(passed), pass)];
    const { file, args } = ignoring(launch, ignored);
    const stdin = launch.stdin === "empty" ? "ignore" : "inherit";
    const stdout = launch.stdout === "stderr" ? 2 : "inherit";
    const child = childProcesses().spawn(file, args, {
      ...options(launch),
      stdio: [stdin, stdout, "inherit"],
    });
    const { pid } = child;
    const whole = wholeExitCode(pid);
    const unfollow = follow(child, pid);
    const done = (exit: Exit) => {
      unfollow();
      undo.forEach((off) => off());
      resolved(exit);
    };
    child.once("error", (error) => done({ error }));
    child.once("close", (code, name) => done(exitOf(whole() ?? code, name)));
    if (pid !== undefined) started(pid);
  });
}

/** Becomes the program where the runtime supports it; elsewhere runs it in the foreground. `launch.file` is a path. */
export function become(launch: Launch, started?: (pid: number) => void): Promise<Exit> {
  const isPlain = launch.cwd === undefined && launch.stdin === undefined &&
    launch.stdout === undefined;
  const replace = isPlain && isNative(launch.file) ? execve() : undefined;
  if (replace) replace(launch.file, [launch.file, ...launch.args], launch.env);
  return runForeground(launch, started);
}

/**
 * Ends this process as a program in its terminal ended, without the last acts of the runtime: it would set the modes of
 * the terminal back to those of its own start, and report some signals as its own crash. Returns where that is not
 * possible.
 */
export function endAs(end: number | NodeJS.Signals): void {
  const replace = execve();
  if (replace === undefined) return;
  const number = typeof end === "number" ? 0 : numberOf(end);
  // A signal that is ignored ends nothing: then the exit code tells it.
  const script = typeof end === "number"
    ? `exit ${end}`
    : `ulimit -c 0; kill -${number} $$; exit ${128 + number}`;
  try {
    replace(SHELL, ["sh", "-c", script], {});
  } catch {
    // no shell
  }
}

/** The command line that starts the program with these signals ignored. Some runtimes reset them in a new process. */
function ignoring(
  { file, args }: Launch,
  ignored: readonly NodeJS.Signals[],
): { file: string; args: readonly string[] } {
  if (ignored.length === 0) return { file, args };
  const names = ignored.map((name) => name.slice("SIG".length)).join(" ");
  return { file: SHELL, args: ["-c", `trap '' ${names}; exec "$@"`, "sh", file, ...args] };
}

/** Stops this process when the program stops alone in the foreground; both go on together. Returns what ends that. */
function follow(child: ChildProcess, pid: number | undefined): () => void {
  if (pid === undefined || !system.hasSignals) return () => {};
  let timer: NodeJS.Timeout | undefined;
  const look = (seenAt?: number) => {
    if (child.exitCode !== null || child.signalCode !== null || !system.isStopped(pid)) return;
    // The program may have put itself into a group of its own.
    if (![ownNumber(), pid].some((number) => system.terminalRoleOf(number)?.isForeground)) return;
    // Twice in a short time: after Ctrl-Z and `fg` this process may go on a moment before the program does.
    if (seenAt !== undefined && monotonicMs() - seenAt < 5 * SETTLED_MS) {
      signal(ownNumber(), "SIGSTOP");
      if (system.isStopped(pid)) signal(pid, "SIGCONT");
      return;
    }
    const now = monotonicMs();
    clearTimeout(timer);
    timer = setTimeout(() => look(now), SETTLED_MS);
  };
  const off = onSignals(["SIGCHLD"], () => look());
  look(); // it may have stopped before
  return () => {
    clearTimeout(timer);
    off();
  };
}
