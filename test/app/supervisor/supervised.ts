import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Publisher } from "../../../lib/app/supervisor/records/publisher.ts";
import { RootGuard } from "../../../lib/app/supervisor/records/root_guard.ts";
import { Supervisor } from "../../../lib/app/supervisor/supervisor.ts";
import type { SupervisorSettings } from "../../../lib/app/supervisor/supervisor_settings.ts";
import { type ChildEntry, parseChildren } from "../../../lib/core/session/app_server_record.ts";
import { CHECKED_CODEX } from "../../../lib/core/codex/versions.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import { homeOf, type Layout, layoutOf } from "../../../lib/core/system/layout.ts";
import { parseStatus, type SessionStatus, type Status } from "../../../lib/core/session/status.ts";
import { formatTimeMs } from "../../../lib/core/text/time.ts";
import { timingFrom } from "../../../lib/core/system/timing.ts";
import { system } from "../../../lib/io/platform/here.ts";
import type { Journal } from "../../../lib/io/journal.ts";
import { readText } from "../../../lib/io/files/read.ts";
import type { Host } from "../../../lib/io/host.ts";
import { signal } from "../../../lib/io/process/process.ts";
import type { Captured } from "../../../lib/io/process/capture.ts";
import { type Spawn, spawnChild } from "../../../lib/io/process/spawn.ts";
import { FakeClock, settle } from "../../../rig/clock.ts";
import { answering, type Behaviour, type FakeSpawn, fakeSpawn } from "../../../rig/fake_spawn.ts";
import { until } from "../../../rig/until.ts";

export interface Login {
  readonly user?: string;
  readonly workspace?: string;
  /** How long the access token lives, from the clock's now; "opaque" = it doesn't say. */
  readonly ttlSec?: number | "opaque";
}

export interface Root {
  readonly layout: Layout;
  readonly clock: FakeClock;
  readonly spawned: FakeSpawn;
  readonly host: Host;
  readonly notes: { what: string; details: Readonly<Record<string, string | number>> }[];
  /** The program that is "codex" here; never run. */
  readonly program: string;
  /** What the next children of a home do. */
  readonly behaviours: Map<string, Behaviour | "absent">;
  /** Shell scripts that are really run, instead of a fake, in these homes; ended with the test. */
  readonly scripts: Map<string, string>;
  /** The process groups of those that were. */
  readonly pids: number[];
  /** How the program was asked for its version, and which one it says. */
  readonly versions: Launch[];
  readonly answers: { version: string };
  home(alias: string): string;
  /** Makes an alias, logged in unless `login` is undefined. */
  add(alias: string, login?: Login | undefined): string;
  login(alias: string, login?: Login): void;
  pick(alias: string, atMs?: number): void;
  /** Has a supervisor run; stopped at the end of the test. */
  run(options?: RunOptions): Running;
  /** What state/children.json says. */
  recorded(): ChildEntry[];
  status(): Status;
  session(alias: string): SessionStatus;
}

export interface RunOptions {
  readonly sessions?: ReadonlyMap<string, SessionStatus>;
  readonly env?: Record<string, string>;
  readonly lockHolders?: SupervisorSettings["lockHolders"];
}

export interface Running {
  readonly supervisor: Supervisor;
  readonly done: Promise<void>;
  /** Its lock file is gone. */
  dismiss(): void;
  stop(): Promise<void>;
}

/** A root in a temporary folder, fake time, and app-servers that the test answers for. */
export function root(): Root {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-supervisor-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, "root"));
  for (const folder of [layout.sessions, layout.sessionStates, layout.locks, join(dir, "bin")]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const program = join(dir, "bin", "codex");
  writeFileSync(program, "#!/bin/sh\nexit 99\n");
  chmodSync(program, 0o755);

  const clock = new FakeClock();
  const behaviours = new Map<string, Behaviour | "absent">();
  const byHome = ({ env }: Launch) => behaviours.get(env.CODEX_HOME ?? "") ?? answering();
  const spawned = fakeSpawn(byHome);
  const scripts = new Map<string, string>();
  const pids: number[] = [];
  const spawn: Spawn = (launch) => {
    const script = scripts.get(launch.env.CODEX_HOME ?? "");
    if (script === undefined) return spawned.spawn(launch);
    const child = spawnChild({
      ...launch,
      file: "/bin/sh",
      args: ["-c", script],
      env: { ...launch.env, PATH: process.env.PATH ?? "/usr/bin:/bin" },
    });
    if (child.pid !== undefined) pids.push(child.pid);
    return child;
  };
  onTestFinished(() => pids.forEach((pid) => signal(-pid, "SIGKILL")));
  const notes: Root["notes"] = [];
  const journal: Journal = { note: (what, details = {}) => void notes.push({ what, details }) };
  const versions: Launch[] = [];
  const answers = { version: CHECKED_CODEX };
  const capture = (launch: Launch): Captured => {
    versions.push(launch);
    return { exit: { code: 0 }, stdout: `codex-cli ${answers.version}\n`, stderr: "" };
  };
  const host = {
    clock,
    env: { PATH: join(dir, "bin") },
    cwd: dir,
    platform: process.platform,
    system,
    arch: process.arch,
    spawn,
    capture: (launch: Launch) => Promise.resolve(capture(launch)),
    random: () => 0.5,
  } as unknown as Host;

  const made: Root = {
    layout,
    clock,
    spawned,
    host,
    notes,
    program,
    behaviours,
    scripts,
    pids,
    versions,
    answers,
    home: (alias) => homeOf(layout, alias),
    add(alias, ...given) {
      mkdirSync(homeOf(layout, alias), { mode: 0o700 });
      const [login] = given.length === 0 ? [{}] : given;
      if (login) made.login(alias, login);
      return homeOf(layout, alias);
    },
    login: (alias, login = {}) =>
      put(join(homeOf(layout, alias), "auth.json"), authFile(alias, clock, login)),
    pick(alias, atMs = clock.now()) {
      const time = formatTimeMs(atMs);
      const state = { alias, created_at: time, last_used_at: time, last_selected_at: time, pick_seq: 1 };
      put(join(layout.sessionStates, `${alias}.json`), JSON.stringify(state));
    },
    run({ sessions = new Map(), env = {}, lockHolders } = {}) {
      const timing = timingFrom(env);
      const daemon = { pid: 4242, startedAt: "2026-11-20T12:00:00Z" };
      const office = { isInCharge: true };
      const guard = new RootGuard({ clock }, layout, () => office.isInCharge);
      const publisher = new Publisher({
        mayWrite: (path) => guard.mayWrite(path),
        layout,
        host,
        journal,
        daemon,
        flushMs: timing.flushIntervalSec * 1000,
      });
      const supervisor = new Supervisor({
        host,
        layout,
        timing,
        journal,
        publisher,
        sessions,
        guard,
        ...(lockHolders ? { lockHolders } : {}),
      });
      const done = supervisor.run();
      const running: Running = {
        supervisor,
        done,
        dismiss: () => void (office.isInCharge = false),
        async stop() {
          supervisor.stop();
          await clock.advance(1500);
          await done;
        },
      };
      onTestFinished(() => running.stop());
      return running;
    },
    recorded: () => parseChildren(readText(layout.children)),
    status: () => parseStatus(readFileSync(layout.status, "utf8")),
    session(alias) {
      const session = made.status().sessions.get(alias);
      if (session === undefined) throw new Error(`status.json lists no ${alias}`);
      return session;
    },
  };
  return made;
}

/** Waits for something that depends on the real file system: a watch, or a lock. Time stands still. */
export async function eventually(isSo: () => boolean, what: string): Promise<void> {
  await until(
    async () => {
      await settle();
      return isSo();
    },
    what,
    8000,
  );
}

/** Writes a file as programs do: a new one takes the place of the old one. */
export function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function authFile(alias: string, clock: FakeClock, login: Login = {}): string {
  const { user = `user-${alias}`, workspace = `acct-${alias}`, ttlSec = 864_000 } = login;
  const claims = { chatgpt_user_id: user, chatgpt_account_id: workspace };
  const exp = ttlSec === "opaque" ? undefined : Math.floor(clock.now() / 1000) + ttlSec;
  return JSON.stringify({
    auth_mode: "chatgpt",
    tokens: {
      id_token: jwt({ email: `${alias}@example.test`, "https://api.openai.com/auth": claims }),
      access_token: exp === undefined ? "opaque" : jwt({ exp }),
      refresh_token: "made-up",
      account_id: workspace,
    },
  });
}

function jwt(payload: unknown): string {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  return `${part({ alg: "none" })}.${part(payload)}.x`;
}
