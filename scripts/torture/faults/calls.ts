/** The system calls by which a program changes and reads files, one by one, and their faults, by strace(1). */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TREE } from "../../../rig/codex.ts";
import { finished, killGroup, type Result } from "../../../rig/result.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { runWords } from "../../../test/e2e/support/skill.ts";

const WRITES = ["write", "pwrite64", "writev", "pwritev", "copy_file_range", "sendfile"];
const READS = ["read", "pread64"];
const OTHERS = [
  ...["open", "openat", "creat", "close", "fsync", "fdatasync", "ftruncate", "truncate"],
  ...["rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "symlink", "symlinkat"],
  ...["mkdir", "mkdirat", "rmdir", "chmod", "fchmod", "fchmodat"],
];
const TRACED = [...WRITES, ...READS, ...OTHERS].join(",");

/** What can go wrong at a call: the process is killed before it, it fails, or it writes a part. */
export const FAULTS = ["SIGKILL", "ENOSPC", "EIO", "EDQUOT", "EROFS", "EACCES", "short"] as const;
export type Fault = typeof FAULTS[number];

/** A call that changes or reads a file of the user, the n-th of its name in the main thread. */
export interface Call {
  readonly name: string;
  readonly n: number;
  /** Its file, without random digits and times. */
  readonly path: string;
  /** The number that it returned. */
  readonly returned: number;
  /** How the file was opened. */
  readonly mode: Mode | undefined;
}

type Mode = "read" | "written" | "appended";

/** The words that run `words` under strace, at best with one call that goes wrong. */
export function traced(
  out: string,
  words: readonly string[],
  wrong?: { readonly call: Call; readonly fault: Fault },
): string[] {
  // Only the main thread: there the runtimes make the calls of `node:fs`, and no child is hit in its place.
  const inject = wrong === undefined
    ? []
    : ["-e", `inject=${wrong.call.name}:${injection(wrong)}:when=${wrong.call.n}`];
  return [
    "strace",
    "-qq",
    "-y",
    "-s",
    wrong === undefined ? "1000000" : "8",
    "-o",
    out,
    "-e",
    `trace=${TRACED}`,
    ...inject,
    ...words,
  ];
}

function injection({ call, fault }: { readonly call: Call; readonly fault: Fault }): string {
  if (fault === "SIGKILL") return "signal=SIGKILL";
  return fault === "short" ? `retval=${Math.floor(call.returned / 2)}` : `error=${fault}`;
}

/** Whether a call can go wrong in this way. */
export function canHave({ name, returned, mode }: Call, fault: Fault): boolean {
  if (mode === "read") return fault === "EIO" || (fault === "EACCES" && !READS.includes(name));
  // A made-up return value writes nothing; of what is appended, nobody could know.
  return fault !== "short" || (WRITES.includes(name) && returned > 1 && mode !== "appended");
}

/** Runs a program to its end and returns its calls that change files below `folder`. */
export async function callsOf(
  user: Sandbox,
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly result: Result; readonly calls: Call[]; readonly versions: Versions }> {
  const out = join(user.dir, "calls.txt");
  const result = await runWords(user, traced(out, words), { env });
  const trace = readFileSync(out, "utf8");
  return { result, calls: callsIn(trace, folder), versions: versionsIn(trace) };
}

/** The contents that files had for a while, by their whole path; undefined = there was none. */
export type Versions = ReadonlyMap<string, ReadonlySet<string | undefined>>;

/** The whole contents that a program gave to files by renaming, and the files that it took away. */
export function versionsIn(trace: string): Versions {
  const begun = new Map<string, string>();
  const versions = new Map<string, Set<string | undefined>>();
  const note = (path: string, text: string | undefined) => {
    versions.set(path, (versions.get(path) ?? new Set()).add(text));
  };
  for (const line of trace.split("\n")) {
    if (!/ = \d+/.test(line)) continue;
    const written = /^write\(\d+<([^>]*)>, ("(?:[^"\\]|\\.)*")/.exec(line);
    if (written !== null) {
      const [, path = "", text = ""] = written;
      begun.set(path, (begun.get(path) ?? "") + unquoted(text));
      continue;
    }
    const [, call = "", rest = ""] = /^(rename\w*|link\w*|unlink\w*)\((.*)$/.exec(line) ?? [];
    const [from = "", to = ""] = Array.from(rest.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, path]) => path!);
    if (call.startsWith("unlink")) note(from, undefined);
    else if (call !== "" && begun.has(from)) note(to, begun.get(from));
    if (call.startsWith("rename")) note(from, undefined);
  }
  return versions;
}

/** The text in a quoted string of strace, which writes bytes of no letter in octal. */
function unquoted(text: string): string {
  const bytes: number[] = [];
  const named: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11 };
  for (const [, octal, escaped, plain] of text.slice(1, -1).matchAll(/\\([0-7]{1,3})|\\(.)|([^\\])/g)) {
    if (octal !== undefined) bytes.push(parseInt(octal, 8));
    else bytes.push(escaped === undefined ? plain!.charCodeAt(0) : named[escaped] ?? escaped.charCodeAt(0));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** The calls in a trace that change files below a folder. */
export function callsIn(trace: string, folder: string): Call[] {
  const counts = new Map<string, number>();
  const modes = new Map<string, Mode>();
  const calls: Call[] = [];
  for (const line of trace.split("\n")) {
    const [, name = "", rest = ""] = /^(\w+)\((.*)$/.exec(line) ?? [];
    if (name === "") continue;
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    const words = rest.replaceAll(/AT_FDCWD<[^>]*>/g, "");
    const at = words.indexOf(folder);
    if (at < 0) continue;
    const path = /^[^>"]*/.exec(words.slice(at))![0];
    const opens = /^(open|openat|creat)$/.test(name);
    if (opens && !words.includes("O_DIRECTORY")) modes.set(path, modeOf(name, words));
    const mode = modes.get(path);
    // Of files that are not open here, or only to be read, few calls count.
    if (mode === undefined && (opens || name === "close" || WRITES.includes(name))) continue;
    if (READS.includes(name) && mode === undefined) continue;
    if (!(name === "close" && mode === "read")) {
      const returned = Number(/ = (-?\d+)/.exec(words)?.[1] ?? 0);
      calls.push({ name, n, path: plainName(path), returned, mode });
    }
    if (name === "close") modes.delete(path);
  }
  return calls;
}

function modeOf(name: string, words: string): Mode {
  if (words.includes("O_APPEND")) return "appended";
  return /O_WRONLY|O_RDWR|O_CREAT/.test(words) || name === "creat" ? "written" : "read";
}

/** The call of a trace that was made to go wrong; undefined when it was none of those below the folder. */
export function injectedIn(trace: string, folder: string, fault: Fault): string | undefined {
  const lines = trace.split("\n").filter((line) => /^\w+\(/.test(line));
  const line = fault === "SIGKILL" ? lines.at(-1) : lines.find((each) => each.includes("(INJECTED)"));
  const words = line?.replaceAll(/AT_FDCWD<[^>]*>/g, "");
  return words?.includes(folder) ? words : undefined;
}

/** A cache of its own for Deno: one that is stopped by a fault keeps its cache locked, and others would wait. */
export const OWN_CACHE = { DENO_DIR: join(TREE, "node_modules/.cache/rig-deno-faults") };

/** How long a program may take that waits for nothing. */
const HANGS_MS = 30_000;

/**
 * Runs a program, one call of which goes wrong; `hit` is the line of that call, undefined when it was another one: how
 * often the event loop of a runtime writes to itself differs.
 */
export async function runWrong(
  user: Sandbox,
  words: readonly string[],
  wrong: { readonly call: Call; readonly fault: Fault },
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly result: Result; readonly hit: string | undefined }> {
  const out = join(user.dir, "wrong.txt");
  rmSync(out, { force: true });
  const [file = "", ...args] = traced(out, words, wrong);
  const child = spawn(file, args, {
    env: { ...user.env, ...env },
    cwd: user.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => killGroup(child.pid), HANGS_MS);
  const result = await finished(child, HANGS_MS);
  clearTimeout(timer);
  const hit = injectedIn(readFileSync(out, "utf8"), folder, wrong.fault);
  return { result: result.signal === null ? result : { ...result, stderr: `${result.stderr}hangs` }, hit };
}

/** A path or a text without what is another each time: random digits, times, processes. */
export function plainName(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{16}\b/g, "*").replaceAll(/-[0-9a-f]{8}\b/g, "-*").replaceAll(
    /\d{8}T?-?\d{6}(\.?\d{3})?Z?(-[0-9a-f]{4,})?/g,
    "@",
  );
}
