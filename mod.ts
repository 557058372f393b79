/**
 * agentlb for other programs, on Node, Deno and Bun: pick a session and run Codex in it, report what each session has
 * left, pick from a pool, ask a `codex app-server`.
 *
 * ```ts
 * import { spawnSync } from "node:child_process";
 * import { codexEnvironment, pickSession } from "agentlb";
 *
 * const { alias, home, score } = await pickSession();
 * console.log(alias, score); // work 76
 * const env = await codexEnvironment(home);
 * spawnSync("codex", ["exec", "Say hello."], { env, stdio: "inherit" }); // hello
 * ```
 *
 * Report what each session has left, or why it is not eligible; this changes nothing and starts nothing:
 *
 * ```ts
 * import { readReport } from "agentlb";
 *
 * const { selected, sessions } = await readReport();
 * console.log(selected); // work
 * for (const { alias, score, reason } of sessions) console.log(alias, score ?? reason);
 * // idle missing status
 * // personal 42
 * // work 76
 * ```
 *
 * The same from the text of any status.json:
 *
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { homedir } from "node:os";
 * import { parseStatus } from "agentlb";
 *
 * const status = parseStatus(readFileSync(`${homedir()}/.agentlb/status.json`, "utf8"));
 * console.log(status.sessions.get("work")?.rateLimits.primary?.usedPercent); // 20
 * ```
 *
 * Pick the source and the auth file for a worker, as `cap pick` and `cap pick-auth` do:
 *
 * ```ts
 * import { homedir } from "node:os";
 * import { basename } from "node:path";
 * import { pickAuth, pickSource } from "agentlb";
 *
 * const pool = { skill: `${homedir()}/.codex/skills/codex-account-pool` };
 * console.log(basename(await pickSource("worker-1", pool))); // source-a
 * console.log(basename(await pickSource("worker-2", pool))); // source-b
 * const [first, second] = [await pickAuth(pool), await pickAuth(pool)];
 * console.log(first === second); // false
 * ```
 *
 * Read the current limits of any home, or send several requests:
 *
 * ```ts
 * import { homedir } from "node:os";
 * import { openAppServer, readLimits } from "agentlb";
 *
 * const home = `${homedir()}/.agentlb/sessions/work`;
 * const limits = await readLimits(home);
 * console.log(limits.get("codex")?.secondary?.usedPercent); // 30
 *
 * const server = await openAppServer(home);
 * const answer = await server.request("getAuthStatus", {});
 * console.log(JSON.stringify(answer)); // {"authMethod":"chatgpt","authToken":null,"requiresOpenaiAuth":true}
 * await server.close();
 * ```
 *
 * Expected errors are a `Failure` with a message for the user:
 *
 * ```ts
 * import { Failure, openAppServer } from "agentlb";
 *
 * try {
 *   await openAppServer("/nowhere");
 * } catch (error) {
 *   if (!(error instanceof Failure)) throw error;
 *   console.log(error.message); // Cannot start an app-server in /nowhere: there is no such folder
 * }
 * ```
 *
 * The library never logs out, hands out a token or renews a login, which is left to the supervisor. It ends app-servers
 * by closing their stdin.
 *
 * @module
 */
export { openAppServer, readLimits } from "./lib/app/library/app_servers.ts";
export type { AppServerClient, AppServerOptions, Limits } from "./lib/app/library/client.ts";
export type { Options } from "./lib/app/library/options.ts";
export { pickAuth, pickSource, type PoolOptions } from "./lib/app/library/pools.ts";
export {
  codexEnvironment,
  type PickedSession,
  type PickOptions,
  pickSession,
  readReport,
} from "./lib/app/library/sessions.ts";
export { Failure, type FailureCode } from "./lib/core/text/failure.ts";
export type { LimitWindow, RateLimits } from "./lib/core/quota/limits.ts";
export type { Allowance, Credits, OtherLimit, SpendLimit } from "./lib/core/quota/allowance.ts";
export type { Cost } from "./lib/core/quota/cost.ts";
export type { Policy } from "./lib/core/pick/policy.ts";
export type { SessionReport, StatusReport, WindowReport } from "./lib/core/pick/report/report.ts";
export type { Hindrance } from "./lib/core/pick/hindrance.ts";
export type { Terms } from "./lib/core/pick/score.ts";
export { type Activity, parseStatus, type SessionStatus, type Status } from "./lib/core/session/status.ts";
