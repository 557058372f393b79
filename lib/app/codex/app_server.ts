import { parseReading, type Reading } from "../../core/codex/rate_limits.ts";
import { endedWith } from "../../core/codex/last_words.ts";
import { type ProbeFault, wantsNoParams } from "../../core/codex/reasons.ts";
import { codexVersionIn } from "../../core/codex/versions.ts";
import type { ProcessIdentity } from "../../core/system/identity.ts";
import { objectOf } from "../../core/text/json.ts";
import { VERSION } from "../../core/text/version.ts";
import type { Clock } from "../../io/host.ts";
import { JsonRpcClient, RpcError } from "../../io/rpc.ts";
import { signal } from "../../io/process/process.ts";
import type { Child, Exit } from "../../io/process/spawn.ts";

/** App-servers get no signal in their first minute: a signal during a renewal loses the login. */
export const UNTOUCHABLE_MS = 60_000;
const GRACE_MS = 2_000;
/** How long the pipes of an ended server may stay open in the hands of its children. */
const LEFT_MS = 1_000;

type Phase = "greeting" | "idle" | "reading" | "closing";

/** "probe" = started for one reading, "manage" = permanent while its alias is active. */
export type Purpose = "probe" | "manage";

export interface Role {
  readonly purpose: Purpose;
  readonly mayRenew: boolean;
  /** Nobody can tell whether it renews the login: no signal ends it at any age. */
  readonly neverSignal?: boolean | undefined;
  readonly startedAt: number;
  /** The fingerprint of its program. */
  readonly program: string;
  /** The client name sent in the handshake. */
  readonly client: string;
  /** The program's path. */
  readonly codex: string;
  /** The home it is started with. */
  readonly home: string;
}

/** The answer to the handshake; old versions leave fields out. */
export interface Greeting {
  readonly version: string | undefined;
  /** The home that it uses. */
  readonly home: string | undefined;
}

/** One `codex app-server` process and the connection to it. Times are monotonic milliseconds. */
export class AppServer {
  readonly identity: ProcessIdentity;
  readonly purpose: Purpose;
  readonly startedAt: number;
  readonly program: string;
  readonly exited: Promise<Exit>;
  /** The path of its program. */
  readonly codex: string;
  /** The home it was started with. */
  readonly home: string;
  /** The version from the handshake. */
  version: string | undefined;
  phase: Phase = "greeting";
  isGone = false;
  /** True while it may be renewing the login. */
  mayRenew: boolean;
  readonly #child: Child;
  readonly #rpc: JsonRpcClient;
  readonly #name: string;
  /** Methods that this Codex accepts only without parameters. */
  readonly #bare = new Set<string>();
  #owed: Promise<void> | undefined;
  readonly #neverSignal: boolean;
  #endsAt = Infinity;
  #signals: NodeJS.Signals[] = ["SIGTERM", "SIGKILL"];

  constructor(
    child: Child,
    identity: ProcessIdentity,
    role: Role,
    notified: (method: string, params: unknown) => void,
  ) {
    this.#child = child;
    this.identity = identity;
    this.purpose = role.purpose;
    this.mayRenew = role.mayRenew;
    this.#neverSignal = role.neverSignal ?? false;
    this.startedAt = role.startedAt;
    this.program = role.program;
    this.#name = role.client;
    this.codex = role.codex;
    this.home = role.home;
    this.exited = child.exited;
    this.#rpc = new JsonRpcClient(child, notified);
  }

  /** Resolves once it has ended; its own children may still hold its pipes, see `letGo`. */
  get left(): Promise<Exit> {
    return this.#child.left;
  }

  /** True if `letGo` had to close its pipes. */
  get isKept(): boolean {
    return this.#child.isKept;
  }

  /**
   * After its end: closes the pipes that its children still hold, after a moment, or after a minute if one of them may be
   * renewing a login.
   */
  letGo(): void {
    this.#closeStdin();
    this.#child.release(this.mayRenew ? UNTOUCHABLE_MS : LEFT_MS);
  }

  /** Aborted once it has printed without end. */
  get flooded(): AbortSignal {
    return this.#rpc.flooded;
  }

  /** The number of lines dropped for their length. */
  get dropped(): number {
    return this.#rpc.dropped;
  }

  /**
   * Does the handshake. Codex renews a login near expiry during it, and one that the service refuses at the start in the
   * background; `isGuarded` sends `guardRenewal` with it.
   */
  async greet(isGuarded = false): Promise<Greeting> {
    const client = { name: this.#name, version: VERSION };
    const greeted = this.#rpc.request("initialize", { clientInfo: client });
    if (isGuarded) this.guardRenewal();
    const answer = objectOf(await greeted);
    const [agent, home] = [answer?.get("userAgent"), answer?.get("codexHome")];
    this.version = typeof agent === "string" ? codexVersionIn(agent) : undefined;
    return { version: this.version, home: typeof home === "string" && home !== "" ? home : undefined };
  }

  /** Reads the account's limits; undefined for an answer that cannot be parsed. */
  async readLimits(): Promise<Reading | undefined> {
    return parseReading(await this.request("account/rateLimits/read", { excludeResetCreditDetails: true }));
  }

  /** Asks if turns of its provider need no OpenAI login; false when that is not said. */
  async needsNoLogin(): Promise<boolean> {
    const answer = await this.#rpc.request("account/read", {}).catch(() => undefined);
    return objectOf(answer)?.get("requiresOpenaiAuth") === false;
  }

  /** The fault that explains this exit, from its code and its stderr. */
  endedWith(exit: Exit): ProbeFault {
    return endedWith({ exit, stderr: this.#child.lastWords(), program: this.codex });
  }

  /**
   * Sends a request; `core/codex/methods` lists the allowed methods. An old Codex that rejects parameters is asked once
   * more without them. Rejects with `RpcError` and `RpcClosed`.
   */
  async request(method: string, params: unknown): Promise<unknown> {
    if (this.#bare.has(method)) return await this.#rpc.request(method, undefined);
    try {
      return await this.#rpc.request(method, params);
    } catch (error) {
      if (params === undefined || !(error instanceof RpcError && wantsNoParams(error.fault))) throw error;
      this.#bare.add(method);
      return await this.#rpc.request(method, undefined);
    }
  }

  /**
   * Asks for the account, which Codex answers only after any renewal: until then it does not exit at the end of its
   * stdin, thus not after the death of this process either.
   */
  guardRenewal(): void {
    this.#rpc.request("account/read", {}).catch(() => {});
  }

  /** The same after a sign of a renewal: `close` keeps stdin open until the answer. */
  askAccount(): void {
    this.#owed = this.#rpc.request("account/read", {}).then(() => {}, () => {});
  }

  /** Closes its stdin to end it. `enforce` sends signals later, and not while it may be renewing a login. */
  close(now: number): void {
    if (this.phase === "closing") return;
    this.phase = "closing";
    this.#closeStdin();
    if (this.#neverSignal) return;
    const patience = this.mayRenew ? UNTOUCHABLE_MS : GRACE_MS;
    this.#endsAt = Math.max(now + patience, this.startedAt + UNTOUCHABLE_MS);
  }

  #closeStdin(): void {
    if (this.#owed === undefined) this.#child.closeStdin();
    else void this.#owed.then(() => this.#child.closeStdin());
  }

  /** Sends the due signal to its group after `close`: TERM, then KILL. Returns the time of the next check. */
  enforce(now: number): number {
    if (now < this.#endsAt) return this.#endsAt;
    const name = this.#signals.shift();
    if (name !== undefined) signal(-this.identity.pid, name);
    this.#endsAt = this.#signals.length > 0 ? now + GRACE_MS : Infinity;
    return this.#endsAt;
  }
}

/** Ends a server and waits for its exit, at most until after the last signal; see `close` for the duration. */
export async function endOf(server: AppServer, clock: Clock): Promise<void> {
  const gone = new AbortController();
  const exited = server.exited.then(() => gone.abort());
  server.close(clock.monotonic());
  while (!gone.signal.aborted) {
    const now = clock.monotonic();
    const next = server.enforce(now);
    const isLast = next === Infinity;
    await Promise.race([exited, clock.sleep(isLast ? GRACE_MS : next - now, gone.signal)]);
    if (isLast) return;
  }
}

/**
 * Waits briefly for servers that were asked to end, except those that may be renewing a login: they finish although
 * the end of this process closes their stdin, because an answer is pending.
 */
export async function awaitExits(servers: readonly AppServer[], clock: Clock): Promise<void> {
  const ordinary = servers.filter((server) => !server.mayRenew).map((server) => server.exited);
  await Promise.race([Promise.all(ordinary), clock.sleep(1500)]);
}
