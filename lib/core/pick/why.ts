import { type Candidate, decide, type DecisionOptions } from "./decide.ts";
import { Trials } from "./trials.ts";
import { HINDRANCES } from "./hindrance.ts";
import type { LimitWindow } from "../quota/limits.ts";
import type { Verdict } from "./score.ts";
import type { ScoreSettings } from "./settings.ts";
import { gaugesOf, isShort } from "../quota/windows.ts";

/** A quantity of a session that a change varies. */
export type Quantity = "short" | "long" | "turns";

/** The smallest change of one quantity that leads to another pick. */
export interface Change {
  readonly alias: string;
  readonly of: Quantity;
  /** Change in percent left or in turns; never 0. */
  readonly by: number;
  /** The alias that would be picked then; undefined = none is eligible. */
  readonly then: string | undefined;
}

const MOST_TURNS = 20;

/**
 * The changes that lead to another pick: for every session, quantity and direction that could matter, the smallest one.
 * Each step is decided as `decide` does, so no smaller change does it.
 */
export function changesOf(
  candidates: readonly Candidate[],
  nowMs: number,
  settings: ScoreSettings,
  options: DecisionOptions,
): Change[] {
  const field = new Trials(candidates, nowMs, settings, options);
  const { winner, verdicts } = decide(candidates, nowMs, settings, options);
  const now = winner?.alias;
  return candidates.flatMap((candidate, index) => {
    if (isOut(verdicts[index])) return [];
    // The picked session can only lose by having less, the others only win by having more.
    const sign = candidate.alias === now ? -1 : 1;
    const trials = ([["short", sign], ["long", sign], ["turns", -sign]] as const).map(([of, step]) => {
      for (let size = 1; size <= most(candidate, of, step, nowMs); size++) {
        const change = { alias: candidate.alias, of, by: size * step };
        const then = field.winner(changedOne(candidate, change, nowMs));
        if (then !== now) return { ...change, then };
      }
      return undefined;
    });
    return trials.filter((change) => change !== undefined);
  });
}

/** The paused sessions that would be picked if they were not paused. */
export function pausedWinners(
  candidates: readonly Candidate[],
  nowMs: number,
  settings: ScoreSettings,
  options: DecisionOptions,
): string[] {
  const field = new Trials(candidates, nowMs, settings, options);
  return candidates.flatMap((candidate) => {
    const { rules } = candidate;
    if (!rules?.isPaused) return [];
    const free = { ...candidate, rules: { ...rules, isPaused: false } };
    return field.winner(free) === candidate.alias ? [candidate.alias] : [];
  });
}

/** The candidates as they would be after a change. */
export function changed(
  candidates: readonly Candidate[],
  { alias, of, by }: Pick<Change, "alias" | "of" | "by">,
  nowMs: number,
): Candidate[] {
  return candidates.map((each) => each.alias === alias ? changedOne(each, { of, by }, nowMs) : each);
}

function changedOne(
  candidate: Candidate,
  { of, by }: Pick<Change, "of" | "by">,
  nowMs: number,
): Candidate {
  return of === "turns" ? withTurns(candidate, by) : withLeft(candidate, of, by, nowMs);
}

/** True when no quantity could make the session eligible. */
function isOut(verdict: Verdict | undefined): boolean {
  return verdict?.eligible === false && !HINDRANCES[verdict.kind].dependsOnQuantity;
}

function most(candidate: Candidate, of: Quantity, step: number, nowMs: number): number {
  if (of === "turns") return step > 0 ? MOST_TURNS : turnsOf(candidate);
  const gauge = gaugesOf(candidate.status.rateLimits, nowMs)[of];
  if (gauge === undefined) return 0;
  return step > 0 ? 100 - gauge.left : gauge.left;
}

function turnsOf({ status: { activity }, leases = 0 }: Candidate): number {
  return Math.max(0, activity.turns ?? activity.activeTurns) + leases;
}

/** Adds a lease for each turn more; removes leases first, then turns in open threads. */
function withTurns(candidate: Candidate, by: number): Candidate {
  const { leases = 0, openSessions, status } = candidate;
  const opened = openSessions === undefined ? {} : { openSessions: Math.max(0, openSessions + by) };
  if (leases + by >= 0) return { ...candidate, leases: leases + by, ...opened };
  const { activity } = status;
  const turns = Math.max(0, (activity.turns ?? activity.activeTurns) + leases + by);
  return { ...candidate, leases: 0, ...opened, status: { ...status, activity: { ...activity, turns } } };
}

/** Changes the percent left of the window that counts. */
function withLeft(candidate: Candidate, of: "short" | "long", by: number, nowMs: number): Candidate {
  const { status } = candidate;
  const { rateLimits } = status;
  const left = gaugesOf(rateLimits, nowMs)[of]?.left;
  if (left === undefined) return candidate;
  const set = (window: LimitWindow | null, isFirst: boolean): LimitWindow | null => {
    if (window === null || isShort(window, isFirst) !== (of === "short")) return window;
    const alone = gaugesOf({ ...rateLimits, primary: window, secondary: null }, nowMs);
    if ((alone.short ?? alone.long)?.left !== left) return window;
    const { resetsAt, ...rest } = window;
    const isOpen = resetsAt !== undefined && resetsAt * 1000 > nowMs;
    return { ...rest, usedPercent: 100 - left - by, ...(isOpen ? { resetsAt } : {}) };
  };
  const [primary, secondary] = [set(rateLimits.primary, true), set(rateLimits.secondary, false)];
  return { ...candidate, status: { ...status, rateLimits: { ...rateLimits, primary, secondary } } };
}
