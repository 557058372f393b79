/** The made-up world of the demo and of the screens: three accounts, a fake service on loopback, and the real Codex. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { AccountPatch } from "../../rig/backend/account.ts";
import { type Backend, startBackend } from "../../rig/backend.ts";
import { NATIVE_CODEX, NPM_CODEX, TREE } from "../../rig/codex.ts";
import { writeHome } from "../../rig/home.ts";
import { refusingProxy } from "../../rig/refusing_proxy.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const window = (usedPercent: number, windowSec: number, resetInSec: number) => ({
  usedPercent,
  windowSec,
  resetInSec,
});

/** The limits of an account: the used percent of its five hours and of its week, and the hours until the former reset. */
export const limits = (short: number, week: number, resetHours: number) => ({
  primary: window(short, 5 * HOUR, resetHours * HOUR),
  secondary: window(week, 7 * DAY, 3 * DAY),
});

/** The three accounts, each the login of the session of its name. */
export const ACCOUNTS = {
  personal: { plan: "plus", usage: limits(70, 40, 1) },
  work: { plan: "pro", usage: limits(20, 30, 2) },
  spare: { plan: "plus", usage: limits(45, 50, 4) },
} satisfies Record<string, AccountPatch>;

/** Started by `startWorld`; `close` ends and removes all of it. */
export interface World {
  readonly dir: string;
  readonly home: string;
  readonly root: string;
  readonly project: string;
  readonly env: Readonly<Record<string, string>>;
  readonly backend: Backend;
  /** Requests to anything but the fake service. */
  readonly attempts: readonly string[];
  /** What the supervisor has published of a session. */
  shown(alias: string): Shown | undefined;
  /** Returns the processes that are left, of which there should be none. */
  close(keep: boolean): Promise<readonly string[]>;
}

export interface Shown {
  readonly lastProbeResult: string;
  readonly usageLeftPercent: number;
  /** When a turn was refused. */
  readonly refusedAt?: string;
}

/** Makes three sessions that are logged in to the fake service. */
export async function startWorld(text: string): Promise<World> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-demo-")));
  const home = join(dir, "home");
  const root = join(home, ".agentlb");
  const project = join(home, "project");
  const bin = join(dir, "bin");
  for (const folder of [root, project, bin, join(dir, "tmp")]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  // Two versions of Codex are installed: npm gives the name to either.
  symlinkSync(NPM_CODEX, join(bin, "codex"));
  // Codex brings a bubblewrap along, but advises to have one on PATH.
  const bubblewrap = join(dirname(NATIVE_CODEX), "../codex-resources/bwrap");
  if (existsSync(bubblewrap)) symlinkSync(bubblewrap, join(bin, "bwrap"));

  const responses = { text };
  const accounts = Object.entries(ACCOUNTS).map(([id, account]) => [id, { ...account, responses }]);
  const backend = await startBackend({ accounts: Object.fromEntries(accounts) });
  const proxy = await refusingProxy();
  const env: Record<string, string> = {
    ...proxy.env,
    HOME: home,
    PATH: `${bin}:${process.env.PATH ?? ""}`,
    TMPDIR: join(dir, "tmp"), // not above the homes, because Codex warns of homes below it
    CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${backend.url}/oauth/revoke`,
    RUST_LOG: "off", // Codex's log, for its developers
    // Refreshes the readings of active sessions every other second, to keep the demo short.
    AGENTLB_PRE_STALE_REFRESH_SEC: "418",
    AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "1",
    AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "1",
  };
  for (const name of ["TERM", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "COLUMNS", "LINES"]) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  // The fake service has neither apps nor plugins, and Codex would report that.
  const features = { apps: false, plugins: false };
  for (const id of Object.keys(ACCOUNTS)) {
    writeHome(join(root, "sessions", id), { backend, account: id, features });
  }

  return {
    dir,
    home,
    root,
    project,
    env,
    backend,
    attempts: proxy.attempts,
    shown(alias) {
      try {
        return JSON.parse(readFileSync(join(root, "status.json"), "utf8")).sessions[alias];
      } catch {
        return undefined; // not written yet
      }
    },
    async close(keep) {
      spawnSync(process.execPath, [join(TREE, "cli.ts"), "supervisor", "stop"], { env, cwd: dir });
      await until(() => processesOf(home).length === 0, "every process to end").catch(() => {});
      const left = processesOf(home);
      await backend.close();
      await proxy.close();
      if (!keep) rmSync(dir, { recursive: true, force: true });
      return left;
    },
  };
}

/** The processes that have this HOME, on systems with `/proc`. */
function processesOf(home: string): string[] {
  let pids: string[];
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${home}`);
    } catch {
      return false; // gone, or of another user
    }
  });
}

/** Waits for half a minute at most. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited 30 s for ${what}`);
    await wait(50);
  }
}
