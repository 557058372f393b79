import { objectOf } from "../text/json.ts";

/** The methods that only read an account; every other method of these families changes a login or spends something. */
const ACCOUNT_READS: readonly string[] = [
  "account/rateLimits/read",
  "account/read",
  "account/usage/read",
  "account/workspaceMessages/read",
  "getAuthStatus",
];
const ACCOUNT = /^(account|getAuthStatus)/;

/** A request that is safe to send to an app-server. */
export type SafeRequest = { readonly params: unknown } | { readonly refused: string };

/**
 * Checks a request from outside and returns what to send, or in `refused` the reason to send nothing. Methods that log
 * in or out, switch or set up an account, spend a reset credit, or hand out or renew a token are refused, and so are
 * unknown account methods. `params` are as `JSON.parse` returns them.
 */
export function safeRequest(method: string, params: unknown): SafeRequest {
  if (method === "initialize") return { refused: "that was done when the app-server was opened" };
  if (!ACCOUNT.test(method)) return { params };
  if (!ACCOUNT_READS.includes(method)) return { refused: "it could change the login or what it may spend" };
  // The details have their own time limit, which delays the answer; the other switch enables an experiment.
  if (method === "account/rateLimits/read") return { params: { excludeResetCreditDetails: true } };
  const fields = objectOf(params ?? {});
  // Codex accepts a list in place of the fields, in their order.
  if (fields === undefined) return { refused: "its parameters are no object" };
  // `includeToken` hands out the access token, `refreshToken` renews the login.
  const wish = [...fields].find(([name, value]) => /token/i.test(name) && value !== false && value !== null);
  if (wish !== undefined) return { refused: `with ${wish[0]} it could hand out a token or renew the login` };
  return { params };
}
