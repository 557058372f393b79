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

/** No app-server of ours gets a signal in its first minute: one at the wrong instant loses a login. */
export const UNTOUCHABLE_MS = 60_000;
const GRACE_MS = 2_000;

type Phase = "greeting" | "idle" | "reading" | "closing";

/** Whether it is started for one reading, or stays while its alias is at work. */
export type Purpose = "probe" | "manage";

export interface Role {
  readonly purpose: Purpose;
  readonly mayRenew: boolean;
  readonly startedAt: number;
  /** The fingerprint of its program. */
  readonly program: string;
  /** What we call ourselves. */
  readonly client: string;
  /** The program's path. */
  readonly codex: string;
  /** The home that it is given. */
  readonly home: string;
}

/** What an app-server says of itself; an old one says less. */
export interface Greeting {
  readonly version: string | undefined;
  /** The home that it uses. */
  readonly home: string | undefined;
}

/** One `codex app-server` process and our conversation with it. Times are monotonic milliseconds. */
export class AppServer {
  readonly identity: ProcessIdentity;
  readonly purpose: Purpose;
  readonly startedAt: number;
  readonly program: string;
  readonly exited: Promise<Exit>;
  /** The path of its program. */
  readonly codex: string;
  /** The home that it was given. */
  readonly home: string;
  /** Of its program, once it has said so. */
  version: string | undefined;
  phase: Phase = "greeting";
  isGone = false;
  /** Whether it may be renewing the login. */
  mayRenew: boolean;
  readonly #child: Child;
  readonly #rpc: JsonRpcClient;
  readonly #name: string;
  /** What this Codex wants no parameters for. */
  readonly #bare = new Set<string>();
  #owed: Promise<void> | undefined;
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
    this.startedAt = role.startedAt;
    this.program = role.program;
    this.#name = role.client;
    this.codex = role.codex;
    this.home = role.home;
    this.exited = child.exited;
    this.#rpc = new JsonRpcClient(child, notified);
  }

  /** Lines that were too long to read. */
  get dropped(): number {
    return this.#rpc.dropped;
  }

  /** The handshake, during which Codex renews a login that is about to expire. */
  async greet(): Promise<Greeting> {
    const client = { name: this.#name, version: VERSION };
    const answer = objectOf(await this.#rpc.request("initialize", { clientInfo: client }));
    const [agent, home] = [answer?.get("userAgent"), answer?.get("codexHome")];
    this.version = typeof agent === "string" ? codexVersionIn(agent) : undefined;
    return { version: this.version, home: typeof home === "string" && home !== "" ? home : undefined };
  }

  /** The account's limits; undefined when the answer is not understood. */
  async readLimits(): Promise<Reading | undefined> {
    return parseReading(await this.request("account/rateLimits/read", { excludeResetCreditDetails: true }));
  }

  /** Why it ended, as far as anybody knows; it has exited so. */
  endedWith(exit: Exit): ProbeFault {
    return endedWith({ exit, stderr: this.#child.lastWords(), program: this.codex });
  }

  /**
   * Asks anything; `core/methods` says what may be asked. An old Codex has no parameters where a newer one has some, and
   * says so: then it is asked once more without. Rejects with `RpcError` and `RpcClosed`.
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

  /** Asks who is logged in, which Codex answers only when no renewal is under way: before that, `close` does not close. */
  askAccount(): void {
    this.#owed = this.#rpc.request("account/read", {}).then(() => {}, () => {});
  }

  /** Asks it to end by closing its stdin. It gets a signal only if it stays, and never while it may renew a login. */
  close(now: number): void {
    if (this.phase === "closing") return;
    this.phase = "closing";
    if (this.#owed === undefined) this.#child.closeStdin();
    else void this.#owed.then(() => this.#child.closeStdin());
    const patience = this.mayRenew ? UNTOUCHABLE_MS : GRACE_MS;
    this.#endsAt = Math.max(now + patience, this.startedAt + UNTOUCHABLE_MS);
  }

  /** Sends what is due to one that stays after `close`: TERM, then KILL, to its group. Returns when to look again. */
  enforce(now: number): number {
    if (now < this.#endsAt) return this.#endsAt;
    const name = this.#signals.shift();
    if (name !== undefined) signal(-this.identity.pid, name);
    this.#endsAt = this.#signals.length > 0 ? now + GRACE_MS : Infinity;
    return this.#endsAt;
  }
}

/** Asks a server to end and waits until it has, or until nothing more can be done; see `close` for how long that takes. */
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
 * Waits briefly for servers that were asked to end. One that renews a login is left to finish: that our own end closes
 * its stdin does not end it while it owes us an answer.
 */
export async function awaitExits(servers: readonly AppServer[], clock: Clock): Promise<void> {
  const ordinary = servers.filter((server) => !server.mayRenew).map((server) => server.exited);
  await Promise.race([Promise.all(ordinary), clock.sleep(1500)]);
}
