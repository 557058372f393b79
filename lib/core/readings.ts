import type { LimitWindow, RateLimits } from "./limits.ts";
import { parseWindow } from "./limits.ts";

/** The limit id that the account's main windows belong to; others are limits of single models. */
export const MAIN_LIMIT = "codex";

/** What is known of an account's limits, by limit id. */
export type Readings = ReadonlyMap<string, RateLimits>;

/** A complete answer of `account/rateLimits/read`. */
export interface Reading {
  readonly readings: Readings;
  /** The workspace it speaks of, when it says so. */
  readonly accountId: string | undefined;
}

/** Reads a result of `account/rateLimits/read` (codex 0.169); undefined when it is none. */
export function parseReading(result: unknown): Reading | undefined {
  const answer = recordOf(result);
  const main = recordOf(answer?.rateLimits);
  if (answer === undefined || main === undefined) return undefined;
  const readings = new Map<string, RateLimits>();
  for (const [id, value] of Object.entries(recordOf(answer.rateLimitsByLimitId) ?? {})) {
    const snapshot = recordOf(value);
    if (snapshot) readings.set(id, limitsOf(snapshot, id));
  }
  const id = idOf(main);
  if (!readings.has(id)) readings.set(id, limitsOf(main, id));
  const accountId = typeof answer.accountId === "string" ? answer.accountId : undefined;
  return { readings, accountId };
}

/**
 * Merges the snapshot of an `account/rateLimits/updated` notification, which is sparse: what it does not say, or says
 * as null, stays as it was; undefined when it says nothing of a window.
 */
export function mergeUpdate(readings: Readings, params: unknown): Readings | undefined {
  const snapshot = recordOf(recordOf(params)?.rateLimits);
  if (snapshot === undefined) return undefined;
  if (parseWindow(snapshot.primary) === null && parseWindow(snapshot.secondary) === null) return undefined;
  const limitId = idOf(snapshot);
  const old = readings.get(limitId);
  const merged: RateLimits = {
    limitId,
    primary: mergeWindow(old?.primary ?? null, snapshot.primary),
    secondary: mergeWindow(old?.secondary ?? null, snapshot.secondary),
  };
  return new Map(readings).set(limitId, merged);
}

function mergeWindow(old: LimitWindow | null, value: unknown): LimitWindow | null {
  const fresh = parseWindow(value);
  if (fresh === null) return old;
  const saysUsed = typeof recordOf(value)?.usedPercent === "number";
  return old === null
    ? fresh
    : { ...old, ...fresh, usedPercent: saysUsed ? fresh.usedPercent : old.usedPercent };
}

function limitsOf(snapshot: Record<string, unknown>, limitId: string): RateLimits {
  return { limitId, primary: parseWindow(snapshot.primary), secondary: parseWindow(snapshot.secondary) };
}

function idOf(snapshot: Record<string, unknown>): string {
  return typeof snapshot.limitId === "string" ? snapshot.limitId : MAIN_LIMIT;
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : undefined;
}
