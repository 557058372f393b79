import { faultOf, noAnswerIn, type ProbeFault } from "../../core/codex/reasons.ts";
import type { Reading } from "../../core/codex/rate_limits.ts";
import type { Renewal } from "../../core/codex/renewal.ts";
import { printable } from "../../core/text/printable.ts";
import { realPath } from "../../io/files/read.ts";
import type { Clock } from "../../io/host.ts";
import { RpcClosed, RpcError, RpcFlood } from "../../io/rpc.ts";
import type { AppServer } from "./app_server.ts";

/** What a read of the rate limits needs to know about the login. */
export interface LoginView {
  /** Reads the auth file and tells whether Codex may renew the login; `version` = the one Codex reported, if any. */
  renewal(version?: string): Renewal;
  workspace(): string | undefined;
  /** Called when the login is far from expiry. */
  settled?(): void;
  /** Called when the service refuses the login: Codex may be renewing it. */
  unsettled?(): void;
  /** This Codex cannot renew its login, so ending it without an answer is safe. */
  readonly isRenewalOff?: true;
}

/** A reading of the rate limits, or the reason for its absence. */
export type ProbeOutcome = { readonly kind: "ok"; readonly reading: Reading } | ProbeFault;

/** Reads the rate limits within `limitMs`; at that limit, or when `stop` aborts, the outcome is "noAnswer". */
export async function converseWithin(
  server: AppServer,
  login: LoginView,
  clock: Clock,
  limitMs: number,
  stop?: AbortSignal,
): Promise<ProbeOutcome> {
  const limit = new AbortController();
  const end = () => limit.abort();
  stop?.addEventListener("abort", end);
  if (stop?.aborted) end();
  try {
    return await Promise.race([
      converse(server, login),
      clock.sleep(limitMs, limit.signal).then(() => noAnswerIn(limitMs)),
    ]);
  } finally {
    stop?.removeEventListener("abort", end);
    limit.abort();
  }
}

/**
 * Does the handshake if needed, then takes a reading. Asks only if the auth file rules out a renewal, or if nothing tells
 * when the login expires: Codex renews before it asks the service, and a renewal whose answer is lost loses the login.
 */
async function converse(server: AppServer, login: LoginView): Promise<ProbeOutcome> {
  try {
    const isGuarded = server.phase !== "greeting" || !server.mayRenew || login.isRenewalOff === true;
    const other = server.phase === "greeting" ? await greet(server, login.isRenewalOff) : undefined;
    if (other !== undefined) {
      server.askAccount(); // the login there is unknown and may be under renewal
      return other;
    }
    const renewal = login.renewal(server.version); // may find another login, and close this server
    const isFar = renewal.kind === "impossible";
    const mayAsk = isFar || (renewal.kind === "possible" && renewal.isExpiryUnknown === true);
    if (!mayAsk || server.phase === "closing") return { kind: "notRenewed" };
    if (!isGuarded) server.guardRenewal();
    if (isFar) login.settled?.();
    server.phase = "reading";
    const reading = await server.readLimits();
    if (reading === undefined) return { kind: "notUnderstood" };
    const workspace = login.workspace();
    const isOther = reading.accountId !== undefined && workspace !== undefined &&
      reading.accountId !== workspace;
    return isOther ? { kind: "otherAccount" } : { kind: "ok", reading };
  } catch (error) {
    if (error instanceof RpcError) {
      const fault = faultOf(error.fault);
      if (fault.kind === "loginRequired" && await server.needsNoLogin()) return { kind: "noLoginNeeded" };
      return refused(fault, server, login);
    }
    if (error instanceof RpcFlood) return { kind: "printsWithoutEnd" };
    if (!(error instanceof RpcClosed)) return { kind: "notUnderstood" };
    if (server.phase === "closing" && server.mayRenew) return { kind: "notRenewed" };
    return "error" in error.exit ? { kind: "codexNotFound" } : server.endedWith(error.exit);
  }
}

/**
 * Does the handshake, alone where it may renew the login, else with the question for the account. Returns a fault if the
 * program uses another home, as with a wrapper that sets CODEX_HOME.
 */
export async function greet(server: AppServer, isRenewalOff = false): Promise<ProbeFault | undefined> {
  const { home } = await server.greet(!server.mayRenew && !isRenewalOff);
  if (home === undefined || placeOf(home) === placeOf(server.home)) return undefined;
  return { kind: "otherHome", detail: printable(home, 200) };
}

/** The real path, without the prefix that Windows may add. */
function placeOf(path: string): string {
  const plain = path.replace(/^\\\\\?\\/, "");
  return realPath(plain) ?? plain;
}

/**
 * Handles an error answer. After a refusal Codex renews the login in the background, and would exit before its end when
 * stdin is closed. The pending question for the account prevents that.
 */
function refused(fault: ProbeFault, server: AppServer, login: LoginView): ProbeFault {
  if (login.isRenewalOff || fault.kind === "apiKey" || fault.kind === "loginRequired") return fault;
  if (fault.kind === "tokenRefused") login.unsettled?.();
  server.askAccount();
  return fault;
}
