import type { Account } from "./account.ts";

/** Codex renews an access token at the start of a process when it has less than this left (measured: 240 s yes, 600 s no). */
export const CODEX_RENEWS_MS = 5 * 60_000;
/** With less than this left, or when it can't be read, we take it that a start may renew the login. */
export const RENEWAL_MARGIN_MS = 10 * 60_000;
/** A pick this recent may become a Codex process that is not open yet. */
export const PICK_SETTLES_MS = 60_000;

/** What starting an app-server would do to the login of a home. */
export type Renewal =
  /** There is nothing to renew. */
  | { readonly kind: "none"; readonly why: "no login" | "API key" }
  /** Far from expiry. */
  | { readonly kind: "impossible"; readonly possibleAtMs: number }
  /** A start may renew it; before `usefulAtMs` it would neither renew nor be allowed to read. */
  | { readonly kind: "possible"; readonly usefulAtMs: number };

/** Judges an account by what its auth file says of the access token's expiry. */
export function renewalOf(account: Account, nowMs: number, marginMs = RENEWAL_MARGIN_MS): Renewal {
  if (account.kind === "none") return { kind: "none", why: "no login" };
  if (account.kind === "apikey") return { kind: "none", why: "API key" };
  if (account.kind === "unreadable" || account.tokenExpiresAt === undefined) {
    return { kind: "possible", usefulAtMs: nowMs };
  }
  const expiresMs = account.tokenExpiresAt * 1000;
  if (expiresMs - nowMs > marginMs) return { kind: "impossible", possibleAtMs: expiresMs - marginMs };
  return { kind: "possible", usefulAtMs: Math.max(nowMs, expiresMs - CODEX_RENEWS_MS + 2000) };
}
