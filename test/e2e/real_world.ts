import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { type Backend, type BackendOptions, startBackend } from "../../rig/backend.ts";
import { processes } from "../../rig/backend/peer.ts";
import { runCodex } from "../../rig/codex.ts";
import { supervisorOf } from "../../rig/leftover.ts";
import { type Way, ways } from "../../rig/program.ts";
import type { Result } from "../../rig/result.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";

/** How the program is started here: compiled, unless `RIG_WAYS` leaves that out. */
export const WAY: Way = ways.includes("compiled") ? "compiled" : ways[0]!;

type Env = Readonly<Record<string, string>>;

/** One session, as status.json shows it. */
export interface Shown {
  readonly health: string;
  readonly appServer: { readonly state: string; readonly pid: number; readonly restartCount: number };
  readonly rateLimits: {
    readonly limitId: string;
    readonly primary: { readonly usedPercent: number } | null;
    readonly secondary: { readonly usedPercent: number } | null;
  };
  readonly usageLeftPercent: number;
  readonly lastRateLimitUpdateAt: string;
  readonly lastProbeResult: string;
}

/** A user with the real Codex, and the service it talks to. */
export interface World {
  readonly service: Backend;
  readonly user: Sandbox;
  /** Runs agentlb to its end. */
  agentlb(args: readonly string[], env?: Env): Promise<Result>;
  /** Starts agentlb; its end, and what it said, comes with `finished`. */
  start(args: readonly string[], env?: Env): ChildProcess;
  /** status.json, by alias; empty before there is one. */
  sessions(): Readonly<Record<string, Shown | undefined>>;
  /** The last result of an alias; "" before there is one. */
  result(alias: string): string;
  /** Waits until the results of these aliases are so. */
  results(wanted: Env, timeoutMs?: number): Promise<void>;
  /** The running supervisor. */
  supervisor(): number;
}

export interface WorldOptions extends BackendOptions {
  readonly env?: Env;
  readonly codex?: "real" | "none";
  /** The path of the real Codex; by default that of the tree. */
  readonly program?: string;
}

/** Makes a user for one test, which may run beside others. */
export async function world(context: Pick<TestContext, "onTestFinished">, options: WorldOptions = {}) {
  const { env, codex, program, ...rest } = options;
  const service = await startBackend(rest);
  const user = makeSandbox({
    codex: codex ?? "real",
    ...(program === undefined ? {} : { program }),
    env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0", ...env },
    leaveMs: 20_000,
  });
  context.onTestFinished(async () => {
    // A Codex whose question is never answered never ends.
    for (const id of new Set(service.rows.map((row) => row.account))) {
      service.set(id, { all: { mode: "ok" }, usage: { mode: "ok" }, refresh: { mode: "ok" } });
    }
    try {
      await user.close();
    } finally {
      await service.close();
    }
  });
  return worldOf(service, user);
}

/** The same for a service and a user that somebody else ends. */
export function worldOf(service: Backend, user: Sandbox): World {
  const sessions = () => {
    const path = join(user.root, "status.json");
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).sessions : {};
  };
  const result = (alias: string) => sessions()[alias]?.lastProbeResult ?? "";
  const more = (env: Env | undefined) => env === undefined ? {} : { env };
  return {
    service,
    user,
    agentlb: (args, env) => user.run(WAY, args, { ...more(env), timeoutMs: 60_000 }),
    start: (args, env) => user.start(WAY, args, more(env)),
    sessions,
    result,
    results: (wanted, timeoutMs = 40_000) =>
      until(
        () => Object.entries(wanted).every(([alias, reason]) => result(alias) === reason),
        () =>
          Object.entries(wanted).filter(([alias, reason]) => result(alias) !== reason)
            .map(([alias, reason]) => `${alias}: "${reason}", but ${JSON.stringify(sessions()[alias])}`).join(
              "\n",
            ),
        timeoutMs,
      ),
    supervisor() {
      const pid = supervisorOf(user.root);
      if (pid === undefined || !isRunning(pid)) throw new Error("no supervisor runs");
      return pid;
    },
  };
}

/** The refresh token in an auth file. */
export function refreshTokenIn(path: string): string {
  return JSON.parse(readFileSync(path, "utf8")).tokens.refresh_token;
}

/** What an alias' real Codex says to a turn: "fake answer" when its login works. */
export async function turnIn(home: string): Promise<string> {
  const { code, stdout, stderr } = await runCodex(home, ["exec", "--skip-git-repo-check", "hi"]);
  return code === 0 ? stdout.trim() : `exit ${code}: ${stderr.slice(-2000)}`;
}

/** Whether a process is there and no zombie. */
export function isRunning(pid: number): boolean {
  if (!processes().includes(pid)) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    if (!/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2))) return true;
    // Its files stay open, and locked, until the last of its threads has ended.
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/** The Codex processes, anybody's, that run in a home. */
export function codexIn(home: string): number[] {
  return processes().filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      return words.includes(`CODEX_HOME=${home}`) && isRunning(pid);
    } catch {
      return false; // gone
    }
  });
}

/** The processes whose parent is `pid`. */
export function childrenOf(pid: number): number[] {
  return processes().filter((child) => parentOf(child) === pid);
}

/** The parent of a process; undefined when it is gone. */
export function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** One line with a figure that was measured. */
export function figure(what: string, ms: number): void {
  console.log(`figure: ${what}: ${(ms / 1000).toFixed(2)} s`);
}
