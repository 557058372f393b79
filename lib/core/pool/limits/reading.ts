import { exhaustionOf, exhaustionWords } from "../../pick/exhaustion.ts";
import { type Readings } from "../../codex/rate_limits.ts";
import { type ProbeResult, probeText, type Trouble, troubleOf } from "../../codex/reasons.ts";

/** The result of reading one auth file's account. */
export type Reading =
  | { readonly kind: "limits"; readonly readings: Readings; readonly source: Source }
  /** The account answers, without any limits. */
  | { readonly kind: "unlimited"; readonly reason: string }
  | { readonly kind: "failed"; readonly trouble: Trouble; readonly reason: string }
  /** Not asked, because asking could renew the login, which would make its copies worthless. */
  | { readonly kind: "due" };

/** The source of a reading: Codex itself, or the rollouts of a worker with the same account. */
export type Source = { readonly by: "codex" } | {
  readonly by: "worker";
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

/** The state of an account: used up until a time (epoch milliseconds, undefined = unknown), not used up, or unknown. */
export type AccountStanding =
  | { readonly is: "left" }
  | { readonly is: "exhausted"; readonly untilMs: number | undefined; readonly words: string }
  | { readonly is: "unknown" };

/** Judges a reading by the rules common to all programs. */
export function standingOf(reading: Reading, nowMs: number): AccountStanding {
  if (reading.kind === "unlimited") return { is: "left" };
  if (reading.kind !== "limits") return { is: "unknown" };
  const { limits, allowance } = reading.readings;
  const exhaustion = exhaustionOf({ rateLimits: limits, allowance }, nowMs);
  if (exhaustion !== undefined) {
    return { is: "exhausted", untilMs: exhaustion.untilMs, words: exhaustionWords(exhaustion, nowMs) };
  }
  return { is: limits.primary === null && limits.secondary === null ? "unknown" : "left" };
}

/** The words for an account that is used up; undefined for any other. */
export function exhaustedWords(reading: Reading, nowMs: number): string | undefined {
  const standing = standingOf(reading, nowMs);
  return standing.is === "exhausted" ? standing.words : undefined;
}

/** The reading after a try that gave no limits. */
export function withoutLimits(result: ProbeResult): Reading {
  const [trouble, reason] = [troubleOf(result), probeText(result)];
  return trouble === undefined ? { kind: "unlimited", reason } : { kind: "failed", trouble, reason };
}

/** The words for a reading without limits, though the account answers. */
export const NO_LIMITS: Reading = { kind: "unlimited", reason: "not available for this account" };
