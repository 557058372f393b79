import type { TurnEnd } from "../codex/rollout.ts";
import type { Promised } from "./promise.ts";

/** The reasons to ask before going on: what ran last can't be known to have ended. */
export type Doubt =
  /** Codex was killed in the middle of a turn. */
  | "killed"
  /** A start was recorded, and nothing shows whether it took place. */
  | "uncertain"
  /** The Codex that ran it leaves no marker at a used-up limit. */
  | "no marker"
  /** The turn was interrupted, or failed for another reason than a limit. */
  | "interrupted";

/** The reasons not to go on. */
export type Obstacle =
  | { readonly why: "off" }
  /** A Codex has the thread open. */
  | { readonly why: "open" }
  /** Another process of ours is at it. */
  | { readonly why: "promised"; readonly pid: number }
  /** The last turn has ended as it should, or there is none. */
  | { readonly why: "done" }
  /** Going on unattended would cost money. */
  | { readonly why: "money" }
  /** Nothing is left, and nobody asked to wait. */
  | { readonly why: "used up"; readonly untilMs: number | undefined }
  /** The wait would be longer than may go on unattended. */
  | { readonly why: "too long"; readonly untilMs: number | undefined }
  | { readonly why: "timed out"; readonly untilMs: number | undefined }
  /** So many starts in a row that got nothing done. */
  | { readonly why: "no progress"; readonly tries: number };

/** The next step of a continuation. */
export type Step =
  | { readonly act: "go" }
  /** Look again at `lookMs` at the latest; `untilMs` = the expected end of the limit. */
  | { readonly act: "wait"; readonly lookMs: number; readonly untilMs: number | undefined }
  | { readonly act: "ask"; readonly doubt: Doubt }
  | { readonly act: "stop"; readonly obstacle: Obstacle };

/** What the account has left, as far as known. */
export interface Left {
  readonly isUsedUp: boolean;
  /** The end of a used-up limit, epoch milliseconds; undefined = unknown. */
  readonly untilMs: number | undefined;
  /** Every turn costs money: an API key. */
  readonly isPaid: boolean;
}

/** All that the next step depends on. Times are epoch milliseconds; Infinity = no limit. */
export interface Facts {
  readonly now: number;
  readonly isOff: boolean;
  readonly isOpen: boolean;
  /** The end of the thread's last turn; undefined = it has none. */
  readonly lastTurn: { readonly at: number; readonly end: TurnEnd } | undefined;
  /** The Codex that ran it marks a turn that a used-up limit ended. */
  readonly leavesMarker: boolean;
  readonly left: Left;
  readonly promise: Promised | undefined;
  /** The process of ours that is at it; undefined = none, or this one. */
  readonly heldBy: number | undefined;
  readonly wish: Wish;
}

/** What the user asked for. */
export interface Wish {
  /** Wait for the reset, and go on again after the next one. */
  readonly waits: boolean;
  /** The user is there: at a terminal, or by an explicit yes. */
  readonly isAttended: boolean;
  /** The user answered that it may go on from this turn's end all the same. */
  readonly confirmedAt: number | undefined;
  /** The start of the wait and its longest duration without the user. */
  readonly since: number;
  readonly unattendedMs: number;
  readonly deadline: number;
}

/** Starts without progress after which it stops. */
export const MOST_TRIES = 3;
/** A turn that was refused although something seemed left is tried again after ten minutes, then after an hour. */
const FIRST_HOLD_MS = 10 * 60_000;
const LATER_HOLD_MS = 60 * 60_000;
/** A reset is given this long after its time: the clock of the service is another one. */
export const SETTLES_MS = 1500;
/** Without a known end it looks again this often. */
const LOOK_MS = 60_000;

/**
 * The next step of going on with a thread. It goes on only from the marker of a clean boundary, or where the user says
 * so, and at most once from one boundary.
 */
export function nextStep(facts: Facts): Step {
  const { now, lastTurn, promise, left, wish } = facts;
  if (facts.isOff) return stop({ why: "off" });
  if (facts.heldBy !== undefined) return stop({ why: "promised", pid: facts.heldBy });
  if (facts.isOpen) return stop({ why: "open" });
  const doubt = wish.confirmedAt === (lastTurn?.at ?? 0) ? undefined : doubtIn(facts);
  if (doubt !== undefined) return { act: "ask", doubt };
  if (lastTurn?.end === "completed" || (lastTurn === undefined && facts.leavesMarker)) {
    return stop({ why: "done" });
  }
  if (promise !== undefined && promise.tries >= MOST_TRIES) {
    return stop({ why: "no progress", tries: promise.tries });
  }
  if (left.isPaid && (wish.waits || !wish.isAttended)) return stop({ why: "money" });
  const settled = promise?.untilMs === undefined ? undefined : promise.untilMs + SETTLES_MS;
  if (!left.isUsedUp && wish.waits && settled !== undefined && now >= promise!.untilMs! && now < settled) {
    return { act: "wait", lookMs: settled, untilMs: promise!.untilMs };
  }
  const hold = left.isUsedUp ? undefined : holdUntil(facts);
  if (!left.isUsedUp && hold === undefined) return { act: "go" };
  return waitOrStop(facts, hold ?? left.untilMs, now);
}

/** The state of the promise after a start has ended: the tries, counted anew when a turn got anything done. */
export function afterStart(promise: Promised, lastTurnAt: number, hasProgress: boolean): Promised {
  return {
    ...promise,
    step: "waiting",
    boundary: lastTurnAt,
    untilMs: undefined,
    isSeenUsedUp: false,
    tries: hasProgress ? 0 : promise.tries,
  };
}

function doubtIn({ promise, lastTurn, leavesMarker }: Facts): Doubt | undefined {
  if (promise?.step === "starting" && (lastTurn?.at ?? 0) <= promise.boundary) return "uncertain";
  switch (lastTurn?.end) {
    case undefined:
      return leavesMarker ? undefined : "no marker";
    case "completed":
    case "limit":
      return undefined;
    case "running":
      return "killed";
    case "login":
      return "interrupted";
    case "other":
      return leavesMarker ? "interrupted" : "no marker";
  }
}

/**
 * The earliest next start after one that was refused though something seemed left; undefined = now. Where the limit was
 * seen used up since, its end was a reset.
 */
function holdUntil({ now, promise, lastTurn }: Facts): number | undefined {
  if (promise === undefined || promise.tries === 0 || promise.isSeenUsedUp) return undefined;
  const hold = promise.tries === 1 ? FIRST_HOLD_MS : LATER_HOLD_MS;
  const until = Math.min(lastTurn?.at ?? now, now) + hold;
  return until > now ? until : undefined;
}

function waitOrStop({ wish }: Facts, untilMs: number | undefined, now: number): Step {
  if (!wish.waits) return stop({ why: "used up", untilMs });
  if (now >= wish.deadline) return stop({ why: "timed out", untilMs });
  const lastMs = wish.since + wish.unattendedMs;
  if (now >= lastMs || (untilMs !== undefined && untilMs > lastMs)) return stop({ why: "too long", untilMs });
  const nextMs = untilMs === undefined || untilMs <= now ? now + LOOK_MS : untilMs + SETTLES_MS;
  const lookMs = Math.min(nextMs, wish.deadline, lastMs);
  return { act: "wait", lookMs, untilMs };
}

function stop(obstacle: Obstacle): Step {
  return { act: "stop", obstacle };
}
