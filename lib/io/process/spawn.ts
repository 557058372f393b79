import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Launch } from "../../core/shell/launch.ts";
import { bytesAt, openFile } from "../files/open.ts";
import { childProcesses, temporaryFolder } from "./process.ts";
import { Throttle } from "./throttle.ts";

/** The end of a process: exit code or signal. */
export type Exit =
  | { readonly code: number }
  | { readonly signal: NodeJS.Signals }
  | { readonly error: Error };

/** A child process that we talk to, the leader of its own process group. */
export interface Child {
  readonly pid: number | undefined;
  write(text: string): void;
  closeStdin(): void;
  onData(listener: (chunk: Uint8Array) => void): void;
  /** Calls the listener once when it has printed more than `afterOutput` allows; it is read slowly from then on. */
  onFlood(listener: () => void): void;
  /** Resolves once it has ended; its own children may still hold its stdout. */
  readonly left: Promise<Exit>;
  /** Resolves once it has ended and its stdout has been read to the end, or is released. */
  readonly exited: Promise<Exit>;
  /** Closes both pipes in `ms`, for a child that has ended and whose children hold them. */
  release(ms: number): void;
  /** True if its pipes were closed that way. */
  readonly isKept: boolean;
  /** The end of its stderr, a few kilobytes at most. */
  lastWords(): string;
}

export type Spawn = (launch: Launch) => Child;

/** Starts a child with pipes for stdin and stdout, in its own process group. */
export function spawnChild(launch: Launch): Child {
  const errors = errorFile();
  const child = childProcesses().spawn(launch.file, launch.args, {
    ...hidden(launch),
    detached: true,
    stdio: ["pipe", "pipe", errors?.fd ?? "ignore"],
  });
  let isKept = false;
  let hasClosed = false;
  let ended: Exit | undefined;
  let close: (exit: Exit) => void = () => {};
  // Without free descriptors there are no pipes and the error comes later; so the listener is added first.
  const exited = new Promise<Exit>((resolved) => {
    close = (exit) => {
      hasClosed = true;
      resolved(exit);
    };
    child.once("error", (error) => close({ error }));
    child.once("close", (code, name) => close(exitOf(code, name)));
  });
  const left = new Promise<Exit>((resolved) => {
    child.once("exit", (code, name) => resolved(ended = exitOf(code, name)));
    void exited.then(resolved);
  });
  const { stdin, stdout } = child as { stdin: Writable | undefined; stdout: Readable | undefined };
  stdin?.on("error", () => {}); // the child is gone: its exit reports that
  stdout?.on("error", () => {});
  let flooded = () => {};
  const throttle = new Throttle(stdout, () => flooded());
  stdout?.on("data", (chunk: Uint8Array) => throttle.read(chunk.length + (errors?.trim() ?? 0)));
  const trims = setInterval(() => {
    const bytes = errors?.trim() ?? 0;
    if (launch.stderr !== "dropped") throttle.read(bytes);
  }, launch.stderr === "dropped" ? TRIM_MS : TRIM_MS * 4);
  trims.unref();
  return {
    pid: child.pid,
    write: (text) => void stdin?.write(text),
    closeStdin: () => void stdin?.end(),
    onData: (listener) => void stdout?.on("data", listener),
    onFlood: (listener) => void (flooded = listener),
    left,
    exited: exited.finally(() => {
      clearInterval(trims);
      throttle.end();
      errors?.end();
    }),
    release(ms) {
      const timer = setTimeout(() => {
        if (hasClosed || ended === undefined) return;
        isKept = true;
        stdin?.destroy();
        stdout?.destroy();
        close(ended);
      }, ms);
      timer.unref();
    },
    get isKept() {
      return isKept;
    },
    lastWords: () => errors?.tail() ?? "",
  };
}

/** Starts a process that outlives this one; resolves with its first line, or its output before it closed stdout. */
export function spawnDetached(
  launch: Launch,
  timeoutMs: number,
): Promise<{ line: string | undefined; error?: Error }> {
  return new Promise((resolved) => {
    const child = childProcesses().spawn(launch.file, launch.args, {
      ...hidden(launch),
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const stdout: Readable | undefined = child.stdout; // undefined without free descriptors
    let text = "";
    const done = (line: string | undefined, error?: Error) => {
      clearTimeout(timer);
      stdout?.destroy();
      if (child.pid !== undefined) child.unref(); // for a failed start Deno has nothing to unref
      resolved(error ? { line, error } : { line });
    };
    const timer = setTimeout(() => done(undefined), timeoutMs);
    child.once("error", (error) => done(undefined, error));
    stdout?.setEncoding("utf8");
    stdout?.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) done(text.slice(0, end));
    });
    stdout?.once("end", () => done(text === "" ? undefined : text));
  });
}

/** Tells whether a path is an executable file. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Tells whether the kernel itself can start this file; a script without `#!` would fail after the jump. */
export function isNative(path: string): boolean {
  const head = headOf(path);
  return head !== undefined && (isBinaryHead(head) || (head[0] === 0x23 && head[1] === 0x21));
}

/** Tells whether a file is a program by itself, not a script for another. */
export function isBinary(path: string): boolean {
  const head = headOf(path);
  return head !== undefined && (isBinaryHead(head) || (head[0] === 0x4d && head[1] === 0x5a));
}

function headOf(path: string): Uint8Array | undefined {
  const head = new Uint8Array(4);
  try {
    const { fd } = openFile(path);
    try {
      head.set(bytesAt(fd, 0, head.length));
    } finally {
      closeSync(fd);
    }
    return head;
  } catch {
    return undefined;
  }
}

/** Magic numbers of ELF and Mach-O. */
function isBinaryHead([a, b, c, d]: Uint8Array): boolean {
  const isElf = a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46;
  const isMachO = (a === 0xcf && b === 0xfa && c === 0xed && d === 0xfe) || (a === 0xca && b === 0xfe);
  return isElf || isMachO;
}

/** The environment and folder of a launch, for the runtime. */
export function options(launch: Launch): { env: Record<string, string>; cwd?: string } {
  const env = { ...launch.env };
  return launch.cwd === undefined ? { env } : { env, cwd: launch.cwd };
}

/** The same without a terminal: on Windows it would open its own window. */
export function hidden(launch: Launch) {
  return { ...options(launch), windowsHide: true };
}

/** The end of a process in the terms of the runtime. */
export function exitOf(code: number | null, name: NodeJS.Signals | null): Exit {
  if (code !== null) return { code };
  return { signal: name ?? "SIGKILL" };
}

/** The file that receives a child's stderr. */
interface ErrorFile {
  readonly fd: number;
  /** The end of the output. */
  tail(): string;
  /** Empties the file when it is large; returns how many bytes it has dropped. */
  trim(): number;
  /** After the child's end: keeps the tail and closes the file. */
  end(): void;
}

const TAIL_BYTES = 4096;
const TRIM_BYTES = 256 * 1024;
const TRIM_MS = 50;

/**
 * An unnamed file for the stderr of a child; undefined when it cannot be made. It is no pipe: a pipe without a reader,
 * after our death, would kill a child that writes to it, and that child may be renewing a login.
 */
function errorFile(): ErrorFile | undefined {
  let fd: number;
  try {
    const path = join(temporaryFolder(), `.agentlb-stderr-${globalThis.crypto.randomUUID()}`);
    const { O_RDWR, O_CREAT, O_EXCL, O_APPEND } = constants;
    fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0o600);
    try {
      unlinkSync(path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } catch {
    return undefined; // no space, or no folder: then the cause of its end stays unknown
  }
  let kept: string | undefined;
  return {
    fd,
    tail: () => kept ?? tailOf(fd),
    trim() {
      const size = kept === undefined ? sizeOf(fd) : 0;
      if (size <= TRIM_BYTES) return 0;
      ftruncateSync(fd, 0);
      return size;
    },
    end() {
      if (kept !== undefined) return;
      kept = tailOf(fd);
      closeSync(fd);
    },
  };
}

function tailOf(fd: number): string {
  try {
    const size = sizeOf(fd);
    const bytes = new Uint8Array(Math.min(size, TAIL_BYTES));
    const length = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch {
    return "";
  }
}

function sizeOf(fd: number): number {
  return fstatSync(fd).size;
}
