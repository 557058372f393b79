import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The behaviour of the fake `codex`, as JSON in `fake-codex.json` of its home; read again at every step. */
export interface Script {
  /** The output of `--version`; by default that of the real one. It does not count as a start. */
  readonly version?: string;
  /** Commands other than `login` and `app-server`. */
  readonly run?: Act;
  readonly login?: LoginAct;
  /** Replaces the normal output of `login status`. */
  readonly status?: Act;
  readonly appServer?: AppServerScript;
}

/** One plain run: steps in this order. */
export interface Act {
  /** Signals that are recorded and otherwise ignored. */
  readonly ignore?: readonly string[];
  /** Threads kept open (their lock files held) to the end of the process. */
  readonly threads?: readonly string[];
  readonly stdout?: string;
  readonly stderr?: string;
  /** Copies stdin to stdout until end-of-file. */
  readonly echo?: boolean;
  readonly sleepMs?: number;
  /** Waits for this file of the home. */
  readonly holdUntil?: string;
  /** Dies by this signal. */
  readonly signal?: string;
  readonly exit?: number;
}

export interface LoginAct extends Act {
  /** The account of the auth file that is written after the steps above; nothing is written when `exit` is not 0. */
  readonly account?: string;
  /** The refresh endpoint of that login. */
  readonly issuer?: string;
  /** Written as auth.json instead. */
  readonly authFile?: string;
}

/** An answer of the app-server; a list is used up one by one, its last item stays. */
export interface Reply {
  readonly delayMs?: number;
  readonly holdUntil?: string;
  readonly hang?: boolean;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface AppServerScript {
  /** Printed to stdout first, one line each, unchanged. */
  readonly lines?: readonly string[];
  readonly initialize?: Reply & {
    /** Becomes auth.json just before the answer, as after a refresh. */
    readonly renew?: string;
  };
  /** `account/rateLimits/read`. */
  readonly limits?: Reply | readonly Reply[];
  /** `account/read`. */
  readonly account?: Reply | readonly Reply[];
  /** Written after each answer to `account/rateLimits/read`. */
  readonly notifications?: readonly { readonly method: string; readonly params: unknown }[];
  readonly crash?: {
    /** Time: at start, on receipt of a request, or so many ms after the start. */
    readonly at: "start" | "initialize" | "limits" | number;
    readonly exit?: number;
    readonly signal?: string;
  };
  /** "eof" or signals: recorded and otherwise ignored. */
  readonly ignore?: readonly string[];
  /** Delay between end-of-file and exit. */
  readonly lingerMs?: number;
}

export const SCRIPT_FILE = "fake-codex.json";
/** A running app-server prints the lines of a file with this name (put there by a rename) and removes it. */
export const SAY_FILE = "fake-codex.say";
/** All events of the fakes of one folder, one JSON record a line. */
export const RECORD_FILE = "fake-codex.jsonl";

/** The script of a home, else the one beside the program, else an empty one. */
export function readScript(home: string, bin: string): Script {
  for (const folder of [home, bin]) {
    let text: string;
    try {
      text = readFileSync(join(folder, SCRIPT_FILE), "utf8");
    } catch {
      continue;
    }
    return JSON.parse(text);
  }
  return {};
}
