import type { RateLimits } from "../../core/quota/limits.ts";
import type { Options } from "./options.ts";

/** How to talk to an app-server. */
export interface AppServerOptions extends Options {
  /** The codex to start, a path or a name on PATH; unless given, the one that the supervisor runs. */
  readonly codex?: string;
  /** How long each answer is waited for, in milliseconds; 30,000 unless given. */
  readonly timeoutMs?: number;
  /** Gets what Codex says without being asked, such as "account/rateLimits/updated". */
  readonly notified?: (method: string, params: unknown) => void;
}

/** The limits of an account by limit id; "codex" is the account's own, others are limits of single models. */
export type Limits = ReadonlyMap<string, RateLimits>;

/** A running `codex app-server` and our conversation with it. */
export interface AppServerClient {
  /** The `CODEX_HOME` it runs in, an absolute path. */
  readonly home: string;
  /** The account's limits; none for an API key. Throws `Failure` with the reason when they can't be had. */
  readLimits(): Promise<Limits>;
  /**
   * Sends a request of Codex's app-server protocol; the answer is as Codex gives it. What Codex asks in turn gets no
   * answer, so a turn must not need approval. Throws `Failure`: "usage" for a method that is never sent, because it could
   * log in or out, hand out or renew a token, or spend something of the account; "failed" for an error answer, for none
   * in time, and when the login is due for renewal.
   */
  request(method: string, params?: unknown): Promise<unknown>;
  /**
   * Ends the app-server by closing its stdin, and waits until it is gone. It gets no signal in its first minute, nor for a
   * minute while it may be renewing the login, so in the worst case this takes two.
   */
  close(): Promise<void>;
}
