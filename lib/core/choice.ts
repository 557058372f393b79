import type { Config } from "./config.ts";
import { exhaustionOf } from "./exhaustion.ts";
import { type Contender, type Mode, type Policy, rank } from "./policy.ts";
import {
  type Candidate,
  compareEligible,
  type Eligible,
  type Ineligible,
  judge,
  type Verdict,
} from "./score.ts";
import { formatSpan } from "./time.ts";
import { type Gauges, gaugesIn, gaugesOf } from "./windows.ts";

/** What the user wants of one alias: `[alias.<name>]`, and whether it is paused. */
export interface AliasRules {
  /** Percent: picked only when nobody else has anything left, once a window has no more than this. */
  readonly reserve: number;
  /** Higher ones come first as long as they have something left. */
  readonly priority: number;
  /** With so many sessions open it is not picked. */
  readonly maxSessions: number | undefined;
  readonly isPaused: boolean;
}

/** A candidate with its rules; `openSessions` counts its open threads, leases and reservations. */
export interface Contestant extends Candidate {
  readonly rules?: AliasRules;
  readonly openSessions?: number;
}

export interface Wish {
  readonly policy: Policy;
  /** Picked whenever it may be. */
  readonly prefer?: string;
  readonly mode?: Mode;
}

/** Who is to be picked, and what there is to say of everybody. */
export interface Decision {
  readonly verdicts: readonly Verdict[];
  readonly winner: Eligible | undefined;
  /** Nobody has anything left: who comes back first. */
  readonly comesBackFirst: Ineligible | undefined;
  /** The policy's figure of each eligible alias. */
  readonly figures: ReadonlyMap<string, number>;
  readonly mode: Mode | undefined;
}

/** Decides among sessions. All that picks, shows, explains or simulates a pick asks this. */
export function decide(
  contestants: readonly Contestant[],
  nowMs: number,
  settings: Config["sessions"],
  wish: Wish,
): Decision {
  const judged = contestants.map((each) => admit(each, judge(each, nowMs, settings), nowMs));
  const field = judged.flatMap(({ verdict }, index): Entry[] => {
    const contestant = contestants[index]!;
    if (!verdict.eligible) return [];
    const gauges = gaugesOf(contestant.status.rateLimits, nowMs);
    return [{ candidate: contestant, contestant, verdict: reserved(contestant, verdict, gauges), gauges }];
  });
  const { figures, mode } = rank(wish.policy, field, nowMs, wish.mode);
  const figureOf = new Map(field.map(({ contestant }, index) => [contestant.alias, figures[index] ?? 0]));
  const order = (a: Entry, b: Entry) =>
    Number(b.verdict.alias === wish.prefer) - Number(a.verdict.alias === wish.prefer) ||
    Number(a.verdict.reason !== "eligible") - Number(b.verdict.reason !== "eligible") ||
    (b.contestant.rules?.priority ?? 0) - (a.contestant.rules?.priority ?? 0) ||
    (figureOf.get(b.verdict.alias) ?? 0) - (figureOf.get(a.verdict.alias) ?? 0) ||
    compareEligible(a.verdict, b.verdict);
  const first = field.reduce<Entry | undefined>(
    (best, each) => best === undefined || order(each, best) < 0 ? each : best,
    undefined,
  );
  const shown = new Map(field.map(({ verdict }) => [verdict.alias, verdict]));
  return {
    verdicts: judged.map(({ verdict }) => shown.get(verdict.alias) ?? verdict),
    winner: first?.verdict,
    comesBackFirst: first === undefined ? firstBack(judged) : undefined,
    figures: figureOf,
    mode,
  };
}

interface Entry extends Contender {
  readonly contestant: Contestant;
}

interface Judged {
  readonly verdict: Verdict;
  readonly onCredits?: boolean;
}

/** The verdict after what the user and the account's limits say. */
function admit(contestant: Contestant, verdict: Verdict, nowMs: number): Judged {
  if (contestant.rules?.isPaused) return { verdict: refuse(verdict, "paused", "paused") };
  if (!verdict.eligible) return { verdict };
  const exhaustion = exhaustionOf(contestant.status, nowMs);
  if (exhaustion !== undefined) {
    const { untilMs, onCredits } = exhaustion;
    const when = untilMs === undefined ? "" : `, resets in ${formatSpan(untilMs - nowMs)}`;
    const refused = refuse(verdict, "exhausted", `exhausted${when}`);
    return { verdict: untilMs === undefined ? refused : { ...refused, comesBackMs: untilMs }, onCredits };
  }
  const { rules, openSessions = 0 } = contestant;
  if (rules?.maxSessions !== undefined && openSessions >= rules.maxSessions) {
    return { verdict: refuse(verdict, "full", `${openSessions} of ${rules.maxSessions} sessions open`) };
  }
  return { verdict };
}

function refuse({ alias, usage }: Verdict, kind: Ineligible["kind"], reason: string): Ineligible {
  return { alias, eligible: false, usage, reason, kind, final: kind === "paused" || kind === "exhausted" };
}

function reserved({ rules }: Contestant, verdict: Eligible, gauges: Gauges): Eligible {
  const isReserved = gaugesIn(gauges).some(({ left }) => left <= (rules?.reserve ?? 0));
  return isReserved ? { ...verdict, reason: "in reserve" } : verdict;
}

/** Who can pay at once, then who resets first; of those nobody knows anything of, the first. */
function firstBack(judged: readonly Judged[]): Ineligible | undefined {
  const back = ({ verdict, onCredits }: Judged) =>
    onCredits ? -Infinity : (verdict.eligible ? undefined : verdict.comesBackMs) ?? Infinity;
  return judged
    .filter(({ verdict }) => !verdict.eligible && verdict.kind === "exhausted")
    .sort((a, b) => back(a) === back(b) ? 0 : back(a) - back(b))
    .map(({ verdict }) => verdict)
    .find((verdict) => !verdict.eligible);
}
