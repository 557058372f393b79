import { exhaustionOf, exhaustionWords } from "./exhaustion.ts";
import { type Hindrance, HINDRANCES } from "./hindrance.ts";
import { isWithoutLimits, probeResultIn } from "../codex/reasons.ts";
import type { Mode } from "./policies/scored_candidate.ts";
import { type Policy, rank } from "./policy.ts";
import {
  compareEligible,
  type Eligible,
  type Ineligible,
  judge,
  type ScoreInput,
  type Verdict,
} from "./score.ts";
import type { ScoreSettings } from "./settings.ts";
import { type Gauges, gaugesOf } from "../quota/windows.ts";

/** The user's rules for one alias: `[alias.<name>]`, and the pause. */
export interface AliasRules {
  /** Percent: once a window has no more left than this, the session is picked only when all others are exhausted. */
  readonly reserve: number;
  /** Sessions with a higher priority are picked first while they have anything left. */
  readonly priority: number;
  /** The session is not picked while this many are open in it. */
  readonly maxOpen: number | undefined;
  readonly isPaused: boolean;
}

/** A candidate with its rules; `openSessions` counts its open threads, leases and reservations. */
export interface Candidate extends ScoreInput {
  readonly rules?: AliasRules;
  readonly openSessions?: number;
  /** It has no status entry yet; its status is empty. */
  readonly isMissing?: boolean;
}

/** The policy of a decision and its options. */
export interface DecisionOptions {
  readonly policy: Policy;
  /** The alias that is picked whenever it is eligible. */
  readonly prefer?: string;
  readonly mode?: Mode;
  /** Picks exhausted accounts like any other, by the bare score. Only a simulation sets it. */
  readonly ignoreExhaustion?: boolean;
}

/** The pick and the verdict on every candidate. */
export interface Decision {
  readonly verdicts: readonly Verdict[];
  readonly winner: Eligible | undefined;
  /** When all are exhausted: the usable session that comes back first. */
  readonly comesBackFirst: Ineligible | undefined;
  /** When there is neither: the sessions to take in turn; empty when all of them are full. */
  readonly inTurn: readonly string[];
  /** The policy's figure of each eligible alias. */
  readonly figures: ReadonlyMap<string, number>;
  readonly mode: Mode | undefined;
}

/** Decides among sessions: the one function that picks, for commands, tables, explanations and simulations. */
export function decide(
  candidates: readonly Candidate[],
  nowMs: number,
  settings: ScoreSettings,
  options: DecisionOptions,
): Decision {
  const leases = sharedLeases(candidates);
  const judged = candidates.map((each) =>
    judgedOf(each, leases.get(each.alias) ?? 0, nowMs, settings, options)
  );
  const field: EligibleCandidate[] = [];
  const verdicts = judged.map((each, index) => {
    const eligible = eligibleCandidateOf(candidates[index]!, each, options);
    if (eligible === undefined) return each.verdict;
    field.push(eligible);
    return eligible.verdict;
  });
  const { figures, mode } = rank(options.policy, field, nowMs, options.mode);
  const figureOf = new Map(field.map(({ candidate }, index) => [candidate.alias, figures[index] ?? 0]));
  const figure = ({ verdict: { alias } }: EligibleCandidate) => figureOf.get(alias) ?? 0;
  const order = (a: EligibleCandidate, b: EligibleCandidate) =>
    compareCandidates(a, b, options, figure(a), figure(b));
  const first = field.reduce<EligibleCandidate | undefined>(
    (best, each) => best === undefined || order(each, best) < 0 ? each : best,
    undefined,
  );
  return {
    verdicts,
    winner: first?.verdict,
    ...first === undefined ? fallbacks(judged) : { comesBackFirst: undefined, inTurn: [] },
    figures: figureOf,
    mode,
  };
}

/** A candidate that may be picked, with its verdict. */
export interface EligibleCandidate {
  readonly candidate: Candidate;
  readonly verdict: Eligible;
  readonly gauges: Gauges;
}

/** The verdict on a candidate, its windows now, and true when its limit of open sessions is reached. */
export interface Judged {
  readonly verdict: Verdict;
  readonly gauges: Gauges;
  readonly isFull: boolean;
}

/** Judges one candidate; `leases` count against it. A part of `decide`. */
export function judgedOf(
  candidate: Candidate,
  leases: number,
  nowMs: number,
  settings: ScoreSettings,
  options: DecisionOptions,
): Judged {
  const { alias } = candidate;
  const gauges = gaugesOf(candidate.status.rateLimits, nowMs);
  const verdict: Verdict = candidate.isMissing
    ? { alias, eligible: false, usage: 0, reason: "missing status", kind: "missing", final: false }
    : judge(leases === candidate.leases ? candidate : { ...candidate, leases }, nowMs, settings, gauges);
  const result = probeResultIn(candidate.status.lastProbeResult);
  const isPaid = settings.paid !== "ranked" && result !== undefined && isWithoutLimits(result);
  const hasOwnProvider = result?.kind === "noLoginNeeded";
  const paid = isPaid ? { isPaid, ...(hasOwnProvider ? { hasOwnProvider } : {}) } : {};
  const judged = {
    gauges,
    ...admit(candidate, isPaid ? { ...verdict, ...paid } : verdict, gauges, nowMs, options),
  };
  if (settings.paid !== "never") return judged;
  const { isFull, verdict: { onCredits: _, ...free } } = judged as Judged & { verdict: Ineligible };
  return {
    gauges,
    isFull,
    verdict: isPaid
      ? refuse(verdict, "paid", hasOwnProvider ? "may cost money" : "costs money")
      : free as Verdict,
  };
}

/** The candidate with its verdict when it may be picked, else undefined. A part of `decide`. */
export function eligibleCandidateOf(
  candidate: Candidate,
  { verdict, gauges }: Judged,
  options: DecisionOptions,
): EligibleCandidate | undefined {
  if (!verdict.eligible) return undefined;
  const shown = options.ignoreExhaustion ? verdict : reserved(candidate, verdict, gauges);
  return { candidate, verdict: shown, gauges };
}

/** Compares two eligible candidates for a sort, the one to pick first. A part of `decide`. */
export function compareCandidates(
  a: EligibleCandidate,
  b: EligibleCandidate,
  options: DecisionOptions,
  figureA: number,
  figureB: number,
): number {
  return Number(b.verdict.alias === options.prefer) - Number(a.verdict.alias === options.prefer) ||
    Number(a.verdict.isPaid ?? false) - Number(b.verdict.isPaid ?? false) ||
    Number(a.verdict.reason !== "eligible") - Number(b.verdict.reason !== "eligible") ||
    (b.candidate.rules?.priority ?? 0) - (a.candidate.rules?.priority ?? 0) ||
    figureB - figureA ||
    compareEligible(a.verdict, b.verdict);
}

/**
 * The leases that count against each alias: aliases with one login share an account, so the turns of one count for
 * each of them.
 */
export function sharedLeases(candidates: readonly Candidate[]): ReadonlyMap<string, number> {
  const busy = new Map<string, number>();
  for (const each of candidates) {
    const { account } = each.status;
    if (account === undefined) continue;
    busy.set(account, (busy.get(account) ?? 0) + turnsIn(each) + (each.leases ?? 0));
  }
  return new Map(candidates.map((each) => {
    const total = each.status.account === undefined ? undefined : busy.get(each.status.account);
    return [each.alias, total === undefined ? each.leases ?? 0 : total - turnsIn(each)];
  }));
}

/** The turns under way in the open threads of a candidate. */
export function turnsIn({ status: { activity } }: Candidate): number {
  return Math.max(0, activity.turns ?? activity.activeTurns);
}

/** The verdict once the user's rules and the account's limits are applied. */
function admit(
  { status, rules, openSessions = 0 }: Candidate,
  verdict: Verdict,
  gauges: Gauges,
  nowMs: number,
  { ignoreExhaustion }: DecisionOptions,
): Omit<Judged, "gauges"> {
  const most = rules?.maxOpen ?? Infinity;
  const isFull = openSessions >= most;
  if (rules?.isPaused) return { verdict: refuse(verdict, "paused", "paused"), isFull };
  if (!verdict.eligible && verdict.kind === "login") return { verdict, isFull };
  const exhaustion = ignoreExhaustion ? undefined : exhaustionOf(status, nowMs, gauges);
  // An old reading holds until a known reset, though a newer one may correct it.
  if (exhaustion !== undefined && (verdict.eligible || exhaustion.untilMs !== undefined)) {
    const { untilMs, onCredits } = exhaustion;
    return {
      verdict: {
        ...refuse(verdict, "exhausted", exhaustionWords(exhaustion, nowMs)),
        final: verdict.eligible,
        ...(untilMs === undefined ? {} : { comesBackMs: untilMs }),
        ...(onCredits ? { onCredits } : {}),
      },
      isFull,
    };
  }
  if (isFull) return { verdict: refuse(verdict, "full", `${openSessions} of ${most} sessions open`), isFull };
  return { verdict, isFull };
}

function refuse(
  { alias, usage, isPaid, hasOwnProvider }: Verdict,
  kind: Hindrance,
  reason: string,
): Ineligible {
  return {
    alias,
    eligible: false,
    usage,
    reason,
    kind,
    ...(isPaid ? { isPaid } : {}),
    ...(hasOwnProvider ? { hasOwnProvider } : {}),
    final: true,
  };
}

function reserved({ rules }: Candidate, verdict: Eligible, gauges: Gauges): Eligible {
  const { short, long } = gauges;
  const reserve = rules?.reserve ?? 0;
  const isReserved = (short !== undefined && short.left <= reserve) ||
    (long !== undefined && long.left <= reserve);
  return isReserved ? { ...verdict, reason: "in reserve" } : verdict;
}

/** Fallbacks when no session is eligible: plans before what costs money. */
function fallbacks(judged: readonly Judged[]): Pick<Decision, "comesBackFirst" | "inTurn"> {
  const plans = fallbacksAmong(judged.filter(({ verdict }) => !verdict.isPaid));
  if (plans.comesBackFirst !== undefined || plans.inTurn.length > 0) return plans;
  return fallbacksAmong(judged.filter(({ verdict }) => verdict.isPaid));
}

/** All sessions of the first kind of fallback, except full ones. */
function fallbacksAmong(judged: readonly Judged[]): Pick<Decision, "comesBackFirst" | "inTurn"> {
  const refused = judged.flatMap(({ verdict, isFull }) =>
    verdict.eligible || verdict.kind === "paid" ? [] : [{ verdict, isFull, traits: HINDRANCES[verdict.kind] }]
  );
  const first = Math.min(...refused.map(({ traits }) => traits.fallbackOrder));
  const these = refused.filter(({ traits }) => traits.fallbackOrder === first);
  const free = these.filter(({ isFull }) => !isFull).map(({ verdict }) => verdict);
  return these.some(({ traits }) => traits.comesBack)
    ? { comesBackFirst: firstBack(free), inTurn: [] }
    : { comesBackFirst: undefined, inTurn: free.map(({ alias }) => alias) };
}

/** The first session with credits, else the first to reset, else the first in the list. */
function firstBack(exhausted: readonly Ineligible[]): Ineligible | undefined {
  const back = ({ onCredits, comesBackMs }: Ineligible) => onCredits ? -Infinity : comesBackMs ?? Infinity;
  return exhausted.reduce<Ineligible | undefined>(
    (first, each) => first === undefined || back(each) < back(first) ? each : first,
    undefined,
  );
}
