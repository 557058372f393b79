import type { TurnEnd } from "../../core/codex/rollout.ts";
import type { Doubt, Obstacle } from "../../core/thread/continuation.ts";
import type { PromiseState } from "../../core/thread/promise.ts";
import type { ThreadState } from "../../core/thread/words.ts";

/** What `agentlb threads --json` prints: the Codex threads of all sessions, the newest first. */
export interface ThreadsOutput {
  readonly schema: "agentlb.threads/1";
  /** The number of threads that are not in the list; with --all there are none. */
  readonly more: number;
  readonly threads: readonly ListedThread[];
}

/** One thread. */
export interface ListedThread {
  readonly id: string;
  /** The name that the user gave it in Codex. */
  readonly name?: string | undefined;
  /** The session that it lives in; null = the user's own Codex. */
  readonly session: string | null;
  /** Other sessions with the same rollout, because their folder of rollouts is a link. */
  readonly alsoIn?: readonly string[] | undefined;
  /** Its `CODEX_HOME`. */
  readonly home: string;
  /** The path of its rollout. */
  readonly rollout: string;
  /** The folder of the work. */
  readonly cwd: string;
  /** The workspace of the login that it was begun with. */
  readonly workspace?: string | undefined;
  /** The user of the login that it was begun with. */
  readonly user?: string | undefined;
  /** What began it: "cli", "exec", … */
  readonly source: string;
  /** The beginning of its first prompt. */
  readonly firstWords: string;
  /** RFC 3339. */
  readonly begunAt: string;
  /** The time of its last event, RFC 3339. */
  readonly lastAt: string;
  /** How it stands: open in a Codex, or the end of its last turn. */
  readonly state: ThreadState;
  /** True when a Codex has it open. */
  readonly isOpen: boolean;
  readonly isArchived: boolean;
  /** Its last turn. */
  readonly lastTurn?: {
    /** RFC 3339. */
    readonly at: string;
    readonly end: TurnEnd;
  } | undefined;
  /** The reset of the limit that ended its last turn, RFC 3339. */
  readonly limitUntil?: string | undefined;
  readonly turns: number;
  /** The turns that each login did. */
  readonly turnsBy: readonly {
    /** Null = the user's own Codex. */
    readonly session: string | null;
    readonly email?: string | undefined;
    readonly turns: number;
  }[];
}

/** What `agentlb continue --json` prints, on one line, after Codex has ended. */
export interface ContinueOutput {
  readonly schema: "agentlb.continue/1";
  /** The id of the thread. */
  readonly thread: string;
  /** The session; absent = the user's own Codex. */
  readonly alias?: string | undefined;
  /** Its `CODEX_HOME`. */
  readonly home: string;
  /** "went on", or why it did not. */
  readonly result: "went on" | "asked" | Obstacle["why"];
  /** What could not be known, for "asked". */
  readonly doubt?: Doubt | undefined;
  /** The reset, RFC 3339. */
  readonly comesBackAt?: string | undefined;
  /** The exit code of Codex, or the signal that ended it; absent when it was not started. */
  readonly codexEnd?: number | string | undefined;
  /** The exit code of this command, or the signal that ends it. */
  readonly exitCode: number | string;
}

/** What `agentlb waiting --json` prints: the threads that shall go on after a reset. */
export interface WaitingOutput {
  readonly schema: "agentlb.waiting/1";
  readonly promises: readonly ListedPromise[];
  /** What `--forget` did. */
  readonly forgotten?: {
    /** The id of the thread. */
    readonly thread: string;
    /** False when nothing was promised for it. */
    readonly changed: boolean;
  } | undefined;
}

/** One promise to go on with a thread. */
export interface ListedPromise {
  /** The id of the thread. */
  readonly thread: string;
  /** The session; absent = the user's own Codex. */
  readonly alias?: string | undefined;
  /** Its `CODEX_HOME`. */
  readonly home: string;
  /** The folder of the work. */
  readonly cwd: string;
  /** The beginning of its first prompt. */
  readonly firstWords: string;
  readonly state: PromiseState;
  /** The start of the wait, RFC 3339. */
  readonly since: string;
  /** The expected end of the wait, RFC 3339; absent when unknown. */
  readonly until?: string | undefined;
  /** The process that waits, or waited. */
  readonly pid: number;
  /** Starts so far that got nothing done. */
  readonly tries: number;
}
