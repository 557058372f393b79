import type { Hindrance } from "../../core/pick/hindrance.ts";
import type { Policy } from "../../core/pick/policy.ts";
import type { Mode } from "../../core/pick/policies/scored_candidate.ts";
import type { Terms } from "../../core/pick/score.ts";
import type { Change } from "../../core/pick/why.ts";
import type { Shell } from "../../core/shell/quote.ts";
import type { Outcome } from "../../core/simulation/world.ts";
import { jsonText } from "./json.ts";

/** What `agentlb pick --json` prints: the session that was picked. */
export interface PickOutput {
  readonly schema: "agentlb.pick/1";
  /** The user's name for it. */
  readonly alias: string;
  /** Its `CODEX_HOME`, an absolute path. */
  readonly home: string;
  /** What the pick rests on. */
  readonly reason: "most left" | "back first" | "next in turn" | "last" | "asked for";
  /** The policy that ranked it; only for "most left", like the figure, the score and its terms. */
  readonly policy?: Policy | undefined;
  /** The policy's figure. */
  readonly figure?: number | undefined;
  /** The documented score. */
  readonly score?: number | undefined;
  /** The terms of the score. */
  readonly terms?: Terms | undefined;
  /** The time when a used-up session comes back, RFC 3339; only for "back first". */
  readonly comesBackAt?: string | undefined;
}

/** What `--print-command --json` prints: the command that would run a session. */
export interface CommandOutput {
  readonly schema: "agentlb.command/1";
  /** The session. */
  readonly alias: string;
  /** Its `CODEX_HOME`, an absolute path; the command needs it in its environment. */
  readonly home: string;
  /** The program and its arguments. */
  readonly argv: readonly string[];
  /** The shell that the text is for. */
  readonly shell: Shell;
  /** The whole command, with its `CODEX_HOME`, for the `eval` of that shell. */
  readonly text: string;
}

/** What `agentlb why --json` prints: what a pick made now would rest on. */
export interface WhyOutput {
  readonly schema: "agentlb.why/1";
  /** The policy in use. */
  readonly policy: Policy;
  /** The mode that the policy "adaptive" is in. */
  readonly mode?: Mode | undefined;
  /** The alias that would be picked; null when none may be picked. */
  readonly picked: string | null;
  /** The used-up session that would be taken then. */
  readonly comesBackFirst?: string | undefined;
  /** The binding of this folder. */
  readonly bound?: BoundSessions | undefined;
  /** All sessions that may be asked for here. */
  readonly sessions: readonly JudgedSession[];
  /** The smallest changes that lead to another pick. */
  readonly changes: readonly Change[];
}

/** A folder and the only sessions that are used there. */
export interface BoundSessions {
  /** An absolute path. */
  readonly folder: string;
  /** Aliases. */
  readonly sessions: readonly string[];
}

/** One session, judged: it may be picked, or not. */
export type JudgedSession = PickableSession | RefusedSession;

/** A session that may be picked. */
export interface PickableSession {
  readonly alias: string;
  readonly eligible: true;
  /** The documented score. */
  readonly score: number;
  /** Percent left of its limits: 0 to 100. */
  readonly usage: number;
  /** The terms of the score. */
  readonly terms: Terms;
  /** In words. */
  readonly reason: string;
  /** Turns under way, and sessions started without a thread yet. */
  readonly activeTurns: number;
  /** The time of its last pick, epoch milliseconds; absent when it was never picked. */
  readonly lastSelectedMs?: number | undefined;
  /** The number of the last pick. */
  readonly pickSeq: number;
  /** It has no limits: every turn costs money, or may. */
  readonly isPaid?: true | undefined;
  /** Turns go to another provider of models than OpenAI. */
  readonly hasOwnProvider?: true | undefined;
  /** The policy's figure: the highest is picked. */
  readonly figure?: number | undefined;
}

/** A session that may not be picked. */
export interface RefusedSession {
  readonly alias: string;
  readonly eligible: false;
  /** Percent left of its limits: 0 to 100. */
  readonly usage: number;
  /** In words why not. */
  readonly reason: string;
  /** The kind of the reason. */
  readonly kind: Hindrance;
  /** The time when a used-up session comes back, epoch milliseconds, if known. */
  readonly comesBackMs?: number | undefined;
  /** It has no limits: every turn costs money, or may. */
  readonly isPaid?: true | undefined;
  /** Turns go to another provider of models than OpenAI. */
  readonly hasOwnProvider?: true | undefined;
  /** True when credits can pay for a used-up account at once. */
  readonly onCredits?: boolean | undefined;
  /** The kind of reason why the last try gave no newer reading. */
  readonly fault?: string | undefined;
  /** True when only the user can change it. */
  readonly final: boolean;
}

/** What `agentlb simulate --json` prints. */
export interface SimulationOutput {
  readonly schema: "agentlb.simulation/1";
  /** The random seeds; none for the work of the past. */
  readonly seeds: readonly number[];
  readonly scenarios: readonly SimulatedScenario[];
}

/** One workload under every policy. */
export interface SimulatedScenario {
  readonly name: string;
  /** In words. */
  readonly about: string;
  /** The means over all seeds. */
  readonly means: readonly PolicyMeans[];
  /** The figures of each seed. */
  readonly trials: readonly {
    /** Null for the work of the past. */
    readonly seed: number | null;
    /** The most work that could have been served, with perfect foresight. */
    readonly bound: number;
    readonly outcomes: readonly (Outcome & { readonly policy: string })[];
  }[];
}

/** The means of one policy. */
export interface PolicyMeans {
  /** A policy, or one of the references beside them. */
  readonly policy: string;
  /** Percent of the work that was asked for. */
  readonly servedPercent: number;
  /** Percent of the upper bound. */
  readonly boundPercent: number;
  /** Turns cut short by a full window. */
  readonly blocked: number;
  /** Those of them that another account could have finished at that moment. */
  readonly avoidable: number;
  /** Avoidable ones, compared with those of the documented score; absent when that has none. */
  readonly avoidablePercentOfDocumented?: number | undefined;
  /** Sessions begun anew on another account after a block. */
  readonly switches: number;
}

/** The text of `--print-command --json`. */
export function commandJson(command: Omit<CommandOutput, "schema">): string {
  return jsonText<CommandOutput>({ schema: "agentlb.command/1", ...command });
}
