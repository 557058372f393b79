import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Backend } from "../backend.ts";
import { TREE } from "../codex.ts";
import { configText } from "../home.ts";
import { commandOf, type Way } from "../program.ts";
import { finished, type Result } from "../result.ts";
import type { Sandbox } from "../sandbox.ts";

export interface TeamOptions {
  readonly user: Sandbox;
  readonly backend: Backend;
  readonly way: Way;
  /** The auth files of the pool, in turn, by account, with the lifetime of their access tokens. */
  readonly pool: Readonly<Record<string, { readonly ttlSec?: number }>>;
  readonly workers?: readonly string[];
}

/** A user with the pool's skill, the worker-keeping skill, a pool of logins, and a team. */
export interface Team {
  readonly pool: string;
  readonly registry: string;
  readonly env: Readonly<Record<string, string>>;
  /** The working folder of workers. */
  homeOf(worker: string): string;
  authFile(account: string): string;
  /** Runs a command of `cap` through its shim. */
  cap(args: readonly string[], more?: Readonly<Record<string, string>>): ReturnType<typeof finished>;
  /** The same, without waiting for it. */
  start(args: readonly string[], more?: Readonly<Record<string, string>>): ReturnType<typeof spawn>;
  twf(...words: readonly string[]): Promise<Result>;
  /** The commands that the stand-in received so far: "stop w1". */
  told(): string[];
  /** The screen of a worker's pane. */
  screenOf(worker: string): Promise<string>;
  /** Ends the workers' tmux server. */
  close(): Promise<void>;
}

/** Makes a team without starting workers. */
export function makeTeam({ user, backend, way, pool, workers = [] }: TeamOptions): Team {
  const { home } = user;
  const [skills, work, states] = [join(home, "skills"), join(home, "desk"), join(home, "states")];
  const scripts = join(skills, "codex-account-pool", "scripts");
  const twf = join(skills, "tmux-workflow", "scripts", "twf");
  const share = join(skills, "ai-team-workflow", "share");
  const [source, folder] = [join(home, ".codex"), join(home, "pool")];
  for (const path of [scripts, join(twf, ".."), share, source, folder, work, states]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  writeFileSync(join(source, "config.toml"), configText({ backend }), { mode: 0o600 });
  for (const [account, options] of Object.entries(pool)) {
    writeFileSync(join(folder, `${account}.json`), backend.authFile(account, options), { mode: 0o600 });
  }
  copyFileSync(join(TREE, "rig/twf/twf.sh"), twf);
  const shim = join(scripts, "cap");
  const words = [...commandOf(way), "cap", "--from", scripts];
  writeFileSync(shim, `#!/bin/bash\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`, {
    mode: 0o755,
  });
  writeFileSync(
    join(scripts, "cap_config.yaml"),
    `auth_strategy: team_cycle\nauth_team_dir: ${folder}\nauth_team_glob: *.json\n`,
  );
  const registry = join(share, "registry.json");
  const members = workers.map((full) => ({ full, base: full, state_file: join(states, `${full}.json`) }));
  writeFileSync(registry, JSON.stringify({ version: 1, members }));
  const record = join(home, "twf.record");
  const env = {
    ...user.env,
    // The user's own tmux server, for this test.
    TMUX_TMPDIR: user.dir,
    TERM: "xterm-256color",
    TWF_STATE_DIR: states,
    TWF_WORKERS_DIR: join(home, ".codex-workers"),
    TWF_WORK_DIR: work,
    TWF_RECORD: record,
    TWF_ACCOUNT_POOL_CMD: shim,
  };
  const run = (file: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    spawn(file, args, { env: { ...env, ...more }, cwd: user.cwd, stdio: ["ignore", "pipe", "pipe"] });
  return {
    pool: folder,
    registry,
    env,
    homeOf: (worker) => join(env.TWF_WORKERS_DIR, worker),
    authFile: (account) => join(folder, `${account}.json`),
    cap: (args, more) => finished(run("bash", [shim, ...args], more), 60_000),
    start: (args, more) => run("bash", [shim, ...args], more),
    twf: (...words) => finished(run("bash", [twf, ...words]), 60_000),
    told: () => existsSync(record) ? readFileSync(record, "utf8").trim().split("\n") : [],
    async screenOf(worker) {
      const { stdout } = await finished(
        run("tmux", ["capture-pane", "-p", "-J", "-t", `=${worker}:0.0`]),
        10_000,
      );
      return stdout;
    },
    async close() {
      await finished(run("tmux", ["kill-server"]), 10_000);
    },
  };
}
