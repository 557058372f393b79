/** What an error answer of `account/rateLimits/read` means, in the words of `lastProbeResult` and of REASON. */
export const REASONS = {
  ok: "ok",
  loginRequired: "login required",
  apiKey: "API key: no limits",
  tokenRefused: "token refused",
  notUnderstood: "answer not understood",
  noNetwork: "no network",
  codexNotFound: "codex not found",
  notRenewed: "login not renewed",
  aboutToRenew: "Codex is about to renew this login",
  ended: "app-server ended without an answer",
  cannotStart: "cannot start codex",
  otherAccount: "answer for another account",
} as const;

/** An error object of a JSON-RPC answer. */
export interface RpcFault {
  readonly code: number;
  readonly message: string;
}

/**
 * The reason behind an error answer. codex 0.169 answers -32600 when this home can never tell and -32603 when it
 * tried and failed; the status of the usage service stands only inside the text.
 */
export function reasonOf({ code, message }: RpcFault): string {
  if (code === -32600) {
    if (message.includes("chatgpt authentication required")) return REASONS.apiKey;
    if (message.includes("authentication required")) return REASONS.loginRequired;
    return REASONS.notUnderstood;
  }
  const [, status] = /\bfailed: (\d{3})\b/.exec(message) ?? [];
  if (status === "401") return REASONS.tokenRefused;
  if (status !== undefined) return `usage service answers ${status}`;
  if (/decode error/i.test(message)) return REASONS.notUnderstood;
  if (/error sending request|network|dns|timed out/i.test(message)) return REASONS.noNetwork;
  return REASONS.notUnderstood;
}

/** The reason when nothing came within the time limit. */
export function noAnswerIn(seconds: number): string {
  return `no answer in ${seconds} s`;
}
