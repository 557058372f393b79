import type { RolloutFacts } from "../codex/threads/rollout_facts.ts";

/** A Codex conversation: the facts of its rollout, and where it lives. */
export interface Thread extends RolloutFacts {
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
  /** True when a Codex process has it open. */
  readonly isOpen: boolean;
  readonly isArchived: boolean;
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
