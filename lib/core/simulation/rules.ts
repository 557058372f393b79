import { type Candidate, decide } from "../pick/decide.ts";
import type { Config } from "../config/config.ts";
import type { LimitWindow } from "../quota/limits.ts";
import type { Mode } from "../pick/policies/scored_candidate.ts";
import { POLICIES, type Policy } from "../pick/policy.ts";
import type { SessionStatus } from "../session/status.ts";
import { BEGIN_MS, statusAt } from "./supervision.ts";
import type { Chooser } from "./world.ts";

/**
 * The references for comparing policies: the next in turn; the documented score as the predecessor computed it, without
 * turns and resets; the documented score in full. None of them avoids exhausted accounts.
 */
export const REFERENCES = ["round-robin", "predecessor", "documented"] as const;
export type Reference = typeof REFERENCES[number];

/** A rule for picking: a reference or a policy. */
export type Rule = Reference | Policy;
export const RULES: readonly Rule[] = [...REFERENCES, ...POLICIES];

/** Makes the chooser that picks as the program does, by this rule. */
export function chooserOf(rule: Rule, aliases: readonly string[], settings: Config["sessions"]): Chooser {
  let turn = 0;
  const inTurn = (isUsable: (place: number) => boolean) => {
    const order = aliases.map((_, step) => (turn + step) % aliases.length);
    const place = order.find(isUsable) ?? order[0]!;
    turn = (place + 1) % aliases.length;
    return place;
  };
  if (rule === "round-robin") return () => inTurn(() => true);

  const isBare = rule === "predecessor" || rule === "documented";
  const policy = isBare ? "score" : rule;
  const memory: Memory[] = aliases.map(() => ({ lastSelectedMs: undefined, pickSeq: 0 }));
  let mode: Mode | undefined;
  let picks = 0;
  return (watches, nowMs) => {
    const candidates = watches.map((watch, place): Candidate => {
      const common = { alias: aliases[place]!, ...memory[place]! };
      const status = statusAt(watch, nowMs);
      if (rule === "predecessor") return { ...common, status: unseeing(status) };
      const leases = watch.starting.size;
      return { ...common, status, leases, openSessions: watch.running.size + leases };
    });
    const decision = decide(candidates, BEGIN_MS + nowMs, settings, {
      policy,
      ...(isBare ? { ignoreExhaustion: true } : {}),
      ...(mode === undefined ? {} : { mode }),
    });
    mode = decision.mode ?? mode;
    const alias = (decision.winner ?? decision.comesBackFirst)?.alias;
    const place = alias === undefined
      ? inTurn((place) => decision.inTurn.includes(aliases[place]!))
      : aliases.indexOf(alias);
    memory[place] = { lastSelectedMs: BEGIN_MS + nowMs, pickSeq: ++picks };
    return place;
  };
}

interface Memory {
  readonly lastSelectedMs: number | undefined;
  readonly pickSeq: number;
}

/** The status as the predecessor saw it: without turns and without resets. */
function unseeing(status: SessionStatus): SessionStatus {
  const { limitId, primary, secondary } = status.rateLimits;
  const lasting = (window: LimitWindow | null): LimitWindow | null => {
    if (window === null) return null;
    const { resetsAt: _, ...rest } = window;
    return rest;
  };
  return {
    ...status,
    rateLimits: { limitId, primary: lasting(primary), secondary: lasting(secondary) },
    activity: { activeTurns: 0 },
  };
}
