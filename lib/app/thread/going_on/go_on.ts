import {
  afterStart,
  type Doubt,
  type Left,
  nextStep,
  type Obstacle,
} from "../../../core/thread/continuation.ts";
import type { Promised } from "../../../core/thread/promise.ts";
import type { TurnEnd } from "../../../core/codex/rollout.ts";
import type { Clock } from "../../../io/host.ts";
import type { PromiseStore } from "./promises.ts";

/** The thread at one moment. */
export interface ThreadNow {
  readonly isOpen: boolean;
  readonly lastTurn: { readonly at: number; readonly end: TurnEnd } | undefined;
  readonly leavesMarker: boolean;
}

/** The result of a run of Codex. */
export type RunEnd = number | NodeJS.Signals;

/** A run that has ended. */
export interface Run {
  readonly end: RunEnd;
  /** True when any turn got something done meanwhile. */
  readonly hasWorked: boolean;
}

/** All that going on touches. */
export interface Around {
  readonly clock: Pick<Clock, "now">;
  readonly store: PromiseStore;
  /** What a promise says of the thread. */
  readonly about: Pick<Promised, "thread" | "alias" | "home" | "cwd" | "firstWords">;
  look(): ThreadNow;
  left(): Left;
  /** Asks for a fresh reading of the limits, shortly before one is expected to end. */
  refresh(): Promise<void>;
  /** Resolves at `lookMs` at the latest, earlier when something may have changed. */
  pause(lookMs: number, untilMs: number | undefined): Promise<void>;
  /** True when the user wants to go on all the same; undefined when nobody can be asked. */
  ask(doubt: Doubt): Promise<boolean | undefined>;
  /** Throws Failure when the thread can't be gone on with here, before anything is promised. */
  check(): void;
  /** Does all that comes before the start of Codex, and returns what runs it in the thread to its end. */
  prepare(): Promise<() => Promise<Run>>;
}

/** What the user asked for. */
export interface GoOnOptions {
  readonly isOff: boolean;
  readonly waits: boolean;
  /** The user is there: at a terminal, or by an explicit yes. */
  readonly isAttended: boolean;
  readonly unattendedMs: number;
  /** The latest end of the wait; Infinity = none. */
  readonly deadline: number;
}

/** The result: why it stopped, and the end of the last run, if there was one. */
export interface Outcome {
  readonly obstacle:
    | Obstacle
    | { readonly why: "asked"; readonly doubt: Doubt; readonly answer: boolean | undefined }
    | undefined;
  readonly end: RunEnd | undefined;
}

/** A limit's end is asked for anew this long before it is expected. */
const REFRESH_MS = 5000;

/**
 * Goes on with a thread, and with `waits` again after each reset. The promise is on disk before the wait, and its step
 * "starting" before Codex is started; so a killed process leaves a promise, and never a second start.
 */
export async function goOn(around: Around, options: GoOnOptions): Promise<Outcome> {
  const { clock, store, about } = around;
  const since = clock.now();
  let mine: Promised | undefined;
  let confirmedAt: number | undefined;
  let refreshedFor: number | undefined;
  let run: (() => Promise<Run>) | undefined;
  let end: RunEnd | undefined;
  const over = (obstacle: Outcome["obstacle"]): Outcome => {
    if (mine !== undefined || isSettled(obstacle)) store.remove(about.thread);
    return { obstacle, end };
  };
  for (;;) {
    const found = mine ?? store.read(about.thread);
    const { isOpen, lastTurn, leavesMarker } = around.look();
    const boundary = lastTurn?.at ?? 0;
    const step = nextStep({
      now: clock.now(),
      isOff: options.isOff,
      isOpen,
      lastTurn,
      leavesMarker,
      left: around.left(),
      promise: mine ?? (found && { ...found, tries: 0 }),
      heldBy: found && store.holderOf(found),
      wish: { ...options, since, confirmedAt },
    });
    if (step.act === "stop") return over(step.obstacle);
    if (step.act === "ask") {
      const answer = await around.ask(step.doubt);
      if (!answer) return over({ why: "asked", doubt: step.doubt, answer });
      confirmedAt = boundary;
      continue;
    }
    if (mine === undefined) {
      around.check();
      const promise: Promised = {
        ...about,
        by: store.self,
        since,
        boundary,
        // The user's answer about an uncertain start holds for this process only.
        step: found?.step === "starting" && boundary <= found.boundary ? "starting" : "waiting",
        untilMs: step.act === "wait" ? step.untilMs : undefined,
        isSeenUsedUp: step.act === "wait",
        tries: 0,
      };
      if (await store.claim(promise)) mine = promise;
      continue; // looks again: another process may have been at it
    }
    if (step.act === "wait") {
      const isSeenUsedUp = mine.isSeenUsedUp || around.left().isUsedUp;
      if (mine.untilMs !== step.untilMs || mine.isSeenUsedUp !== isSeenUsedUp) {
        mine = { ...mine, untilMs: step.untilMs, isSeenUsedUp };
        store.write(mine);
      }
      const { untilMs } = step;
      const askMs = untilMs === undefined || refreshedFor === untilMs ? Infinity : untilMs - REFRESH_MS;
      if (clock.now() >= askMs) {
        refreshedFor = untilMs;
        await around.refresh();
      } else await around.pause(Math.min(step.lookMs, askMs), untilMs);
      continue;
    }
    if (run === undefined) {
      run = await around.prepare();
      continue; // looks again: that may have taken a while
    }
    mine = { ...mine, step: "starting", untilMs: undefined, boundary, tries: mine.tries + 1 };
    store.write(mine);
    const ran = await run();
    end = ran.end;
    run = undefined;
    const { lastTurn: after } = around.look();
    const isOver = after === undefined || after.at <= boundary || after.end !== "limit" || isInterrupt(end);
    if (isOver) return over(undefined);
    mine = afterStart(mine, after.at, ran.hasWorked);
    store.write(mine);
    if (!options.waits) return over({ why: "used up", untilMs: around.left().untilMs });
  }
}

/** True when nothing is left to be gone on with, whoever promised it. */
function isSettled(obstacle: Outcome["obstacle"]): boolean {
  return obstacle?.why === "done";
}

/** True when the user ended the run: nothing goes on by itself then. */
function isInterrupt(end: RunEnd): boolean {
  return typeof end === "string" || end === 130 || end === 143;
}
