import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import { isForbidden } from "../../core/text/failure.ts";
import type { ProcessIdentity } from "../../core/system/identity.ts";
import { exitCodeOf, type Kernel32, loadKernel32, startTimeOf } from "../platform/kernel32.ts";

/** Who the process `pid` is; undefined when there is none, or only its zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (isLinux()) {
    const stat = statOf(pid);
    return stat && { pid, startTime: stat.startTime, bootId: bootId() };
  }
  if (isWindows()) {
    const startTime = startTimeOf(kernel32(), pid);
    return startTime === undefined ? undefined : { pid, startTime, bootId: "" };
  }
  return identityByPs(pid);
}

/** The same by ps(1), in words that don't depend on the user's settings. A header, here none, ends an `-o` (POSIX). */
export function identityByPs(pid: number): ProcessIdentity | undefined {
  const { status, stdout } = childProcesses().spawnSync(
    "/bin/ps",
    ["-o", "stat=", "-o", "lstart=", "-p", String(pid)],
    { encoding: "utf8", env: { LC_ALL: "C", TZ: "UTC" } },
  );
  const [, state, started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout ?? "") ?? [];
  if (status !== 0 || state === undefined || state.startsWith("Z")) return undefined;
  return { pid, startTime: started ?? "", bootId: "" };
}

/** Whether this very process, not a later one with its number, still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** The same, but yes where we are not allowed to look: what may be renewing a login must not be taken for gone. */
export function mayBeAlive(identity: ProcessIdentity): boolean {
  try {
    return isAlive(identity);
  } catch (error) {
    if (isForbidden(error)) return true;
    throw error;
  }
}

/** The same for many processes: the system is asked only once which boot this is. Where nobody can see processes, all live. */
export function livingNow(): (identity: ProcessIdentity) => boolean {
  let own: ProcessIdentity | undefined;
  return (identity) => {
    own ??= ownIdentity();
    if (own.startTime === "") return true;
    if (!isLinux()) return isAlive(identity);
    return identity.bootId === own.bootId && statOf(identity.pid)?.startTime === identity.startTime;
  };
}

/** This process; where we are not allowed to look, by its number alone. */
export function ownIdentity(): ProcessIdentity {
  const unknown = { pid: process.pid, startTime: "", bootId: "" };
  try {
    return identityOf(process.pid) ?? unknown;
  } catch (error) {
    if (isForbidden(error)) return unknown;
    throw error;
  }
}

/** Sends a signal to a process, or with a negative number to a process group; false when nobody is there. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  // Windows has neither groups nor signals: a process can only be ended, and that at once.
  if (isWindows() && name !== "SIGTERM" && name !== "SIGKILL") return false;
  try {
    process.kill(isWindows() ? Math.abs(pid) : pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is a /proc to look into. */
export function isLinux(): boolean {
  return process.platform === "linux";
}

export function isWindows(): boolean {
  return process.platform === "win32";
}

/** The calls of Windows. Throws Failure where they can't be had. */
export const kernel32: () => Kernel32 = once(() =>
  loadKernel32((name) => process.getBuiltinModule(name) as unknown)
);

/** The words a process was started with; none when it is gone or not ours to see. */
export function commandLineOf(pid: number): string[] {
  return procFile(pid, "cmdline").split("\0").slice(0, -1);
}

/** One variable of another process's environment; undefined when it has none or is not ours to see. */
export function variableOf(pid: number, name: string): string | undefined {
  const entry = procFile(pid, "environ").split("\0").find((line) => line.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

/** The parent of a process, its parent, and so on, as far as they can be seen (Linux). */
export function ancestorsOf(pid: number): number[] {
  const ancestors: number[] = [];
  for (let child = pid; ancestors.length < 100;) {
    const parent = Number(fieldsOf(child)[1] ?? 0);
    if (!(parent > 1)) break;
    ancestors.push(parent);
    child = parent;
  }
  return ancestors;
}

/** The network namespace of this process (Linux); empty where there is none, or it can't be seen. */
export function networkNamespace(): string {
  if (!isLinux()) return "";
  try {
    return readlinkSync("/proc/self/ns/net");
  } catch {
    return ""; // no /proc, or not ours to see
  }
}

/** The name of the program that started this process; empty where it can't be seen. */
export function parentCommand(): string {
  try {
    const [word = ""] = commandLineOf(process.ppid);
    return basename(word).replace(/^-/, ""); // a login shell has a dash before its name
  } catch {
    return ""; // not ours to see
  }
}

/** The owner of a process. */
export function ownerOf(pid: number): number | undefined {
  const [, uid] = /^Uid:\s+(\d+)/m.exec(procFile(pid, "status")) ?? [];
  return uid === undefined ? undefined : Number(uid);
}

/** What this process creates from now on is readable by its owner alone. */
export function restrictNewFiles(): void {
  process.umask(0o077);
}

/** Ends this process. Bun keeps the last eight bits of an exit code only, and Windows has codes such as 0xc0000005. */
export function exit(code: number): never {
  if (isShort(code)) kernel32().ExitProcess(code);
  process.exit(code);
}

/** The whole exit code of a process that was just started, for when it has ended; undefined where its runtime tells it. */
export function wholeExitCode(pid: number | undefined): () => number | undefined {
  return pid !== undefined && isShort(256) ? exitCodeOf(kernel32(), pid) : () => undefined;
}

/** Whether the runtime would cut this exit code. */
function isShort(code: number): boolean {
  return isWindows() && code > 255 && process.versions.bun !== undefined;
}

/** Calls `listener` for each of these signals instead of dying; returns what takes that back. */
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

/** The module that starts processes. Looked up when somebody does: loading it would take a tenth of a pick's time. */
export function childProcesses() {
  return process.getBuiltinModule("node:child_process");
}

type Execve = (file: string, args: readonly string[], env: Readonly<Record<string, string>>) => never;

/** The system call that turns this process into another program, where the runtime has it. */
export function execve(): Execve | undefined {
  const own = (process as unknown as { execve?: Execve }).execve;
  if (typeof own !== "function" || isWindows()) return undefined;
  return (file, args, env) => {
    // Runtimes ignore these two; ignored signals stay ignored in the new program, caught ones do not.
    for (const name of ["SIGPIPE", "SIGXFSZ"] as const) process.on(name, () => {});
    return own.call(process, file, args, env);
  };
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Fields of /proc/<pid>/stat, counted after the name in parentheses, which may hold anything (proc(5)). */
function fieldsOf(pid: number): string[] {
  const text = procFile(pid, "stat");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function statOf(pid: number): { startTime: string } | undefined {
  const fields = fieldsOf(pid);
  const [state] = fields;
  const startTime = fields[19];
  if (startTime === undefined || state === "Z" || state === "X") return undefined;
  return { startTime };
}

function procFile(pid: number, name: string): string {
  if (!isLinux()) return "";
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (isForbidden(error)) throw error;
    return "";
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
