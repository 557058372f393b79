import type { Trouble } from "../../codex/reasons.ts";
import { type Reading, type Source, standingOf } from "../limits/reading.ts";

/** What a watcher knows of a team in one look. */
export interface Facts {
  readonly current: Known;
  /** The other accounts, in turn from the one after the current; undefined = nobody has asked for them yet. */
  readonly others: readonly Known[] | undefined;
  /** The workers that can't go on because of the current account's limits, by signs newer than the last rotation. */
  readonly stuck: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface Known {
  readonly file: string;
  readonly reading: Reading;
}

export interface Policy {
  /** Move on as well when it can't be learnt what the current account has left, and to accounts of which it can't. */
  readonly rotateOnUnknown: boolean;
}

/** What is to be done about a team. */
export type Decision =
  /** The current account has something left. `stuck` workers are so for another reason. */
  | { readonly act: "go on"; readonly stuck: readonly string[] }
  /** It is used up, and nobody minds yet. */
  | { readonly act: "hold" }
  /** The others must be asked before this can be decided. */
  | { readonly act: "ask others" }
  | { readonly act: "rotate"; readonly to: string; readonly isBlind: boolean }
  /** Nobody is known to have anything left. `until` (epoch milliseconds) = the soonest reset that is known. */
  | { readonly act: "wait"; readonly until: number | undefined; readonly unknown: readonly string[] }
  /** What the current account has left is not known. */
  | { readonly act: "stay"; readonly trouble: Trouble | "due"; readonly reason: string };

/**
 * Decides. A team moves on when its account is exhausted and a worker is stuck, to the first account after it that has
 * anything left. That a reading failed says nothing about an account, so it moves nobody, unless the policy wants it.
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

/** Signs that a worker can't go on. */
export interface Signs {
  readonly worker: string;
  /** How its last turn ended, and when, in epoch milliseconds; undefined when it keeps no notes that we can read. */
  readonly turn: { readonly at: number; readonly isLimit: boolean } | undefined;
  /** How many messages of a limit its screen shows. */
  readonly banners: number;
  /** How many it showed when it had been restarted after the last rotation: a resumed session shows its past. */
  readonly bannersBefore: number;
  /** Since when it has the team's account, in epoch milliseconds; undefined = always. */
  readonly since: number | undefined;
  /** Whether it is known to have another account than the team's. */
  readonly isElsewhere: boolean;
}

/** Which workers are stuck, by signs that are newer than the last rotation. */
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

/** ` (as worker w1 saw it)`; nothing when Codex said so itself. */
export function sourceWords(source: Source): string {
  return source.by === "codex" ? "" : ` (as worker ${source.name} saw it)`;
}
