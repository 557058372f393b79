/**
 * `npm run demo`: agentlb picks a session and runs the real Codex in it, on made-up accounts and a fake service on
 * loopback. Needs no login and removes its files. `--keep FOLDER` keeps the sessions and the service's log there.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startBackend } from "../rig/backend.ts";
import { NPM_CODEX, TREE } from "../rig/codex.ts";
import { writeHome } from "../rig/home.ts";
import { refusingProxy } from "../rig/refusing_proxy.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const window = (usedPercent: number, windowSec: number, resetInSec: number) => ({
  usedPercent,
  windowSec,
  resetInSec,
});
const limits = (short: number, long: number) => ({
  primary: window(short, 5 * HOUR, 2 * HOUR),
  secondary: window(long, 7 * DAY, 3 * DAY),
});
/** The logins of three accounts: the used percent of the five hours and of the week. */
const ACCOUNTS = { personal: limits(70, 40), work: limits(20, 30), spare: limits(45, 50) };

const began = Date.now();
const keep = keptFolder();
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

const backend = await startBackend({
  accounts: Object.fromEntries(Object.entries(ACCOUNTS).map(([id, usage]) => [id, { usage }])),
});
const proxy = await refusingProxy();
const env: Record<string, string> = {
  ...proxy.env,
  HOME: home,
  PATH: `${bin}:${process.env.PATH ?? ""}`,
  TMPDIR: join(dir, "tmp"), // not above the homes, because Codex warns of homes below it
  CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${backend.url}/oauth/revoke`,
  // Refreshes the readings of active sessions every other second, to keep the demo short.
  AGENTLB_PRE_STALE_REFRESH_SEC: "418",
  AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "1",
  AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "1",
};

try {
  await demo();
} catch (thrown) {
  console.log(`\nThe demo failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function demo(): Promise<void> {
  for (const id of Object.keys(ACCOUNTS)) writeHome(join(root, "sessions", id), { backend, account: id });
  const { stdout } = spawnSync(process.execPath, [NPM_CODEX, "--version"], { env, encoding: "utf8" });
  console.log(
    `codex        ${NPM_CODEX}\nversion      ${stdout.trim()}\naccounts     ${
      Object.keys(ACCOUNTS).join(", ")
    }, made up`,
  );

  title("The supervisor asks codex app-server for the limits of every account");
  await show(["supervisor", "start", "--background"]);
  await until(() => Object.keys(ACCOUNTS).every((id) => resultOf(id) === "ok"), "a reading of every account");
  await show(["status"]);

  title("agentlb picks the session with the most left and runs a real Codex turn in it");
  await turn();

  title("That account runs dry");
  backend.set("work", { usage: limits(100, 100), responses: { mode: "usage_limit" } });
  await until(() => leftOf("work") === 0, "a reading that says so");
  await show(["status"]);

  title("The next pick moves on");
  await turn();
}

/** Runs `agentlb -- exec` and finds the thread in Codex's rollout. */
async function turn(): Promise<void> {
  const before = new Set(rollouts());
  await show(["--", "exec", "--skip-git-repo-check", "Say hello."]);
  const [rollout] = rollouts().filter((path) => !before.has(path));
  if (rollout === undefined) throw new Error("Codex wrote no rollout");
  const { payload } = JSON.parse(readFileSync(join(root, rollout), "utf8").split("\n")[0] ?? "");
  console.log(
    `\nthread       ${payload.id}\naccount      ${payload.creator_account_id}\nrollout      ${rollout}`,
  );
}

/** Runs agentlb as a user would and prints its output. */
async function show(args: readonly string[]): Promise<void> {
  console.log(`\n$ agentlb ${args.join(" ")}`);
  const child = spawn(process.execPath, [join(TREE, "cli.ts"), ...args], {
    env,
    cwd: project,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`agentlb ${args.join(" ")} ended with ${code}`);
}

async function cleanUp(): Promise<void> {
  spawnSync(process.execPath, [join(TREE, "cli.ts"), "supervisor", "stop"], { env, cwd: dir });
  await until(() => ours().length === 0, "every process to end").catch(() => {
    console.log(`left behind: ${ours().join(", ")}`);
    process.exitCode = 1;
  });
  if (keep !== undefined) {
    writeFileSync(join(keep, "requests.json"), JSON.stringify(backend.rows, undefined, 2));
  }
  await backend.close();
  await proxy.close();
  if (keep === undefined) rmSync(dir, { recursive: true, force: true });
  else writeFileSync(join(keep, "root"), root);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(
    `\nrequests to the fake service: ${backend.rows.length}, to anywhere else: ${proxy.attempts.length} (refused)`,
  );
  console.log(process.exitCode ? `demo failed after ${seconds} s` : `demo done in ${seconds} s`);
}

function keptFolder(): string | undefined {
  const at = process.argv.indexOf("--keep");
  return at < 0 ? undefined : process.argv[at + 1];
}

function title(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 96 - text.length))}`);
}

function rollouts(): string[] {
  const names = readdirSync(join(root, "sessions"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => /rollout-[^/]*\.jsonl$/.test(name)).map((name) => join("sessions", name));
}

interface Shown {
  readonly lastProbeResult: string;
  readonly usageLeftPercent: number;
}

function sessionOf(id: string): Shown | undefined {
  try {
    return JSON.parse(readFileSync(join(root, "status.json"), "utf8")).sessions[id];
  } catch {
    return undefined; // not written yet
  }
}

function resultOf(id: string): string | undefined {
  return sessionOf(id)?.lastProbeResult;
}

function leftOf(id: string): number | undefined {
  return sessionOf(id)?.usageLeftPercent;
}

/** The processes that still have the demo's HOME, on systems with `/proc`. */
function ours(): string[] {
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

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited 30 s for ${what}`);
    await wait(50);
  }
}
