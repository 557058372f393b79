import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the fake `codex` does, as JSON in `fake-codex.json` of its home; read anew at every step. */
export interface Script {
  /** What it says to `--version`; the truth about the real one unless given. Being asked is no start. */
  readonly version?: string;
  /** Anything that is neither `login` nor `app-server`. */
  readonly run?: Act;
  readonly login?: LoginAct;
  /** Instead of what `login status` says by itself. */
  readonly status?: Act;
  readonly appServer?: AppServerScript;
}

/** One plain run: steps in this order. */
export interface Act {
  /** Signals that are noted and otherwise ignored. */
  readonly ignore?: readonly string[];
  /** Threads kept open (their lock files held) to the end of the process. */
  readonly threads?: readonly string[];
  readonly stdout?: string;
  readonly stderr?: string;
  /** Copies stdin to stdout until its end. */
  readonly echo?: boolean;
  readonly sleepMs?: number;
  /** Goes on when this file of the home exists. */
  readonly holdUntil?: string;
  /** Dies by this signal. */
  readonly signal?: string;
  readonly exit?: number;
}

export interface LoginAct extends Act {
  /** Whose made-up auth file is written after the steps above; nothing is written when `exit` is not 0. */
  readonly account?: string;
  /** Where that login would be refreshed. */
  readonly issuer?: string;
  /** Written as auth.json instead. */
  readonly authFile?: string;
}

/** An answer of the app-server; a list is used up one by one, its last one stays. */
export interface Reply {
  readonly delayMs?: number;
  readonly holdUntil?: string;
  readonly hang?: boolean;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface AppServerScript {
  /** Written to stdout before anything else, one line each, as they are. */
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
    /** When: at start, on receipt of a request, or so many ms after the start. */
    readonly at: "start" | "initialize" | "limits" | number;
    readonly exit?: number;
    readonly signal?: string;
  };
  /** "eof" or signals: noted and otherwise ignored. */
  readonly ignore?: readonly string[];
  /** Between end-of-file and exit. */
  readonly lingerMs?: number;
}

export const SCRIPT_FILE = "fake-codex.json";
/** Lines in a file of this name (put there by a rename) are said by a running app-server, which removes it. */
export const SAY_FILE = "fake-codex.say";
/** All that happened to fakes of one folder, one JSON record a line. */
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
