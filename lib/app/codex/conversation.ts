import { reasonOf, REASONS } from "../../core/codex/reasons.ts";
import type { Reading } from "../../core/codex/rate_limits.ts";
import type { Renewal } from "../../core/codex/renewal.ts";
import { RpcClosed, RpcError } from "../../io/rpc.ts";
import type { AppServer } from "./app_server.ts";

/** What the conversation needs to know of the login while it goes on. */
export interface LoginView {
  /** Looks at the auth file again. */
  renewal(): Renewal;
  workspace(): string | undefined;
  /** The login is far from expiry now, whoever renewed it. */
  settled(): void;
  /** The service refuses the login that looked good: Codex may be renewing it. */
  unsettled(): void;
}

/**
 * Handshake if there was none, then a reading; in words why there is none. The question is asked only when the file on
 * disk says that no renewal is possible: Codex renews before it asks, and an answer lost then is a login lost.
 */
export async function converse(server: AppServer, login: LoginView): Promise<Reading | string> {
  try {
    if (server.phase === "greeting") await server.greet();
    const isFar = login.renewal().kind === "impossible"; // may find another login, and close this server
    if (!isFar || server.phase === "closing") return REASONS.notRenewed;
    login.settled();
    server.phase = "reading";
    const reading = await server.readLimits();
    if (reading === undefined) return REASONS.notUnderstood;
    const workspace = login.workspace();
    const isOther = reading.accountId !== undefined && workspace !== undefined &&
      reading.accountId !== workspace;
    return isOther ? REASONS.otherAccount : reading;
  } catch (error) {
    if (error instanceof RpcError) return refused(reasonOf(error.fault), server, login);
    if (!(error instanceof RpcClosed)) return REASONS.notUnderstood;
    if (server.phase === "closing" && server.mayRenew) return REASONS.notRenewed;
    return "error" in error.exit ? REASONS.codexNotFound : REASONS.ended;
  }
}

/**
 * What is refused to us was refused to Codex too, which then renews the login in the background; at the end of its stdin
 * it would exit without the new one, unless it owes us an answer that depends on it (codex 0.169).
 */
function refused(reason: string, server: AppServer, login: LoginView): string {
  if (reason === REASONS.apiKey || reason === REASONS.loginRequired) return reason;
  if (reason === REASONS.tokenRefused) login.unsettled();
  server.askAccount();
  return reason;
}
