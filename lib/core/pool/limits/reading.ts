import { exhaustionOf, exhaustionWords } from "../../pick/exhaustion.ts";
import { type Readings } from "../../codex/rate_limits.ts";
import { type ProbeResult, probeText, type Trouble, troubleOf } from "../../codex/reasons.ts";

/** The result of reading one auth file's account. */
export type Reading =
  | { readonly kind: "limits"; readonly readings: Readings; readonly source: Source }
  /** It answers, and has no limits to tell. */
  | { readonly kind: "unlimited"; readonly reason: string }
  | { readonly kind: "failed"; readonly trouble: Trouble; readonly reason: string }
  /** Asking could renew the login, which the copies of it would not survive; so it was not asked. */
  | { readonly kind: "due" };

/** Codex itself, or the notes that a worker with the same account has taken. */
export type Source = { readonly by: "codex" } | {
  readonly by: "worker";
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

/** How an account stands now: used up until some time (epoch milliseconds, undefined = unknown), or not, or unknown. */
export type AccountStanding =
  | { readonly is: "left" }
  | { readonly is: "exhausted"; readonly untilMs: number | undefined; readonly words: string }
  | { readonly is: "unknown" };

/** Judges a reading, as every program does. */
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

/** The reading for a try that gave no limits. */
export function withoutLimits(result: ProbeResult): Reading {
  const [trouble, reason] = [troubleOf(result), probeText(result)];
  return trouble === undefined ? { kind: "unlimited", reason } : { kind: "failed", trouble, reason };
}

/** The words for a reading that says nothing about limits, though the account answers. */
export const NO_LIMITS: Reading = { kind: "unlimited", reason: "not available for this account" };
