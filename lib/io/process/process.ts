import { basename } from "node:path";
import process from "node:process";
import { isForbidden } from "../../core/text/failure.ts";
import type { ProcessIdentity } from "../../core/system/identity.ts";
import { system } from "../platform/here.ts";

/** The identity of the process `pid`; undefined when it does not exist or is a zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startTime = system.startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime, bootId: system.bootId() };
}

/** Tells whether this very process, not a later one with its number, still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/**
 * The same, but true when it is not visible to us: a process that may be renewing a login must not be taken for gone.
 */
export function mayBeAlive(identity: ProcessIdentity): boolean {
  try {
    return isAlive(identity);
  } catch (error) {
    if (isForbidden(error)) return true;
    throw error;
  }
}

/** The same for many processes, with one query of the boot. Where processes are not visible, all count as live. */
export function livingNow(): (identity: ProcessIdentity) => boolean {
  let own: ProcessIdentity | undefined;
  return (identity) => {
    own ??= ownIdentity();
    if (own.startTime === "") return true;
    return identity.bootId === own.bootId && system.startTimeOf(identity.pid) === identity.startTime;
  };
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return identityOrNumber(process.pid);
}

/** The number of this process. */
export function ownNumber(): number {
  return process.pid;
}

/** Milliseconds since some moment; never jumps. */
export function monotonicMs(): number {
  return performance.now();
}

/** The number of a signal on this system. */
export function numberOf(name: NodeJS.Signals): number {
  return process.getBuiltinModule("node:os").constants.signals[name];
}

/** The identity of the process `pid`; the number alone when it is gone or not visible to us. */
export function identityOrNumber(pid: number): ProcessIdentity {
  const unknown = { pid, startTime: "", bootId: "" };
  try {
    return identityOf(pid) ?? unknown;
  } catch (error) {
    if (isForbidden(error)) return unknown;
    throw error;
  }
}

/** Sends a signal to a process, or with a negative number to a process group; false when there is none. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  const { hasSignals } = system;
  if (!hasSignals && name !== "SIGTERM" && name !== "SIGKILL") return false;
  try {
    process.kill(hasSignals ? pid : Math.abs(pid), name);
    return true;
  } catch {
    return false;
  }
}

/** The command line of a process; empty when it is gone or not visible to us. */
export function commandLineOf(pid: number): string[] {
  return system.processes?.commandLineOf(pid) ?? [];
}

/** One variable of another process's environment; undefined when unset or not visible to us. */
export function variableOf(pid: number, name: string): string | undefined {
  return system.processes?.variableOf(pid, name);
}

/** The time since the start of a process, in milliseconds; undefined when it is gone or not visible to us. */
export function ageOf(pid: number): number | undefined {
  return system.processes?.ageOf(pid);
}

/** The parent of a process, its parent, and so on, as far as visible. */
export function ancestorsOf(pid: number): number[] {
  const ancestors: number[] = [];
  for (let child = pid; ancestors.length < 100;) {
    const parent = system.processes?.parentOf(child) ?? 0;
    if (!(parent > 1)) break;
    ancestors.push(parent);
    child = parent;
  }
  return ancestors;
}

/** The network namespace of this process; empty when there is none or it is not visible. */
export function networkNamespace(): string {
  return system.processes?.networkNamespace() ?? "";
}

/** The name of the program that started this process; empty when not visible. */
export function parentCommand(): string {
  try {
    const [word = ""] = commandLineOf(process.ppid);
    return basename(word).replace(/^-/, ""); // a login shell has a dash before its name
  } catch {
    return ""; // not visible to us
  }
}

/** The owner of a process. */
export function ownerOf(pid: number): number | undefined {
  return system.processes?.ownerOf(pid);
}

/** Makes new files of this process readable by their owner alone. */
export function restrictNewFiles(): void {
  process.umask(0o077);
}

/** Ends this process. Bun truncates exit codes to eight bits, and some systems have codes such as 0xc0000005. */
export function exit(code: number): never {
  if (code > 255 && isBun()) system.longExitCodes?.exitWith(code);
  process.exit(code);
}

/** The full exit code of a process that was just started, once it has ended; undefined where its runtime reports it. */
export function wholeExitCode(pid: number | undefined): () => number | undefined {
  const codes = isBun() ? system.longExitCodes : undefined;
  return pid !== undefined && codes !== undefined ? codes.watch(pid) : () => undefined;
}

function isBun(): boolean {
  return process.versions.bun !== undefined;
}

/** Calls `listener` for each of these signals instead of dying; returns a function that undoes this. */
export function onSignals(
  names: readonly NodeJS.Signals[],
  listener: (name: NodeJS.Signals) => void,
): () => void {
  const undo = names.map((name) => {
    const caught = () => listener(name);
    process.on(name, caught);
    return () => process.removeListener(name, caught);
  });
  return () => undo.forEach((off) => off());
}

/** The module that starts processes. Lazy: loading it would take a tenth of a pick's time. */
export function childProcesses() {
  return process.getBuiltinModule("node:child_process");
}

/** The module that knows terminals. Lazy: loading it takes as long as all the rest of a pick. */
export function terminals() {
  return process.getBuiltinModule("node:tty");
}

/** Standard input and output of this process; each is opened when it is first asked for. */
export const streams = {
  get input() {
    return process.stdin;
  },
  get output() {
    return process.stdout;
  },
};

/** The folder for temporary files of this process; read on each call. */
export function temporaryFolder(): string {
  return process.getBuiltinModule("node:os").tmpdir();
}

type Execve = (file: string, args: readonly string[], env: Readonly<Record<string, string>>) => never;

/** The system call that replaces this process by another program, where the runtime has it. */
export function execve(): Execve | undefined {
  const own = (process as unknown as { execve?: Execve }).execve;
  if (typeof own !== "function" || !system.canBecome) return undefined;
  return (file, args, env) => {
    // Runtimes ignore these two; ignored signals stay ignored in the new program, caught ones do not.
    for (const name of ["SIGPIPE", "SIGXFSZ"] as const) process.on(name, () => {});
    return own.call(process, file, args, env);
  };
}
