import type { Config } from "../config/config.ts";
import type { Timing } from "../system/timing.ts";
import type { Renewal } from "../codex/renewal.ts";
import { PICK_SETTLES_MS } from "../codex/renewal.ts";
import type { ProbeFault } from "../codex/reasons.ts";

/**
 * The states of a session's app-server:
 *
 *     none ──start──> greeting ──answered──> reading ──answered──> idle ──read──> reading …
 *      ^                 |                      |                   |   (a probe goes on to closing)
 *      └────── gone ── closing <── time limit, end of use, end of token ──┘
 */
export type Phase = "none" | "starting" | "greeting" | "reading" | "idle" | "closing";

/** All inputs to the next step of one alias. Times in milliseconds; Infinity = never. */
export interface Facts {
  readonly phase: Phase;
  /** The alias is at work, so a child should stay. */
  readonly isManaged: boolean;
  readonly renewal: Renewal;
  /** Another app-server of ours has the same account. */
  readonly isAccountTaken: boolean;
  /** Another alias renews the login of the same account, or waits for the account to be free for that. */
  readonly isAccountWanted: boolean;
  /** The program was replaced since the child was started. */
  readonly isOutdated: boolean;
  /** A Codex process of the user has the home open. */
  readonly isOpen: boolean;
  readonly sincePick: number;
  /** Age of the newest reading. */
  readonly readingAge: number;
  /** Time since the last try to get one. */
  readonly sinceTry: number;
  /** Time since a start that could have renewed this very login. */
  readonly sinceRenewal: number;
  /** The last try ended with a reason that only a new login can cure. */
  readonly isLoginDead: boolean;
  /** Time until a crashed child may start again; 0 = now. */
  readonly startsIn: number;
  readonly hasSlot: boolean;
  readonly now: number;
}

/** The pace of readings, in milliseconds. */
export interface Pace {
  readonly interval: number;
  /** A reading older than this is renewed. */
  readonly renewAge: number;
  readonly activeAge: number;
  readonly cooldown: number;
}

/** A process that is to be started. */
export interface Start {
  readonly act: "start";
  readonly purpose: "probe" | "manage";
  readonly mayRenew: boolean;
  /** Whether it renews can't be told at any age. */
  readonly neverSignal?: true;
}

export type Decision =
  | Start
  | { readonly act: "read" }
  | { readonly act: "close" }
  | { readonly act: "report"; readonly fault: ProbeFault }
  /** `isForAccount`: until no other app-server of ours uses the account; `isForSlot`: until another probe has ended. */
  | { readonly act: "wait"; readonly forMs: number; readonly isForAccount?: true; readonly isForSlot?: true };

/**
 * A reading is renewed this long before its token nears expiry, because no reading is possible for minutes after that.
 */
const BEFORE_WINDOW_MS = 20_000;
/** Age at which the reading of a session at work is renewed. */
const ACTIVE_AGE_MS = 60_000;
/** Pause after a failed renewal: each try sends a token that may be spent. */
const RENEWAL_PAUSE_MS = 5 * 60_000;

/** The results of logins that Codex never renews; nothing is started for them. */
const WITHOUT_RENEWAL = {
  "API key": "apiKey",
  "no login needed": "noLoginNeeded",
  "no login": "loginRequired",
} as const;

/** The next step of one alias. Logins come first: where a renewal is possible, at most one process starts, alone. */
export function decide(facts: Facts, pace: Pace): Decision {
  switch (facts.phase) {
    case "none":
      return decideStart(facts, pace);
    case "idle":
      return decideIdle(facts, pace);
    case "starting":
    case "greeting":
    case "reading":
    case "closing":
      return { act: "wait", forMs: Infinity };
  }
}

function decideIdle(facts: Facts, pace: Pace): Decision {
  const isUnwanted = !facts.isManaged || facts.isOutdated || facts.isAccountWanted;
  if (isUnwanted || facts.renewal.kind !== "impossible") return { act: "close" };
  const due = dueIn(facts, pace);
  if (due <= 0) return { act: "read" };
  return { act: "wait", forMs: Math.min(due, facts.renewal.possibleAtMs - facts.now) };
}

function decideStart(facts: Facts, pace: Pace): Decision {
  const due = dueIn(facts, pace);
  const { renewal } = facts;
  if (renewal.kind === "none") {
    if (due > 0) return { act: "wait", forMs: due };
    return { act: "report", fault: { kind: WITHOUT_RENEWAL[renewal.why] } };
  }
  const isExpiryUnknown = renewal.kind === "possible" && renewal.isExpiryUnknown === true;
  const canManage = facts.isManaged && !facts.isLoginDead && !isExpiryUnknown;
  const wait = canManage ? facts.startsIn : due;
  if (wait > 0) return { act: "wait", forMs: wait };
  const purpose = canManage ? "manage" : "probe";
  if (purpose === "probe" && !facts.hasSlot) return { act: "wait", forMs: Infinity, isForSlot: true };
  if (renewal.kind === "impossible") {
    return facts.isAccountWanted
      ? { act: "wait", forMs: Infinity }
      : { act: "start", purpose, mayRenew: false };
  }
  if (facts.isOpen || facts.sincePick < PICK_SETTLES_MS) {
    const pause = pace.cooldown - facts.sinceTry;
    return pause > 0 ? { act: "wait", forMs: pause } : { act: "report", fault: { kind: "aboutToRenew" } };
  }
  const hasWorked = isExpiryUnknown && facts.readingAge < facts.sinceRenewal;
  const pause = Math.max(
    renewal.usefulAtMs - facts.now,
    pace.cooldown - facts.sinceTry,
    hasWorked ? 0 : RENEWAL_PAUSE_MS - facts.sinceRenewal,
  );
  if (pause > 0) return { act: "wait", forMs: pause };
  if (facts.isAccountTaken) return { act: "wait", forMs: Infinity, isForAccount: true };
  return { act: "start", purpose, mayRenew: true, ...(isExpiryUnknown ? { neverSignal: true } : {}) };
}

/** Time until the next reading is due; 0 or less = now. */
export function dueIn(facts: Facts, pace: Pace): number {
  const byInterval = pace.interval > 0 ? pace.interval - facts.sinceTry : Infinity;
  if (facts.isLoginDead) return byInterval;
  const age = facts.isManaged ? Math.min(pace.activeAge, pace.renewAge) : pace.renewAge;
  let byAge = age - facts.readingAge;
  if (facts.renewal.kind === "impossible" && facts.readingAge > BEFORE_WINDOW_MS) {
    byAge = Math.min(byAge, facts.renewal.possibleAtMs - BEFORE_WINDOW_MS - facts.now);
  }
  return Math.min(byInterval, Math.max(byAge, pace.cooldown - facts.sinceTry));
}

/** The pace set by the settings and the environment. */
export function paceOf(
  { staleSec }: Pick<Config["sessions"], "staleSec">,
  timing: Pick<Timing, "preStaleSec" | "preStaleCooldownSec" | "probeIntervalSec">,
): Pace {
  const early = Math.min(timing.preStaleSec, Math.max(staleSec - 1, 1));
  return {
    interval: timing.probeIntervalSec * 1000,
    renewAge: (staleSec - early) * 1000,
    activeAge: ACTIVE_AGE_MS,
    // Without a minimum, a try that fails at once would be repeated without end.
    cooldown: Math.max(1, timing.preStaleCooldownSec) * 1000,
  };
}
