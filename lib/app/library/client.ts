import type { RateLimits } from "../../core/quota/limits.ts";
import type { Options } from "./options.ts";

/** The options of an app-server. */
export interface AppServerOptions extends Options {
  /** The codex to start, a path or a name on PATH; by default the supervisor's. */
  readonly codex?: string;
  /** The time limit of each answer, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
  /** Receives Codex's notifications, such as "account/rateLimits/updated". */
  readonly notified?: (method: string, params: unknown) => void;
}

/** The limits of an account by limit id; "codex" is the account's own, others are limits of single models. */
export type Limits = ReadonlyMap<string, RateLimits>;

/** A connection to a running `codex app-server`. */
export interface AppServerClient {
  /** The `CODEX_HOME` it runs in, an absolute path. */
  readonly home: string;
  /** Reads the account's limits; none for an API key or a provider without OpenAI login. Throws `Failure` with the reason otherwise. */
  readLimits(): Promise<Limits>;
  /**
   * Sends a request of Codex's app-server protocol and returns the answer unchanged. Codex's own requests get no
   * answer, so a turn must not need approval. Throws `Failure`: "usage" for a method that is never sent, because it
   * could log in or out, hand out or renew a token, or spend something of the account; "failed" for an error answer, a
   * timeout, and a login that is due for renewal.
   */
  request(method: string, params?: unknown): Promise<unknown>;
  /**
   * Ends the app-server by closing its stdin and waits for its exit. It gets no signal in its first minute, and none
   * for a minute while it may be renewing the login, so the worst case is two minutes.
   */
  close(): Promise<void>;
}
