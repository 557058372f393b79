import { objectOf } from "../text/json.ts";

/** What only looks at an account; every other method of these families changes a login, or spends something of it. */
const ACCOUNT_READS: readonly string[] = [
  "account/rateLimits/read",
  "account/read",
  "account/usage/read",
  "account/workspaceMessages/read",
  "getAuthStatus",
];
const ACCOUNT = /^(account|getAuthStatus)/;

/** A request as it may be sent to an app-server. */
export type SafeRequest = { readonly params: unknown } | { readonly refused: string };

/**
 * What to send for a request that somebody else makes up; `refused` says why nothing. Never sent are methods that log
 * in or out, switch or set up an account, spend a reset credit, and hand out or renew a token; methods of accounts that
 * we don't know are taken for such. `params` are as `JSON.parse` gives them.
 */
export function safeRequest(method: string, params: unknown): SafeRequest {
  if (method === "initialize") return { refused: "that was done when the app-server was opened" };
  if (!ACCOUNT.test(method)) return { params };
  if (!ACCOUNT_READS.includes(method)) return { refused: "it could change the login or what it may spend" };
  // The details have a time limit of their own that delays the answer, and the other switch tells of an experiment.
  if (method === "account/rateLimits/read") return { params: { excludeResetCreditDetails: true } };
  const fields = objectOf(params ?? {});
  // Codex takes a list for the fields in their order.
  if (fields === undefined) return { refused: "its parameters are no object" };
  // `includeToken` hands out the access token, `refreshToken` renews the login.
  const wish = [...fields].find(([name, value]) => /token/i.test(name) && value !== false && value !== null);
  if (wish !== undefined) return { refused: `with ${wish[0]} it could hand out a token or renew the login` };
  return { params };
}
