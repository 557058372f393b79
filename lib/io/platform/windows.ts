import process from "node:process";
import { errnoOf, Failure } from "../../core/text/failure.ts";
import type { Platform } from "./platform.ts";

/** Windows. */
export const windows: Platform = {
  startTimeOf: (pid) => startTimeOf(kernel32(), pid),
  bootId: () => "",
  processes: undefined,
  hasUserNumbers: false,
  hasSignals: false,
  canBecome: false,
  hasTmux: false,
  linksFreely: false,
  flushesFolders: false,
  // Bun's own way needs more than wine, the test platform, supports.
  removesStepwise: true,
  lockCall: "LockFileEx",
  // Ctrl-C, Ctrl-Break and the closing of the window, which every program of a console receives.
  terminalSignals: { borne: ["SIGINT", "SIGBREAK", "SIGHUP"], passed: [] },
  hasTerminal: () => false,
  terminalRoleOf: () => undefined,
  isStopped: () => false,
  ignoredSignals: () => [],
  longExitCodes: {
    exitWith: (code) => kernel32().ExitProcess(code),
    watch: (pid) => exitCodeOf(kernel32(), pid),
  },
  rootFolder: "C:\\",
  patiently: (action) => patiently(action),
  isPassing,
  homeOfUser: () => undefined,
  zoneFile: () => undefined,
  // Windows has no core dumps of this kind.
  withoutCores: (command) => command,
  holderHint: (path) => `find it in the Resource Monitor, by ${path}`,
};

/**
 * Runs a file operation. Windows refuses it while another process, such as a virus scanner, has the file open without
 * sharing: it is retried for two seconds, then the error is thrown.
 */
export function patiently<T>(action: () => T, waits: readonly number[] = patience()): T {
  for (const ms of waits) {
    try {
      return action();
    } catch (error) {
      if (!isPassing(error)) throw error;
      pause(ms);
    }
  }
  return action();
}

/** Milliseconds between tries: two seconds in all. */
function patience(): number[] {
  return [1, 2, 5, 10, 20, ...Array.from({ length: 39 }, () => 50)];
}

/** Tells whether Windows may refuse this only temporarily, because another process has the file open. */
function isPassing(error: unknown): boolean {
  return ["EPERM", "EACCES", "EBUSY"].includes(errnoOf(error) ?? "");
}

/** Blocks while waiting: the caller may hold a lock. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** The system calls of Windows, loaded at first use. Throws Failure when unavailable. */
export const kernel32: () => Kernel32 = /* @__PURE__ */ once(() =>
  loadKernel32((name) => process.getBuiltinModule(name) as unknown)
);

/** A handle of Windows; -1 = none. */
export type Handle = bigint;

/**
 * The system calls of Windows for locks and processes, under their own names and with their own arguments. They return
 * 0 on failure; `GetLastError` has the details. Source: Win32 API reference, fileapi.h and processthreadsapi.h.
 */
export interface Kernel32 {
  CreateFileW(
    name: Uint16Array,
    access: number,
    share: number,
    security: null,
    disposition: number,
    flags: number,
    template: bigint,
  ): Handle;
  LockFileEx(
    file: Handle,
    flags: number,
    reserved: number,
    low: number,
    high: number,
    overlapped: Uint32Array,
  ): number;
  GetFileInformationByHandle(file: Handle, information: Uint32Array): number;
  SetFilePointerEx(file: Handle, distance: bigint, newPosition: null, method: number): number;
  SetEndOfFile(file: Handle): number;
  WriteFile(
    file: Handle,
    bytes: Uint8Array,
    count: number,
    written: Uint32Array,
    overlapped: null,
  ): number;
  CloseHandle(handle: Handle): number;
  OpenProcess(access: number, inherit: number, pid: number): Handle;
  GetProcessTimes(
    process: Handle,
    creation: Uint32Array,
    exit: Uint32Array,
    kernel: Uint32Array,
    user: Uint32Array,
  ): number;
  GetExitCodeProcess(process: Handle, code: Uint32Array): number;
  ExitProcess(code: number): void;
  GetLastError(): number;
}

interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: readonly string[]; returns: string }>,
  ): { symbols: unknown };
}

/** Loads them with `bun:ffi`, whose name is `builtin`. Throws Failure without it, or outside of Windows. */
export function loadKernel32(builtin: (name: string) => unknown): Kernel32 {
  const ffi = builtin("bun:ffi") as BunFfi | undefined;
  if (ffi === undefined) {
    throw new Failure("failed", "Cannot lock files or tell processes apart on Windows with this runtime", {
      hint: "use agentlb.exe, the compiled program, or Bun",
    });
  }
  const symbols = Object.fromEntries(
    Object.entries(signatures()).map(([name, [args, returns]]) => [name, { args, returns }]),
  );
  try {
    return ffi.dlopen("kernel32.dll", symbols).symbols as Kernel32;
  } catch (cause) {
    throw new Failure("failed", "Cannot load kernel32.dll", { cause });
  }
}

type Signature = readonly [args: readonly string[], returns: string];

/** The argument and result types of each call, in the terms of `bun:ffi`. */
function signatures(): Readonly<Record<keyof Kernel32, Signature>> {
  return {
    CreateFileW: [["ptr", "u32", "u32", "ptr", "u32", "u32", "i64"], "i64"],
    LockFileEx: [["i64", "u32", "u32", "u32", "u32", "ptr"], "i32"],
    GetFileInformationByHandle: [["i64", "ptr"], "i32"],
    SetFilePointerEx: [["i64", "i64", "ptr", "u32"], "i32"],
    SetEndOfFile: [["i64"], "i32"],
    WriteFile: [["i64", "ptr", "u32", "ptr", "ptr"], "i32"],
    CloseHandle: [["i64"], "i32"],
    OpenProcess: [["u32", "i32", "u32"], "i64"],
    GetProcessTimes: [["i64", "ptr", "ptr", "ptr", "ptr"], "i32"],
    GetExitCodeProcess: [["i64", "ptr"], "i32"],
    ExitProcess: [["u32"], "void"],
    GetLastError: [[], "u32"],
  };
}

const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const STILL_ACTIVE = 259;

/**
 * The start time of a process, in 100 ns since 1601; undefined when it is gone or not ours: access to another user's
 * process may be refused.
 */
export function startTimeOf(kernel: Kernel32, pid: number): string | undefined {
  const handle = kernel.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid);
  if (handle === 0n) return undefined;
  try {
    // An ended process stays as long as a handle to it is open.
    const code = new Uint32Array(1);
    if (kernel.GetExitCodeProcess(handle, code) === 0 || code[0] !== STILL_ACTIVE) return undefined;
    const [created, exited, inKernel, inUser] = [pair(), pair(), pair(), pair()];
    if (kernel.GetProcessTimes(handle, created, exited, inKernel, inUser) === 0) return undefined;
    return String(bigOf(created[1], created[0]));
  } finally {
    kernel.CloseHandle(handle);
  }
}

/** Watches a process that was just started; returns its full exit code once it has ended. */
export function exitCodeOf(kernel: Kernel32, pid: number): () => number | undefined {
  const handle = kernel.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid);
  if (handle === 0n) return () => undefined;
  return () => {
    const code = new Uint32Array(1);
    const isKnown = kernel.GetExitCodeProcess(handle, code) !== 0;
    kernel.CloseHandle(handle);
    return isKnown ? code[0] : undefined;
  };
}

function pair(): Uint32Array {
  return new Uint32Array(2);
}

function bigOf(high = 0, low = 0): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
