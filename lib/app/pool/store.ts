import { basename, dirname, join } from "node:path";
import { Failure, unreadableWords } from "../../core/text/failure.ts";
import { fieldsOf, type JsonMap, parseJson, renderJson } from "../../core/pool/python/json.ts";
import type { Report } from "../../core/pool/python/numbers.ts";
import { localTime } from "../../core/pool/python/whole.ts";
import { offsetAt } from "../../core/pool/python/zone.ts";
import { printable } from "../../core/text/printable.ts";
import { makeFolders } from "../../io/files/folders.ts";
import { kindOf, readUtf8, resolvedPath } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { putAside, replaceFile, sweepTemporaries } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import type { PoolSettings } from "./load.ts";

type HostPart = Pick<Host, "clock" | "env" | "err" | "random" | "system">;
type Where = Pick<PoolSettings, "stateFile">;

/** A state under its lock. */
export interface OpenState {
  /** All keys in order; changes are written. */
  readonly state: JsonMap;
  /** The current time as written to the state. */
  readonly now: string;
  /** Reports each unreadable number once. */
  readonly report: Report;
}

interface ChangeOptions {
  /** Also removes temporary files of killed writers. */
  readonly sweeps?: boolean;
}

const LOCK_TIMEOUT_MS = 60_000;

/**
 * Reads the state, applies `change` and writes it, under the lock that the predecessor also takes. A corrupt state is
 * put aside and replaced by the previous generation, or by an empty state, because callers that start teams must be
 * able to continue. A state that cannot be opened is an error, because it may be intact.
 */
export async function changeState<T>(
  host: HostPart,
  { stateFile }: Where,
  change: (open: OpenState) => T | Promise<T>,
  { sweeps = false }: ChangeOptions = {},
): Promise<T> {
  const target = resolvedPath(stateFile);
  return await locked(host, stateFile, target, async () => {
    const { state, isRecovered } = readState(host, target);
    const said = new Set<string>();
    const report = (problem: string) => {
      if (said.has(problem)) return;
      said.add(problem);
      host.err(`⚠️ ${printable(target, 4096)}: ${printable(problem, 4096)}, taken as 0\n`);
    };
    const result = await change({ state, now: nowText(host), report });
    if (sweeps) sweepTemporaries(dirname(target), host.clock.now());
    replaceFile(target, `${renderJson(state)}\n`, { durable: "file", keepPrevious: !isRecovered });
    return result;
  });
}

/** Locks the state under the names of the link and its target, because callers may use either. */
async function locked<T>(
  host: HostPart,
  stateFile: string,
  target: string,
  work: () => Promise<T>,
): Promise<T> {
  makeFolders(dirname(stateFile));
  makeFolders(dirname(target));
  const lock = `${join(resolvedPath(dirname(stateFile)), basename(stateFile))}.lock`;
  const second = `${target}.lock`;
  const inner = lock === second ? work : () => withLock(host, second, work, LOCK_TIMEOUT_MS);
  return await withLock(host, lock, inner, LOCK_TIMEOUT_MS);
}

function readState(
  host: HostPart,
  target: string,
): { readonly state: JsonMap; readonly isRecovered: boolean } {
  const kind = kindOf(target);
  if (kind !== undefined && kind !== "file") throw unusable(target, "it is not a regular file");
  const { state, problem } = parsedState(target);
  if (problem === undefined) return { state: state ?? new Map(), isRecovered: false };
  const previous = parsedState(`${target}.prev`).state;
  const aside = putAside(target, host.clock.now());
  const how = previous === undefined
    ? "with no good generation before it counts and rotation start anew"
    : "going on from the generation before it";
  host.err(`⚠️ ${printable(target, 4096)}: ${problem}; kept as ${printable(aside, 4096)}, ${how}\n`);
  return { state: previous ?? new Map(), isRecovered: true };
}

/** Parses a state file: a state, neither for a missing file, or a problem. Throws Failure if it is unreadable. */
function parsedState(path: string): { readonly state?: JsonMap; readonly problem?: string } {
  let text: string | undefined;
  try {
    text = readUtf8(path, MOST_BYTES.table);
  } catch (error) {
    if (error instanceof TypeError) return { problem: "it is not valid UTF-8" };
    throw unusable(path, unreadableWords(error));
  }
  if (text === undefined) return {};
  try {
    const value = parseJson(text);
    const state = fieldsOf(value);
    return state === undefined ? { problem: "it is no JSON object" } : { state };
  } catch {
    return { problem: text.trim() === "" ? "it is empty" : "it is no JSON" };
  }
}

/** The current local time, from the zone file: the runtimes need milliseconds to load the time zone. */
function nowText({ clock, env, system }: HostPart): string {
  const now = clock.now();
  const zone = system.zoneFile(env.TZ);
  return localTime(now, zone === undefined ? undefined : offsetAt(zone, now / 1000));
}

function unusable(path: string, why: string): Failure {
  return new Failure("failed", `❌ cannot use the state file ${printable(path, 4096)}: ${printable(why)}`, {
    verbatim: true,
  });
}
