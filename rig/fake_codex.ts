import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TREE } from "./codex.ts";
import type { FakeRecord, Happened, Started } from "./fake_codex/record.ts";
import { RECORD_FILE, SAY_FILE, type Script, SCRIPT_FILE } from "./fake_codex/script.ts";
import { until } from "./until.ts";

export type { FakeRecord, Happened, Started } from "./fake_codex/record.ts";
export type { Script } from "./fake_codex/script.ts";

/** A fake `codex` in a folder that goes first on PATH. */
export interface FakeCodex {
  readonly program: string;
  /** Sets the script of the fakes of one home, from their next step on. */
  tell(home: string, script: Script): void;
  /** Sets the script of fakes in homes without their own, present or future. */
  tellAll(script: Script): void;
  /** Makes the app-servers of a home print these lines now. */
  say(home: string, lines: readonly string[]): void;
  /** All events so far, oldest first. */
  records(): FakeRecord[];
  started(home?: string): Started[];
  /** The events in a home (or anywhere) with this name, and with `what` if given. */
  happened(event: Happened["event"], filter?: { home?: string; what?: string; pid?: number }): Happened[];
  /** Waits until so many fakes were started. */
  waitForStart(count: number, home?: string, timeoutMs?: number): Promise<Started[]>;
}

/** Puts a program named `codex` (and names of links to it) into `bin`. */
export function installFakeCodex(bin: string, name = "codex"): FakeCodex {
  mkdirSync(bin, { recursive: true });
  const program = join(bin, name);
  writeFileSync(program, wrapper(bin));
  chmodSync(program, 0o755);
  const records = (): FakeRecord[] => {
    const path = join(bin, RECORD_FILE);
    if (!existsSync(path)) return [];
    return readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map((line) =>
      JSON.parse(line)
    );
  };
  const started = (home?: string) =>
    records().filter((record) =>
      record.event === "started" && (home === undefined || record.home === home)
    ) as Started[];
  return {
    program,
    tell: (home, script) => replace(join(home, SCRIPT_FILE), JSON.stringify(script)),
    tellAll: (script) => replace(join(bin, SCRIPT_FILE), JSON.stringify(script)),
    say: (home, lines) => replace(join(home, SAY_FILE), lines.map((line) => `${line}\n`).join("")),
    records,
    started,
    happened: (event, filter = {}) =>
      records().filter((record) =>
        record.event === event && (filter.home === undefined || record.home === filter.home) &&
        (filter.pid === undefined || record.pid === filter.pid) &&
        (filter.what === undefined || (record as Happened).what === filter.what)
      ) as Happened[],
    async waitForStart(count, home, timeoutMs) {
      await until(
        () => started(home).length >= count,
        () => `${count} fakes in ${home ?? "any home"}`,
        timeoutMs,
      );
      return started(home);
    },
  };
}

/** Bun starts four times faster than Node; a `.env` or `bunfig.toml` in the user's folder must not reach it. */
function wrapper(bin: string): string {
  const bun = join(TREE, "node_modules/bun/bin/bun.exe");
  const main = join(TREE, "rig/fake_codex/main.ts");
  return [
    "#!/bin/sh",
    'if [ -n "${BUN_OPTIONS+x}" ]; then export RIG_BUN_OPTIONS="$BUN_OPTIONS"; unset BUN_OPTIONS; fi',
    `exec ${quoted(bun)} --no-env-file --config=/dev/null ${quoted(main)} ${quoted(bin)} "$@"`,
    "",
  ].join("\n");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
