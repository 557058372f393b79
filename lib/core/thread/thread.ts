import type { TurnEnd } from "../codex/rollout.ts";

/** A Codex conversation as its rollout tells it. Times are epoch milliseconds. */
export interface Thread {
  /** The id that Codex gave it, a UUID. */
  readonly id: string;
  /** The name that the user gave it in Codex. */
  readonly name: string | undefined;
  /** The session it lives in; undefined = the user's own home. */
  readonly alias: string | undefined;
  /** Its `CODEX_HOME`. */
  readonly home: string;
  /** Other sessions that have the same rollout, because their folder of rollouts is a link. */
  readonly alsoIn: readonly string[];
  /** The path of its rollout. */
  readonly rollout: string;
  /** The folder of its last turn. */
  readonly cwd: string;
  /** The account it was begun with; undefined = not recorded. */
  readonly workspace: string | undefined;
  readonly user: string | undefined;
  /** The kind of client that began it, as Codex writes it: "cli", "exec", "vscode", … */
  readonly source: string;
  /** The first message of the user, shortened. */
  readonly firstWords: string;
  readonly begunAt: number;
  readonly lastAt: number;
  /** True when a Codex process has it open. */
  readonly isOpen: boolean;
  readonly isArchived: boolean;
  /** The last turn; its end is "limit" at the marker of a clean boundary after a used-up limit. */
  readonly lastTurn: { readonly at: number; readonly end: TurnEnd } | undefined;
  /** The known end of the limit that ended its last turn. */
  readonly limitUntil: number | undefined;
  /** The number of its turns, as far as its rollout was read: the middle of a long one is counted on demand. */
  readonly turns: number;
}

/** The turns of a thread that the login of one home did. */
export interface TurnShare {
  /** Undefined = the user's own Codex. */
  readonly alias: string | undefined;
  /** The email of the login that the home has now. */
  readonly email: string | undefined;
  readonly turns: number;
}
