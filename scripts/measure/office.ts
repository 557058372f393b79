/** A user with sessions of made-up accounts, the real Codex, the fake service, and a supervisor to be measured. */
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type Backend, startBackend } from "../../rig/backend.ts";
import { startCodex } from "../../rig/codex.ts";
import { supervisorOf } from "../../rig/leftover.ts";
import type { Way } from "../../rig/program.ts";
import { killGroup } from "../../rig/result.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { appServersOf } from "./processes.ts";

const PATIENCE_MS = 120_000;

export interface Office {
  readonly service: Backend;
  readonly user: Sandbox;
  readonly aliases: readonly string[];
  /** Starts the supervisor; returns its pid. */
  start(): Promise<number>;
  /** Waits until status.json says this of all sessions. */
  results(wanted: string): Promise<void>;
  /** Starts a Codex of the user that keeps a thread open in a session to the end, and waits for its app-server. */
  work(alias: string, supervisor: number): Promise<void>;
  /** Takes all logins away, or brings them back. */
  hideLogins(): void;
  showLogins(): void;
  /** Ends everything; fails when a process is left. */
  close(): Promise<void>;
}

export async function openOffice(
  way: Way,
  sessions: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Office> {
  const aliases = Array.from({ length: sessions }, (_, index) => `s${String(index).padStart(2, "0")}`);
  const service = await startBackend();
  const user = makeSandbox({
    codex: "real",
    env: { AGENTLB_DAEMON_START_TIMEOUT_MS: "30000", ...env },
    leaveMs: 30_000,
  });
  for (const alias of aliases) user.addAlias(alias, { backend: service, account: alias });
  const workers: ChildProcess[] = [];
  const results = (): string[] => aliases.map((alias) => statusOf(user)[alias]?.lastProbeResult ?? "");
  const rename = (from: string, to: string) => {
    for (const alias of aliases) renameSync(join(user.homeOf(alias), from), join(user.homeOf(alias), to));
  };
  return {
    service,
    user,
    aliases,
    async start() {
      const { code, stderr } = await user.run(way, ["supervisor", "start", "--background"], {
        timeoutMs: 60_000,
      });
      const pid = supervisorOf(user.root);
      if (code !== 0 || pid === undefined) throw new Error(`no supervisor could be started: ${stderr}`);
      return pid;
    },
    results: (wanted) =>
      until(
        () => results().every((result) => result === wanted),
        () => `"${wanted}" of all sessions, but: ${results().join(", ")}`,
        PATIENCE_MS,
      ),
    async work(alias, supervisor) {
      const home = user.homeOf(alias);
      service.set(alias, { responses: { mode: "hang" } });
      const worker = startCodex(home, ["exec", "--skip-git-repo-check", "Work."]);
      worker.stdin?.end();
      for (const said of [worker.stdout, worker.stderr]) said?.resume();
      workers.push(worker);
      const locks = join(home, "thread-writer-locks");
      const isOpen = () =>
        existsSync(locks) && readdirSync(locks).some((name) => /^[^.].*\.lock$/.test(name));
      await until(isOpen, `a thread is open in ${alias}`, PATIENCE_MS);
      const isManaged = () => (statusOf(user)[alias]?.appServer.pid ?? 0) > 0;
      await until(
        () => isManaged() && appServersOf(supervisor).length === 1,
        `an app-server for ${alias}, and no other`,
        PATIENCE_MS,
      );
    },
    hideLogins: () => rename("auth.json", "hidden.json"),
    showLogins: () => rename("hidden.json", "auth.json"),
    async close() {
      for (const worker of workers) await ended(worker);
      for (const alias of aliases) service.set(alias, { responses: { mode: "ok" } });
      try {
        await user.close();
      } finally {
        await service.close();
      }
    },
  };
}

interface Shown {
  readonly lastProbeResult: string;
  readonly appServer: { readonly pid: number };
}

function statusOf(user: Sandbox): Readonly<Record<string, Shown | undefined>> {
  try {
    return JSON.parse(readFileSync(join(user.root, "status.json"), "utf8")).sessions;
  } catch {
    return {}; // not written yet
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    killGroup(child.pid);
  });
}
