import type { Account } from "./account.ts";
import { has } from "./versions.ts";

/** Codex renews an access token at the start of a process when it has less than this left (measured: 240 s yes, 600 s no). */
export const CODEX_RENEWS_MS = 5 * 60_000;
/** With less left than this, or an unreadable expiry, a start is assumed to be able to renew the login. */
export const RENEWAL_MARGIN_MS = 10 * 60_000;
/** Old versions of Codex renew a login at the start of a process when its last renewal is older than this. */
const OLD_RENEWS_AFTER_MS = 8 * 86_400_000;
/** A pick this recent may still become a Codex process. */
export const PICK_SETTLES_MS = 60_000;
/** Slack after which a start surely renews the login. */
const RENEWAL_SLACK_MS = 2000;

/** The effect of starting an app-server on the login of a home. */
export type Renewal =
  /** There is nothing to renew. */
  | { readonly kind: "none"; readonly why: "no login" | "no login needed" | "API key" }
  /** The token is far from expiry. */
  | { readonly kind: "impossible"; readonly possibleAtMs: number }
  /** A start may renew it; before `usefulAtMs` a start would neither renew nor be able to read. */
  | {
    readonly kind: "possible";
    readonly usefulAtMs: number;
    /** The expiry is unknown: it is read all the same, by one process at a time that never gets a signal. */
    readonly isExpiryUnknown?: true;
  };

/**
 * Judges an account by the access token's expiry in its auth file and, where Codex is old or its version unknown, by
 * its last renewal too.
 */
export function renewalOf(
  account: Account,
  nowMs: number,
  version: string | undefined,
  marginMs = RENEWAL_MARGIN_MS,
): Renewal {
  if (account.kind === "none") return { kind: "none", why: "no login" };
  if (account.kind === "apikey") return { kind: "none", why: "API key" };
  if (account.kind === "unreadable") return { kind: "possible", usefulAtMs: nowMs };
  if (account.tokenExpiresAt === undefined) {
    return { kind: "possible", usefulAtMs: nowMs, isExpiryUnknown: true };
  }
  const expiresMs = account.tokenExpiresAt * 1000;
  const tooOldMs = tooOldAt(account, version);
  const possibleAtMs = Math.min(expiresMs, tooOldMs) - marginMs;
  if (possibleAtMs > nowMs) return { kind: "impossible", possibleAtMs };
  const earlyMs = version === undefined || has(version, "earlyRenewal") ? CODEX_RENEWS_MS : 0;
  const renewsMs = Math.min(expiresMs - earlyMs, tooOldMs);
  return { kind: "possible", usefulAtMs: Math.max(nowMs, renewsMs + RENEWAL_SLACK_MS) };
}

/** Time at which the last renewal becomes too old for a Codex of this version; infinite when no time is recorded. */
function tooOldAt({ lastRefresh }: Account, version: string | undefined): number {
  if (has(version, "renewalByExpiry") || lastRefresh === undefined) return Infinity;
  return lastRefresh + OLD_RENEWS_AFTER_MS;
}
