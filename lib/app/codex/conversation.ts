import { faultOf, noAnswerIn, type ProbeFault } from "../../core/codex/reasons.ts";
import type { Reading } from "../../core/codex/rate_limits.ts";
import type { Renewal } from "../../core/codex/renewal.ts";
import { printable } from "../../core/text/printable.ts";
import { realPath } from "../../io/files/read.ts";
import type { Clock } from "../../io/host.ts";
import { RpcClosed, RpcError } from "../../io/rpc.ts";
import type { AppServer } from "./app_server.ts";

/** What the conversation needs to know of the login while it goes on. */
export interface LoginView {
  /** Looks at the auth file again; `version` = of the Codex that is asked, if that has said it. */
  renewal(version?: string): Renewal;
  workspace(): string | undefined;
  /** The login is far from expiry now, whoever renewed it. */
  settled?(): void;
  /** The service refuses the login that looked good: Codex may be renewing it. */
  unsettled?(): void;
  /** This Codex can't renew its login: none is lost when an answer is not waited for. */
  readonly isRenewalOff?: true;
}

/** A reading, or why there is none. */
export type ProbeOutcome = { readonly kind: "ok"; readonly reading: Reading } | ProbeFault;

/** The conversation with a time limit: after `limitMs`, or when `stop` is aborted, there was no answer. */
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
 * Handshake if there was none, then a reading. The question is asked only when the file on disk says that no renewal is
 * possible, or nobody can tell: Codex renews before it asks, and an answer lost then is a login lost.
 */
async function converse(server: AppServer, login: LoginView): Promise<ProbeOutcome> {
  try {
    const other = server.phase === "greeting" ? await greet(server) : undefined;
    if (other !== undefined) {
      server.askAccount(); // of the login there nothing is known: it may be under renewal
      return other;
    }
    const renewal = login.renewal(server.version); // may find another login, and close this server
    const isFar = renewal.kind === "impossible";
    const mayAsk = isFar || (renewal.kind === "possible" && renewal.isExpiryUnknown === true);
    if (!mayAsk || server.phase === "closing") return { kind: "notRenewed" };
    if (isFar) login.settled?.();
    server.phase = "reading";
    const reading = await server.readLimits();
    if (reading === undefined) return { kind: "notUnderstood" };
    const workspace = login.workspace();
    const isOther = reading.accountId !== undefined && workspace !== undefined &&
      reading.accountId !== workspace;
    return isOther ? { kind: "otherAccount" } : { kind: "ok", reading };
  } catch (error) {
    if (error instanceof RpcError) return refused(faultOf(error.fault), server, login);
    if (!(error instanceof RpcClosed)) return { kind: "notUnderstood" };
    if (server.phase === "closing" && server.mayRenew) return { kind: "notRenewed" };
    return "error" in error.exit ? { kind: "codexNotFound" } : server.endedWith(error.exit);
  }
}

/** The handshake; the fault of a program that uses another home than it was given, as a wrapper may that sets its own. */
export async function greet(server: AppServer): Promise<ProbeFault | undefined> {
  const { home } = await server.greet();
  if (home === undefined || placeOf(home) === placeOf(server.home)) return undefined;
  return { kind: "otherHome", detail: printable(home, 200) };
}

/** Windows may write the same path with a prefix. */
function placeOf(path: string): string {
  const plain = path.replace(/^\\\\\?\\/, "");
  return realPath(plain) ?? plain;
}

/**
 * What is refused to us was refused to Codex too, which then renews the login in the background; at the end of its stdin
 * it would exit without the new one, unless it owes us an answer that depends on it.
 */
function refused(fault: ProbeFault, server: AppServer, login: LoginView): ProbeFault {
  if (login.isRenewalOff || fault.kind === "apiKey" || fault.kind === "loginRequired") return fault;
  if (fault.kind === "tokenRefused") login.unsettled?.();
  server.askAccount();
  return fault;
}
