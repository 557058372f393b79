/** Compares the files of a user with what they were and what they should become. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import type { Result } from "../../../rig/result.ts";
import { type Fault, plainName, type Versions } from "./calls.ts";

/** The content of each file by its path below the folder; of a folder "/", of a link its target. */
export type Snapshot = ReadonlyMap<string, string>;

/** Temporary files of writers. */
export const TEMPORARY = /(^|\/)\.[^/]+\.[0-9a-f]{16}\.tmp$/;

/** All below a folder, without locks and temporary files, times and processes made alike. */
export function snapshot(folder: string, isLeftOut: RegExp = /^work(\/|$)/): Snapshot {
  const found = new Map<string, string>();
  const walk = (path: string) => {
    for (const name of readdirSync(path)) {
      const inner = join(path, name);
      const key = relative(folder, inner);
      if (isLeftOut.test(key) || TEMPORARY.test(key) || key.endsWith(".lock")) continue;
      const stat = lstatSync(inner);
      if (stat.isDirectory()) {
        found.set(plainName(key), "/");
        walk(inner);
      } else if (stat.isSymbolicLink()) found.set(plainName(key), `-> ${readlinkSync(inner)}`);
      else found.set(plainName(key), plainText(readFileSync(inner, "utf8")));
    }
  };
  walk(folder);
  return found;
}

function plainText(text: string): string {
  return plainName(text)
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?/g, "@")
    .replaceAll(/("(?:pid|start|startTime|pgid)": *)("\d+"|\d+)/g, "$1*")
    .replaceAll(/"email": *"[^"]*",\s*/g, "") // for people, and left out when it can't be read
    .replaceAll(/("prints": *)"[^"]+"/g, '$1"*"')
    .replaceAll(/\b\d{10,19}\b/g, "*");
}

/** The temporary files below a folder. */
export function temporaries(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => TEMPORARY.test(path));
}

/** The versions of files below a folder as a snapshot has them. */
export function plainVersions(versions: Versions, folder: string): Outcome["meanwhile"] {
  return new Map(Array.from(versions, ([path, texts]) => {
    const all = Array.from(texts, (text) => text === undefined ? undefined : plainText(text));
    return [plainName(relative(folder, path)), new Set(all)];
  }));
}

const WORDS: Readonly<Record<Exclude<Fault, "SIGKILL">, RegExp>> = {
  ENOSPC: /ENOSPC|no space left/i,
  EIO: /EIO\b|input\/output error|i\/o error/i,
  EDQUOT: /EDQUOT|quota|\b-?122\b/i,
  EROFS: /EROFS|read-only/i,
  EACCES: /EACCES|permission denied|PermissionDenied/i,
  short: /bytes were written|could be written/,
};

export interface Outcome {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** What files are for a while when nothing goes wrong, by their path below the folder. */
  readonly meanwhile?: ReadonlyMap<string, ReadonlySet<string | undefined>>;
  readonly found: Snapshot;
  readonly fault: Fault;
  readonly result: Result;
  readonly temporaries: readonly string[];
}

/** What must never be after a fault, a line each. */
export function faultsOf(outcome: Outcome): string[] {
  const { before, after, found, fault, result: { code, stderr }, meanwhile } = outcome;
  const wrong: string[] = [];
  const keys = new Set([...before.keys(), ...after.keys(), ...found.keys()]);
  for (const key of keys) {
    const [old, young, now] = [before.get(key), after.get(key), found.get(key)];
    // The generation before is a convenience: between its removal and the next one there is none.
    const mayLack = key.endsWith(".prev") && now === undefined;
    const isWhole = now === old || now === young || mayLack || meanwhile?.get(key)?.has(now) === true;
    if (!isWhole) {
      wrong.push(`${key} is neither the old nor the new one: ${shown(now)}`);
    } else if (code === 0 && now !== young && !mayLack) {
      wrong.push(`${key} was lost, and the command succeeded`);
    }
  }
  if (fault === "SIGKILL") return wrong;
  if (code !== 0 && !WORDS[fault].test(stderr)) wrong.push(`the failure does not say why: ${shown(stderr)}`);
  if (/^\s+at .*:\d+:\d+\)?$/m.test(stderr)) wrong.push(`the failure is a stack: ${shown(stderr)}`);
  if (code === null) wrong.push(`it ended by a signal: ${shown(stderr)}`);
  return [...wrong, ...outcome.temporaries.map((path) => `${path} is left behind`)];
}

function shown(text: string | undefined): string {
  return text === undefined ? "it is gone" : JSON.stringify(text.slice(0, 300));
}
