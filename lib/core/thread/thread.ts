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
  /** The path of its rollout. */
  readonly rollout: string;
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
  /** The number of its turns in this home. */
  readonly turns: number;
}
