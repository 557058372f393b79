import { type Contestant, decide, type Wish } from "./decide.ts";
import { Trials } from "./trials.ts";
import { HINDRANCES } from "./hindrance.ts";
import type { LimitWindow } from "../quota/limits.ts";
import type { Verdict } from "./score.ts";
import type { ScoreSettings } from "./settings.ts";
import { gaugesOf, isShort } from "../quota/windows.ts";

/** What of a session could be otherwise. */
export type Quantity = "short" | "long" | "turns";

/** The smallest change of one quantity that leads to another pick. */
export interface Change {
  readonly alias: string;
  readonly of: Quantity;
  /** Percent left more or less, or turns more or fewer; never 0. */
  readonly by: number;
  /** Who would be picked then; undefined = nobody on merit. */
  readonly then: string | undefined;
}

const MOST_TURNS = 20;

/**
 * What would change a choice: of every session, for each quantity and direction that could matter, the smallest change
 * that makes somebody else be picked. Each step is decided as `decide` would, so that no smaller one does.
 */
export function changesOf(
  contestants: readonly Contestant[],
  nowMs: number,
  settings: ScoreSettings,
  wish: Wish,
): Change[] {
  const field = new Trials(contestants, nowMs, settings, wish);
  const { winner, verdicts } = decide(contestants, nowMs, settings, wish);
  const now = winner?.alias;
  return contestants.flatMap((contestant, index) => {
    if (isOut(verdicts[index])) return [];
    // The one that is picked can only lose by having less, the others only win by having more.
    const sign = contestant.alias === now ? -1 : 1;
    const trials = ([["short", sign], ["long", sign], ["turns", -sign]] as const).map(([of, step]) => {
      for (let size = 1; size <= most(contestant, of, step, nowMs); size++) {
        const change = { alias: contestant.alias, of, by: size * step };
        const then = field.winner(changedOne(contestant, change, nowMs));
        if (then !== now) return { ...change, then };
      }
      return undefined;
    });
    return trials.filter((change) => change !== undefined);
  });
}

/** The contestants as they would be after a change. */
export function changed(
  contestants: readonly Contestant[],
  { alias, of, by }: Pick<Change, "alias" | "of" | "by">,
  nowMs: number,
): Contestant[] {
  return contestants.map((each) => each.alias === alias ? changedOne(each, { of, by }, nowMs) : each);
}

function changedOne(
  contestant: Contestant,
  { of, by }: Pick<Change, "of" | "by">,
  nowMs: number,
): Contestant {
  return of === "turns" ? withTurns(contestant, by) : withLeft(contestant, of, by, nowMs);
}

/** Whether no quantity could make it a candidate. */
function isOut(verdict: Verdict | undefined): boolean {
  return verdict?.eligible === false && !HINDRANCES[verdict.kind].dependsOnQuantity;
}

function most(contestant: Contestant, of: Quantity, step: number, nowMs: number): number {
  if (of === "turns") return step > 0 ? MOST_TURNS : turnsOf(contestant);
  const gauge = gaugesOf(contestant.status.rateLimits, nowMs)[of];
  if (gauge === undefined) return 0;
  return step > 0 ? 100 - gauge.left : gauge.left;
}

function turnsOf({ status: { activity }, leases = 0 }: Contestant): number {
  return Math.max(0, activity.turns ?? activity.activeTurns) + leases;
}

/** More turns have a lease each; fewer end leases first, then turns in open threads. */
function withTurns(contestant: Contestant, by: number): Contestant {
  const { leases = 0, openSessions, status } = contestant;
  const opened = openSessions === undefined ? {} : { openSessions: Math.max(0, openSessions + by) };
  if (leases + by >= 0) return { ...contestant, leases: leases + by, ...opened };
  const { activity } = status;
  const turns = Math.max(0, (activity.turns ?? activity.activeTurns) + leases + by);
  return { ...contestant, leases: 0, ...opened, status: { ...status, activity: { ...activity, turns } } };
}

/** Another share left in the window that counts. */
function withLeft(contestant: Contestant, of: "short" | "long", by: number, nowMs: number): Contestant {
  const { status } = contestant;
  const { rateLimits } = status;
  const left = gaugesOf(rateLimits, nowMs)[of]?.left;
  if (left === undefined) return contestant;
  const set = (window: LimitWindow | null, isFirst: boolean): LimitWindow | null => {
    if (window === null || isShort(window, isFirst) !== (of === "short")) return window;
    const alone = gaugesOf({ ...rateLimits, primary: window, secondary: null }, nowMs);
    if ((alone.short ?? alone.long)?.left !== left) return window;
    const { resetsAt, ...rest } = window;
    const isOpen = resetsAt !== undefined && resetsAt * 1000 > nowMs;
    return { ...rest, usedPercent: 100 - left - by, ...(isOpen ? { resetsAt } : {}) };
  };
  const [primary, secondary] = [set(rateLimits.primary, true), set(rateLimits.secondary, false)];
  return { ...contestant, status: { ...status, rateLimits: { ...rateLimits, primary, secondary } } };
}
