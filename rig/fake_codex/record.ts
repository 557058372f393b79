import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { RECORD_FILE } from "./script.ts";

/** The start of a fake; later records of it have the same `pid`. */
export interface Started {
  readonly event: "started";
  readonly pid: number;
  readonly ppid: number;
  readonly at: number;
  readonly home: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Happened {
  readonly event: "signal" | "request" | "eof" | "exit" | "renewed" | "holding" | "version";
  readonly pid: number;
  readonly at: number;
  readonly home: string;
  /** The signal, the method, the exit code, the file waited for. */
  readonly what?: string;
}

export type FakeRecord = Started | Happened;

/** One whole line per write, so that parallel fakes do not mix. */
export function note(bin: string, record: FakeRecord): void {
  appendFileSync(join(bin, RECORD_FILE), `${JSON.stringify(record)}\n`);
}
