import type { Account } from "./account.ts";
import { has } from "./versions.ts";

/** Codex renews an access token at the start of a process when it has less than this left (measured: 240 s yes, 600 s no). */
export const CODEX_RENEWS_MS = 5 * 60_000;
/** With less than this left, or when it can't be read, we take it that a start may renew the login. */
export const RENEWAL_MARGIN_MS = 10 * 60_000;
/** An old Codex renews a login at the start of a process when its last renewal is longer ago than this. */
const OLD_RENEWS_AFTER_MS = 8 * 86_400_000;
/** A pick this recent may become a Codex process that is not open yet. */
export const PICK_SETTLES_MS = 60_000;
/** What a renewal at a moment is not yet, a little later it is. */
const A_LITTLE_MS = 2000;

/** What starting an app-server would do to the login of a home. */
export type Renewal =
  /** There is nothing to renew. */
  | { readonly kind: "none"; readonly why: "no login" | "API key" }
  /** Far from it. */
  | { readonly kind: "impossible"; readonly possibleAtMs: number }
  /** A start may renew it; before `usefulAtMs` it would neither renew nor be allowed to read. */
  | {
    readonly kind: "possible";
    readonly usefulAtMs: number;
    /** Nobody can tell when it expires: it is read all the same, by one process at a time that no signal ever ends. */
    readonly isExpiryUnknown?: true;
  };

/**
 * Judges an account by what its auth file says of the access token's expiry, and, where Codex is old or its version
 * unknown, of the last renewal too.
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
  const agesMs = agesAt(account, version);
  const possibleAtMs = Math.min(expiresMs, agesMs) - marginMs;
  if (possibleAtMs > nowMs) return { kind: "impossible", possibleAtMs };
  const earlyMs = version === undefined || has(version, "earlyRenewal") ? CODEX_RENEWS_MS : 0;
  const renewsMs = Math.min(expiresMs - earlyMs, agesMs);
  return { kind: "possible", usefulAtMs: Math.max(nowMs, renewsMs + A_LITTLE_MS) };
}

/** When the last renewal is too long ago for a Codex of this version; one without a time is never. */
function agesAt({ lastRefresh }: Account, version: string | undefined): number {
  if (has(version, "renewalByExpiry") || lastRefresh === undefined) return Infinity;
  return lastRefresh + OLD_RENEWS_AFTER_MS;
}
