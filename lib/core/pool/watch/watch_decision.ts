import type { Trouble } from "../../codex/reasons.ts";
import { type Reading, type Source, standingOf } from "../limits/reading.ts";

/** The watcher's view of a team at one look. */
export interface Facts {
  readonly current: Known;
  /** The other accounts, in turn from the one after the current; undefined = not asked yet. */
  readonly others: readonly Known[] | undefined;
  /** The workers stuck because of the current account's limits, by signs newer than the last rotation. */
  readonly stuck: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface Known {
  readonly file: string;
  readonly reading: Reading;
}

export interface Policy {
  /** Also rotate when the current account's limits are unknown, and to accounts whose limits are unknown. */
  readonly rotateOnUnknown: boolean;
}

/** The decision about a team. */
export type Decision =
  /** The current account has something left. `stuck` workers have another reason. */
  | { readonly act: "go on"; readonly stuck: readonly string[] }
  /** It is used up, but no worker is stuck yet. */
  | { readonly act: "hold" }
  /** The others must be asked first. */
  | { readonly act: "ask others" }
  | { readonly act: "rotate"; readonly to: string; readonly isBlind: boolean }
  /** No account is known to have anything left. `until` (epoch milliseconds) = the soonest known reset. */
  | { readonly act: "wait"; readonly until: number | undefined; readonly unknown: readonly string[] }
  /** The current account's limits are unknown. */
  | { readonly act: "stay"; readonly trouble: Trouble | "due"; readonly reason: string };

/**
 * Decides. A team moves on when its account is exhausted and a worker is stuck, to the first account after it with
 * anything left. A failed reading says nothing about an account and causes no move, unless the policy allows it.
 */
export function decide({ current, others, stuck, now }: Facts, { rotateOnUnknown }: Policy): Decision {
  const standing = standingOf(current.reading, now);
  if (standing.is === "left") return { act: "go on", stuck };
  if (standing.is === "exhausted") {
    if (stuck.length === 0) return { act: "hold" };
    if (others === undefined) return { act: "ask others" };
  } else if (!rotateOnUnknown) {
    return unknown(current.reading);
  }
  if (others === undefined) return { act: "ask others" };
  const judged = others.map(({ file, reading }) => ({ file, standing: standingOf(reading, now) }));
  const next = judged.find(({ standing }) => standing.is === "left");
  if (next) return { act: "rotate", to: next.file, isBlind: standing.is === "unknown" };
  const untold = judged.filter(({ standing }) => standing.is === "unknown").map(({ file }) => file);
  if (rotateOnUnknown && untold[0] !== undefined) return { act: "rotate", to: untold[0], isBlind: true };
  if (standing.is === "unknown") return unknown(current.reading);
  const resets = [standing, ...judged.map(({ standing }) => standing)]
    .flatMap((each) => each.is === "exhausted" && each.untilMs !== undefined ? each.untilMs : []);
  return { act: "wait", until: resets.length === 0 ? undefined : Math.min(...resets), unknown: untold };
}

/** Signs that a worker is stuck. */
export interface Signs {
  readonly worker: string;
  /** Result and time (epoch milliseconds) of its last turn; undefined when it has no readable rollout. */
  readonly turn: { readonly at: number; readonly isLimit: boolean } | undefined;
  /** The number of limit messages on its screen. */
  readonly banners: number;
  /** The same number right after the last rotation's restart: a resumed session shows its past. */
  readonly bannersBefore: number;
  /** Time since which it has the team's account, in epoch milliseconds; undefined = always. */
  readonly since: number | undefined;
  /** It is known to have another account than the team's. */
  readonly isElsewhere: boolean;
}

/** The stuck workers, by signs newer than the last rotation. */
export function stuckOf(all: readonly Signs[]): string[] {
  return all.filter(({ turn, banners, bannersBefore, since, isElsewhere }) => {
    if (isElsewhere) return false;
    if (turn !== undefined) return turn.isLimit && (since === undefined || turn.at > since);
    return banners > bannersBefore;
  }).map(({ worker }) => worker);
}

function unknown(reading: Reading): Decision {
  switch (reading.kind) {
    case "failed":
      return { act: "stay", trouble: reading.trouble, reason: reading.reason };
    case "due":
      return { act: "stay", trouble: "due", reason: "login is due for renewal" };
    default:
      return { act: "stay", trouble: "other", reason: "no limits to be seen" };
  }
}

/** ` (as worker w1 saw it)`; empty when Codex itself gave the reading. */
export function sourceWords(source: Source): string {
  return source.by === "codex" ? "" : ` (as worker ${source.name} saw it)`;
}
