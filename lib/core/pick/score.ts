import { isDeadLogin, type ProbeFault, probeResultIn, shortProbeText, troubleOf } from "../codex/reasons.ts";
import { byteOrder } from "../text/byte_order.ts";
import type { Hindrance } from "./hindrance.ts";
import type { SessionStatus } from "../session/status.ts";
import { formatClock, parseTime } from "../text/time.ts";
import { type Gauges, gaugesOf } from "../quota/windows.ts";
import type { ScoreSettings } from "./settings.ts";

/** The facts about a session that its score depends on. */
export interface ScoreInput {
  readonly alias: string;
  readonly status: SessionStatus;
  readonly lastSelectedMs: number | undefined;
  readonly pickSeq: number;
  /** Leases and reservations whose thread is not open yet. */
  readonly leases?: number;
}

/** The terms of a score: percent left, minus the three penalties. */
export interface Terms {
  /** Percent left of the limits: 0 to 100. */
  readonly usage: number;
  /** The penalty for turns under way. */
  readonly busy: number;
  /** The penalty for restarts of its app-server. */
  readonly restarts: number;
  /** The penalty for the age of its reading. */
  readonly staleness: number;
}

export interface Eligible {
  readonly alias: string;
  readonly eligible: true;
  readonly score: number;
  readonly usage: number;
  readonly terms: Terms;
  readonly reason: "eligible" | "in reserve";
  readonly activeTurns: number;
  readonly lastSelectedMs: number | undefined;
  readonly pickSeq: number;
  /** What has no limits: every turn costs money, or may. */
  readonly isPaid?: true;
  /** Turns go to another provider of models than OpenAI. */
  readonly hasOwnProvider?: true;
}

export interface Ineligible {
  readonly alias: string;
  readonly eligible: false;
  readonly usage: number;
  readonly reason: string;
  /** The kind of the reason. */
  readonly kind: Hindrance;
  /** The time when an exhausted account comes back, epoch milliseconds, if known. */
  readonly comesBackMs?: number;
  /** What has no limits: every turn costs money, or may. */
  readonly isPaid?: true;
  /** Turns go to another provider of models than OpenAI. */
  readonly hasOwnProvider?: true;
  /** True when credits can pay for an exhausted account at once. */
  readonly onCredits?: boolean;
  /** The reason why the last try gave no newer reading. */
  readonly fault?: ProbeFault["kind"];
  /** True when a newer reading won't help: only the user can change it. */
  readonly final: boolean;
}

export type Verdict = Eligible | Ineligible;

const FUTURE_MS = 5000;
/** Probe results without a cause: no probe was made, or the predecessor made it. */
const CAUSELESS: readonly string[] = ["", "error"];

/**
 * Judges if a session may be picked, and its score:
 * `usage - busy - restarts - staleness`, all whole numbers, divisions cut off towards zero. `gauges` are its windows now.
 */
export function judge(
  candidate: ScoreInput,
  nowMs: number,
  settings: ScoreSettings,
  gauges: Gauges = gaugesOf(candidate.status.rateLimits, nowMs),
): Verdict {
  const { alias, status, lastSelectedMs, pickSeq } = candidate;
  const usage = usageLeft(gauges, settings);
  const no = (reason: string, kind: Hindrance = "reading"): Ineligible => ({
    alias,
    eligible: false,
    usage,
    reason,
    kind,
    final: kind === "login",
  });

  const probeText = status.lastProbeResult;
  const result = probeResultIn(probeText);
  if (result !== undefined && isDeadLogin(result)) return no(probeText, "login");
  if (status.health !== "healthy") return no(`unhealthy${nextTry(status.nextTryAt)}`, "unhealthy");
  const isFault = result === undefined ? !CAUSELESS.includes(probeText) : troubleOf(result) !== undefined;
  const old = (reason: string): Ineligible => ({
    ...no(isFault ? `${reason}: ${result === undefined ? probeText : shortProbeText(result)}` : reason),
    ...(isFault && result !== undefined && result.kind !== "ok" ? { fault: result.kind } : {}),
  });
  const readAt = parseTime(status.lastRateLimitUpdateAt);
  if (readAt === undefined) return old("missing lastRateLimitUpdateAt");
  if (readAt - nowMs > FUTURE_MS) return no("reading is from the future");
  const age = Math.max(0, Math.trunc((nowMs - readAt) / 1000));
  if (age > settings.staleSec) return old(`stale (${age}s>${settings.staleSec}s)`);

  const { turns, activeTurns: counted } = status.activity;
  const activeTurns = Math.max(0, turns ?? counted) + (candidate.leases ?? 0);
  const restarts = Math.max(0, status.appServer.restartCount) * settings.restartPenaltyPerRestart;
  const staleness = divide(age * settings.stalenessPenaltyMax, settings.staleSec);
  const terms = {
    usage,
    busy: activeTurns * settings.busyPenalty,
    restarts: Math.min(restarts, settings.restartPenaltyCap),
    staleness: Math.min(staleness, settings.stalenessPenaltyMax),
  };
  const score = terms.usage - terms.busy - terms.restarts - terms.staleness;
  return {
    alias,
    eligible: true,
    score,
    usage,
    terms,
    reason: "eligible",
    activeTurns,
    lastSelectedMs,
    pickSeq,
  };
}

/** Sorts best first: score, percent left, fewest turns, oldest last pick (never picked comes first), alias. */
export function compareEligible(a: Eligible, b: Eligible): number {
  return b.score - a.score ||
    b.usage - a.usage ||
    a.activeTurns - b.activeTurns ||
    compareTimes(a.lastSelectedMs, b.lastSelectedMs) ||
    a.pickSeq - b.pickSeq ||
    byteOrder(a.alias, b.alias);
}

/** The weighted percent left of both windows, of the only one known, or the setting for none; 0 to 100. */
export function usageLeft({ short, long }: Gauges, settings: ScoreSettings): number {
  const { usagePrimaryWeightPercent: shortWeight, usageSecondaryWeightPercent: longWeight } = settings;
  if (short !== undefined && long !== undefined) {
    const weighted = short.left * shortWeight + long.left * longWeight;
    return divide(weighted, Math.max(shortWeight + longWeight, 1));
  }
  return (short ?? long)?.left ?? settings.unknownUsageLeftPercent;
}

function compareTimes(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return a - b;
}

/** Integer division, truncated towards zero, exact for all safe integers. */
function divide(dividend: number, divisor: number): number {
  return (dividend - dividend % divisor) / divisor;
}

function nextTry(at: string | undefined): string {
  const ms = parseTime(at);
  return ms === undefined ? "" : `, next try ${formatClock(ms)}`;
}
