import { type Gauge, gaugesIn, gaugesOf } from "../quota/windows.ts";
import type { Candidate } from "./decide.ts";
import type { Hindrance } from "./hindrance.ts";
import type { Verdict } from "./score.ts";

/** A wish for a session that has something left. */
export interface LeftWish {
  /** The session; undefined = any that costs no money. */
  readonly alias?: string | undefined;
  /** The only sessions that count, because the folder is bound to them; undefined = all. */
  readonly among?: readonly string[] | undefined;
  /** Percent that each of its windows must have left; undefined = whatever makes it eligible. */
  readonly least?: number | undefined;
}

/** Whether one session fulfils a wish. */
export interface SessionLeft {
  readonly alias: string;
  readonly isEnough: boolean;
  /** Percent left in the window that has least; undefined = no window is known. */
  readonly left: number | undefined;
  /** The reason in words why it does not; empty when it does. */
  readonly reason: string;
  /** The time when it should, epoch milliseconds; undefined = unknown. */
  readonly backMs: number | undefined;
  /** True when only the user can change it: waiting does not help. */
  readonly isFinal: boolean;
  /** True when its limits are not known yet, or no longer. */
  readonly isUnknown: boolean;
}

const FINAL: readonly Hindrance[] = ["login", "paused", "paid"];
const UNKNOWN: readonly Hindrance[] = ["missing", "reading", "unhealthy"];

/** The session that fulfils the wish, the one with most left first; undefined when none does. */
export function enoughIn(sessions: readonly SessionLeft[]): SessionLeft | undefined {
  return [...sessions].filter(({ isEnough }) => isEnough).sort((a, b) => (b.left ?? 0) - (a.left ?? 0))[0];
}

/** The first time when a session should fulfil the wish; undefined = unknown. */
export function firstBackMs(sessions: readonly SessionLeft[]): number | undefined {
  const known = sessions.flatMap(({ backMs, isFinal }) => isFinal ? [] : backMs ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Compares the candidates of a decision and the verdicts on them, in the same order, with a wish. */
export function leftIn(
  candidates: readonly Candidate[],
  verdicts: readonly Verdict[],
  { alias, among, least }: LeftWish,
  nowMs: number,
): SessionLeft[] {
  const isAsked = (name: string) => alias === undefined ? among?.includes(name) ?? true : name === alias;
  return candidates.flatMap((candidate, index) => {
    const verdict = verdicts[index];
    if (verdict === undefined || !isAsked(candidate.alias)) return [];
    const gauges = gaugesIn(gaugesOf(candidate.status.rateLimits, nowMs));
    const left = gauges.length === 0 ? undefined : Math.min(...gauges.map((gauge) => gauge.left));
    const session = { alias: candidate.alias, left };
    if (!verdict.eligible) {
      return {
        ...session,
        isEnough: false,
        reason: verdict.reason,
        backMs: verdict.comesBackMs,
        isFinal: FINAL.includes(verdict.kind),
        isUnknown: UNKNOWN.includes(verdict.kind),
      };
    }
    const no = { ...session, isEnough: false, backMs: undefined, isFinal: false, isUnknown: false };
    if (verdict.isPaid && alias === undefined) return { ...no, reason: "costs money", isFinal: true };
    if (least !== undefined && (left === undefined || left < least)) {
      const reason = left === undefined ? "its limits are not known" : `${left}% left`;
      return { ...no, reason, backMs: lastReset(gauges.filter((gauge) => gauge.left < least)) };
    }
    return { ...no, isEnough: true, reason: "" };
  });
}

/** The time when all of these windows have reset; undefined = unknown. */
function lastReset(gauges: readonly Gauge[]): number | undefined {
  const resets = gauges.flatMap(({ resetsAtMs }) => resetsAtMs ?? []);
  return resets.length < gauges.length || resets.length === 0 ? undefined : Math.max(...resets);
}
