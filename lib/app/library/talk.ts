import { resolve } from "node:path";
import { faultOf, isWithoutLimits, noAnswerIn } from "../../core/codex/reasons.ts";
import { Failure } from "../../core/text/failure.ts";
import { codexEnvironment } from "../../core/shell/launch.ts";
import type { Layout } from "../../core/system/layout.ts";
import { safeRequest } from "../../core/codex/methods.ts";
import { printable } from "../../core/text/printable.ts";
import { isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { RpcClosed, RpcError, RpcFlood } from "../../io/rpc.ts";
import { type AppServer, endOf } from "../codex/app_server.ts";
import { startAppServer } from "../codex/start_app_server.ts";
import { codexProgram } from "../codex/codex_program.ts";
import { CodexVersions } from "../codex/codex_version.ts";
import { loadConfig } from "../config/load.ts";
import { converseWithin, greet } from "../codex/conversation.ts";
import type { AppServerClient, AppServerOptions, Limits } from "./client.ts";
import { failure, HomeLogin, probeFailure } from "./home_login.ts";

const START = "start an app-server in";
const TIMEOUT_MS = 30_000;
/** The interval of login checks, repeated because the clock or the auth file can change at any time. */
const LOOK_MS = 60_000;

/** Starts an app-server in a home and does the handshake. Throws Failure if that is not possible. */
export async function openTalk(
  host: Host,
  layout: Layout,
  folder: string,
  options: AppServerOptions,
): Promise<AppServerClient> {
  const home = resolve(host.cwd, folder);
  const { supervisor, ...config } = await loadConfig(host, layout);
  const named = { ...config, supervisor: { ...supervisor, codex: options.codex ?? supervisor.codex } };
  const program = codexProgram(named, host);
  if (program === undefined) throw probeFailure(START, home, { kind: "codexNotFound" });
  if (!isFolder(home)) throw failure(START, home, "there is no such folder");
  const version = await new CodexVersions(host, layout).learn(program);
  const login = new HomeLogin(host.clock, layout, home, version);
  login.check(START);
  const started = startAppServer(host, {
    codex: program.path,
    program: program.fingerprint,
    env: codexEnvironment(host, home, []),
    cwd: home,
    purpose: "manage",
    mayRenew: false,
    client: "agentlb-library",
    ...(options.notified === undefined ? {} : { notified: options.notified }),
  });
  if (!("server" in started)) throw probeFailure(START, home, { kind: "codexNotFound" });
  const { server } = started;
  const talk = new Talk(host.clock, server, login, options.timeoutMs ?? TIMEOUT_MS);
  await talk.greet();
  return talk;
}

/** A connection to one app-server. */
class Talk implements AppServerClient {
  readonly home: string;
  readonly #clock: Host["clock"];
  readonly #server: AppServer;
  readonly #login: HomeLogin;
  readonly #timeoutMs: number;
  readonly #gone = new AbortController();
  /** Requests without an answer. */
  #open = 0;
  /** True after an answer that proves the login valid: Codex then renews nothing in the background. */
  #isTrusted = false;
  #closing: Promise<void> | undefined;

  constructor(clock: Host["clock"], server: AppServer, login: HomeLogin, timeoutMs: number) {
    this.home = login.home;
    this.#clock = clock;
    this.#server = server;
    this.#login = login;
    this.#timeoutMs = timeoutMs;
    void server.exited.then(() => this.#gone.abort());
  }

  /** Does the handshake; after a failure closes the app-server without waiting. */
  async greet(): Promise<void> {
    try {
      const fault = await this.#inTime(greet(this.#server), START);
      if (fault !== undefined) throw probeFailure(START, this.home, fault);
      this.#login.check(START, this.#server.version);
    } catch (error) {
      void this.close();
      throw this.#worded(error, START);
    }
    this.#server.phase = "idle";
    void this.#closeWhenDue();
  }

  async readLimits(): Promise<Limits> {
    const doing = "read the limits of";
    this.#check(doing);
    if (this.#login.provider !== undefined) return new Map();
    const server = this.#server;
    const outcome = await this.#counted(converseWithin(
      server,
      {
        renewal: (version) => this.#login.renewal(version),
        workspace: () => this.#login.workspace,
        unsettled: () => server.mayRenew = true,
      },
      this.#clock,
      this.#timeoutMs,
    ));
    if (outcome.kind === "noAnswer") this.#open++; // its pending answer may depend on a renewal
    if (outcome.kind !== "ok" && isWithoutLimits(outcome)) return new Map();
    if (outcome.kind !== "ok") throw probeFailure(doing, this.home, outcome);
    this.#isTrusted = this.#open === 0;
    const { limits, allowance } = outcome.reading.readings;
    const others = (allowance.others ?? []).map(({ limitName: _, ...other }) =>
      [other.limitId, other] as const
    );
    return new Map([[limits.limitId, limits], ...others]);
  }

  async request(method: string, params?: unknown): Promise<unknown> {
    // Checks and sends the same copy, because getters of the caller's object could return other values.
    const plain = params === undefined ? undefined : JSON.parse(JSON.stringify(params));
    const safe = safeRequest(method, plain);
    if ("refused" in safe) throw new Failure("usage", `${printable(method)} is not sent: ${safe.refused}`);
    const doing = `ask ${printable(method)} in`;
    this.#check(doing);
    try {
      return await this.#inTime(this.#counted(this.#server.request(method, safe.params)), doing);
    } catch (error) {
      throw this.#worded(error, doing);
    }
  }

  close(): Promise<void> {
    return this.#closing ??= this.#end();
  }

  async #end(): Promise<void> {
    const [server, clock] = [this.#server, this.#clock];
    if (!this.#isTrusted) {
      // After a refusal Codex renews the login in the background, and would exit before its end when stdin is closed.
      // The pending question for the account prevents that.
      server.mayRenew = true;
      if (server.phase !== "greeting") server.askAccount();
    }
    await endOf(server, clock);
  }

  /** Throws Failure unless a request may be sent now; closes the app-server when its login is near expiry. */
  #check(doing: string): void {
    if (this.#closing !== undefined || this.#gone.signal.aborted) {
      throw failure(doing, this.home, "the app-server has ended");
    }
    try {
      this.#login.check(doing);
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  /** Closes the app-server when its login is due for renewal, because it would block the supervisor's renewal. */
  async #closeWhenDue(): Promise<void> {
    while (!this.#gone.signal.aborted) {
      if (this.#login.renewal().kind === "possible") return void this.close();
      await this.#clock.sleep(LOOK_MS, this.#gone.signal);
    }
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    this.#open++;
    this.#isTrusted = false;
    return await answer.finally(() => this.#open--);
  }

  async #inTime<T>(answer: Promise<T>, doing: string): Promise<T> {
    const limit = new AbortController();
    const late = this.#clock.sleep(this.#timeoutMs, limit.signal).then(() => LATE);
    try {
      const outcome = await Promise.race([answer, late]);
      if (outcome !== LATE) return outcome as T;
    } finally {
      limit.abort();
    }
    throw probeFailure(doing, this.home, noAnswerIn(this.#timeoutMs));
  }

  #worded(error: unknown, doing: string): unknown {
    if (error instanceof RpcError) {
      const { code, message } = error.fault;
      if (faultOf(error.fault).kind === "tokenRefused") this.#server.mayRenew = true;
      return failure(doing, this.home, `codex answers ${code}: ${printable(message)}`, { cause: error });
    }
    if (error instanceof RpcFlood) {
      return probeFailure(doing, this.home, { kind: "printsWithoutEnd" }, error);
    }
    if (!(error instanceof RpcClosed)) return error;
    return probeFailure(doing, this.home, this.#server.endedWith(error.exit), error);
  }
}

const LATE = Symbol("no answer in time");
