import { Failure } from "../text/failure.ts";
import { type Entry, NONE } from "./entry.ts";

/** The changes of installs to one path of a skill's folder. */
export interface Trace {
  /** From the skill's folder: "scripts/cap". */
  readonly path: string;
  /** The entry before the first install. */
  readonly before: Entry;
  /** The entries that our installs put there, newest last; after an interrupted one any of them may be there. */
  readonly ours: readonly Entry[];
}

/** The changes to a skill's folder, written before any of them is made. */
export interface InstallRecord {
  /** Version of the program that wrote it. */
  readonly version: string;
  /** In the order of installation. */
  readonly traces: readonly Trace[];
}

const SCHEMA = "agentlb.skill/1";

/** The text of `.agentlb/install.json`. */
export function renderRecord({ version, traces }: InstallRecord): string {
  const files = traces.map(({ path, before, ours }) => ({
    path,
    before: rendered(before),
    ours: ours.map(rendered),
  }));
  return `${JSON.stringify({ schema: SCHEMA, version, files }, undefined, 2)}\n`;
}

/** Parses it; `path` is for the message. Throws Failure for a text that no install of ours wrote. */
export function parseRecord(text: string, path: string): InstallRecord {
  try {
    const { schema, version, files } = JSON.parse(text);
    if (schema !== SCHEMA || typeof version !== "string" || !Array.isArray(files)) {
      throw new Error("not ours");
    }
    return { version, traces: files.map(traceIn) };
  } catch (error) {
    throw new Failure("failed", `Cannot read ${path}, which tells what was installed`, {
      cause: error,
      hint: "what was there before lies beside it, as <name>.before",
    });
  }
}

/** Matches the paths that an install may change, in their one accepted form. */
const OURS = /^(?:SKILL\.md|scripts\/\w[\w.-]*)$/;

function traceIn(file: { path?: unknown; before?: unknown; ours?: unknown }): Trace {
  if (typeof file.path !== "string" || !OURS.test(file.path) || !Array.isArray(file.ours)) {
    throw new Error("path");
  }
  return { path: file.path, before: entryIn(file.before), ours: file.ours.map(entryIn) };
}

function rendered(entry: Entry): unknown {
  return entry.kind === "file" ? { ...entry, mode: entry.mode.toString(8).padStart(4, "0") } : entry;
}

function entryIn(value: unknown): Entry {
  const { kind, sha256, mode, target } = value as Record<string, unknown>;
  if (kind === "none") return NONE;
  if (kind === "link" && typeof target === "string") return { kind, target };
  if (kind !== "file" || typeof sha256 !== "string" || typeof mode !== "string") throw new Error("entry");
  return { kind, sha256, mode: Number.parseInt(mode, 8) };
}
