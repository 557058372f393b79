import { exhaustionOf, exhaustionWords } from "./exhaustion.ts";
import { type Hindrance, HINDRANCES } from "./hindrance.ts";
import { probeResultIn } from "../codex/reasons.ts";
import type { Mode } from "./policies/contender.ts";
import { type Policy, rank } from "./policy.ts";
import {
  type Candidate,
  compareEligible,
  type Eligible,
  type Ineligible,
  judge,
  type Verdict,
} from "./score.ts";
import type { ScoreSettings } from "./settings.ts";
import { type Gauges, gaugesOf } from "../quota/windows.ts";

/** What the user wants of one alias: `[alias.<name>]`, and whether it is paused. */
export interface AliasRules {
  /** Percent: picked only when nobody else has anything left, once a window has no more than this. */
  readonly reserve: number;
  /** Higher ones come first as long as they have something left. */
  readonly priority: number;
  /** With so many sessions open it is not picked. */
  readonly maxOpen: number | undefined;
  readonly isPaused: boolean;
}

/** A candidate with its rules; `openSessions` counts its open threads, leases and reservations. */
export interface Contestant extends Candidate {
  readonly rules?: AliasRules;
  readonly openSessions?: number;
  /** Nobody has looked at it yet: its status is an empty one. */
  readonly isMissing?: boolean;
}

export interface Wish {
  readonly policy: Policy;
  /** Picked whenever it may be. */
  readonly prefer?: string;
  readonly mode?: Mode;
  /** Exhausted accounts are picked like any other, as the bare score would have it. Only a simulation wishes that. */
  readonly ignoreExhaustion?: boolean;
}

/** Who is to be picked, and what there is to say of everybody. */
export interface Decision {
  readonly verdicts: readonly Verdict[];
  readonly winner: Eligible | undefined;
  /** Nobody has anything left: who comes back first of those that may be used. */
  readonly comesBackFirst: Ineligible | undefined;
  /** When there is neither: who may be taken in turn; nobody, when all that is left is full. */
  readonly inTurn: readonly string[];
  /** The policy's figure of each eligible alias. */
  readonly figures: ReadonlyMap<string, number>;
  readonly mode: Mode | undefined;
}

/** Decides among sessions. All that picks, shows, explains or simulates a pick asks this. */
export function decide(
  contestants: readonly Contestant[],
  nowMs: number,
  settings: ScoreSettings,
  wish: Wish,
): Decision {
  const leases = sharedLeases(contestants);
  const judged = contestants.map((each) =>
    judgedOf(each, leases.get(each.alias) ?? 0, nowMs, settings, wish)
  );
  const field: Entry[] = [];
  const verdicts = judged.map((each, index) => {
    const entry = entryOf(contestants[index]!, each, nowMs, wish);
    if (entry === undefined) return each.verdict;
    field.push(entry);
    return entry.verdict;
  });
  const { figures, mode } = rank(wish.policy, field, nowMs, wish.mode);
  const figureOf = new Map(field.map(({ candidate }, index) => [candidate.alias, figures[index] ?? 0]));
  const figure = ({ verdict: { alias } }: Entry) => figureOf.get(alias) ?? 0;
  const order = (a: Entry, b: Entry) => compareEntries(a, b, wish, figure(a), figure(b));
  const first = field.reduce<Entry | undefined>(
    (best, each) => best === undefined || order(each, best) < 0 ? each : best,
    undefined,
  );
  return {
    verdicts,
    winner: first?.verdict,
    ...first === undefined ? standIns(judged) : { comesBackFirst: undefined, inTurn: [] },
    figures: figureOf,
    mode,
  };
}

/** A contestant that may be picked. */
export interface Entry {
  readonly candidate: Contestant;
  readonly verdict: Eligible;
  readonly gauges: Gauges;
}

/** What there is to say of a contestant. */
export interface Judged {
  readonly verdict: Verdict;
  readonly isFull: boolean;
}

/** Judges one contestant; `leases` count against it. A part of `decide`. */
export function judgedOf(
  contestant: Contestant,
  leases: number,
  nowMs: number,
  settings: ScoreSettings,
  wish: Wish,
): Judged {
  const { alias } = contestant;
  const verdict: Verdict = contestant.isMissing
    ? { alias, eligible: false, usage: 0, reason: "missing status", kind: "missing", final: false }
    : judge(leases === contestant.leases ? contestant : { ...contestant, leases }, nowMs, settings);
  const isPaid = settings.paid !== "ranked" &&
    probeResultIn(contestant.status.lastProbeResult)?.kind === "apiKey";
  const judged = admit(contestant, isPaid ? { ...verdict, isPaid } : verdict, nowMs, wish);
  if (settings.paid !== "never") return judged;
  const { isFull, verdict: { onCredits: _, ...free } } = judged as Judged & { verdict: Ineligible };
  return { isFull, verdict: isPaid ? refuse(verdict, "paid", "costs money") : free as Verdict };
}

/** The contestant as one that may be picked, unless it may not. A part of `decide`. */
export function entryOf(
  contestant: Contestant,
  { verdict }: Judged,
  nowMs: number,
  wish: Wish,
): Entry | undefined {
  if (!verdict.eligible) return undefined;
  const gauges = gaugesOf(contestant.status.rateLimits, nowMs);
  const shown = wish.ignoreExhaustion ? verdict : reserved(contestant, verdict, gauges);
  return { candidate: contestant, verdict: shown, gauges };
}

/** Which of two is picked first, by their figures. A part of `decide`. */
export function compareEntries(a: Entry, b: Entry, wish: Wish, figureA: number, figureB: number): number {
  return Number(b.verdict.alias === wish.prefer) - Number(a.verdict.alias === wish.prefer) ||
    Number(a.verdict.isPaid ?? false) - Number(b.verdict.isPaid ?? false) ||
    Number(a.verdict.reason !== "eligible") - Number(b.verdict.reason !== "eligible") ||
    (b.candidate.rules?.priority ?? 0) - (a.candidate.rules?.priority ?? 0) ||
    figureB - figureA ||
    compareEligible(a.verdict, b.verdict);
}

/**
 * The leases of each alias as they count against it: aliases with one login are one account, and what goes on in the
 * others is under way in each.
 */
export function sharedLeases(contestants: readonly Contestant[]): ReadonlyMap<string, number> {
  const busy = new Map<string, number>();
  for (const each of contestants) {
    const { account } = each.status;
    if (account === undefined) continue;
    busy.set(account, (busy.get(account) ?? 0) + turnsIn(each) + (each.leases ?? 0));
  }
  return new Map(contestants.map((each) => {
    const total = each.status.account === undefined ? undefined : busy.get(each.status.account);
    return [each.alias, total === undefined ? each.leases ?? 0 : total - turnsIn(each)];
  }));
}

/** The turns under way in the open threads of one. */
export function turnsIn({ status: { activity } }: Contestant): number {
  return Math.max(0, activity.turns ?? activity.activeTurns);
}

/** The verdict after what the user and the account's limits say. */
function admit(
  { status, rules, openSessions = 0 }: Contestant,
  verdict: Verdict,
  nowMs: number,
  { ignoreExhaustion }: Wish,
): Judged {
  const most = rules?.maxOpen ?? Infinity;
  const isFull = openSessions >= most;
  if (rules?.isPaused) return { verdict: refuse(verdict, "paused", "paused"), isFull };
  if (!verdict.eligible && verdict.kind === "login") return { verdict, isFull };
  const exhaustion = ignoreExhaustion ? undefined : exhaustionOf(status, nowMs);
  // Until a reset that is known even an old reading holds; but a newer one may know better.
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

function refuse({ alias, usage, isPaid }: Verdict, kind: Hindrance, reason: string): Ineligible {
  return { alias, eligible: false, usage, reason, kind, ...(isPaid ? { isPaid } : {}), final: true };
}

function reserved({ rules }: Contestant, verdict: Eligible, gauges: Gauges): Eligible {
  const { short, long } = gauges;
  const reserve = rules?.reserve ?? 0;
  const isReserved = (short !== undefined && short.left <= reserve) ||
    (long !== undefined && long.left <= reserve);
  return isReserved ? { ...verdict, reason: "in reserve" } : verdict;
}

/** Fallbacks when no session is eligible: plans before what costs money. */
function standIns(judged: readonly Judged[]): Pick<Decision, "comesBackFirst" | "inTurn"> {
  const plans = standInsAmong(judged.filter(({ verdict }) => !verdict.isPaid));
  if (plans.comesBackFirst !== undefined || plans.inTurn.length > 0) return plans;
  return standInsAmong(judged.filter(({ verdict }) => verdict.isPaid));
}

/** All of the kind that is tried first, unless they are full. */
function standInsAmong(judged: readonly Judged[]): Pick<Decision, "comesBackFirst" | "inTurn"> {
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

/** Who can pay at once, then who resets first; of those nobody knows anything of, the first. */
function firstBack(exhausted: readonly Ineligible[]): Ineligible | undefined {
  const back = ({ onCredits, comesBackMs }: Ineligible) => onCredits ? -Infinity : comesBackMs ?? Infinity;
  return exhausted.reduce<Ineligible | undefined>(
    (first, each) => first === undefined || back(each) < back(first) ? each : first,
    undefined,
  );
}
