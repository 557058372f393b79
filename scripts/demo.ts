/**
 * `npm run demo`: agentlb picks a session and runs the real Codex in it, on made-up accounts and a fake service on
 * loopback. Needs no login and removes its files. `--keep FOLDER` keeps the sessions and the service's log there.
 */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NPM_CODEX, TREE } from "../rig/codex.ts";
import { ACCOUNTS, limits, startWorld, until } from "./demo/world.ts";

const began = Date.now();
const keep = keptFolder();
const world = await startWorld("Hello from the made-up service!");
const { backend, root } = world;

try {
  await demo();
} catch (thrown) {
  console.log(`\nThe demo failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function demo(): Promise<void> {
  const { stdout } = spawnSync(process.execPath, [NPM_CODEX, "--version"], {
    env: world.env,
    encoding: "utf8",
  });
  console.log(
    `The real Codex (${stdout.trim()}) runs here with three made-up accounts:\n${
      Object.keys(ACCOUNTS).join(", ")
    }. Its service is made up, too, and runs on this machine.`,
  );

  title("1. What is left in each account?");
  say("A background process, the supervisor, asks Codex for the limits of each account.");
  await show(["supervisor", "start", "--background"]);
  await until(() => Object.keys(ACCOUNTS).every((id) => resultOf(id) === "ok"), "a reading of every account");
  say(
    "One line for each session: one account's login, in a folder of its own.\n* is where the most is left.",
  );
  await show(["status"]);

  title("2. Run Codex where the most is left");
  say("agentlb starts Codex in the session work. Words after -- go to Codex unchanged.");
  await turn();

  title("3. An account is used up");
  say("The made-up service now says that the account of work has nothing left.");
  backend.set("work", { usage: limits(100, 100, 2), responses: { mode: "usage_limit" } });
  await until(() => leftOf("work") === 0, "a reading that says so");
  say("The supervisor has noticed, and * has moved to spare.");
  await show(["status"]);

  title("4. The next run goes to the next account");
  say("The same command as before. You choose nothing, and no login was exchanged.");
  await turn();

  title("Next, on your own machine");
  console.log(`
npm run build && sh install.sh --from dist    # into ~/.local/bin, without root
agentlb init      # logs in to your accounts, one after the other
agentlb           # runs Codex where the most is left
agentlb status    # what is left in each

Your own ~/.codex stays as it is. Step by step: docs/first-hour.md`);
}

/** Runs `agentlb -- exec` and finds the thread in Codex's rollout. */
async function turn(): Promise<void> {
  const before = new Set(rollouts());
  await show(["--", "exec", "--skip-git-repo-check", "Say hello."]);
  const [rollout] = rollouts().filter((path) => !before.has(path));
  if (rollout === undefined) throw new Error("Codex wrote no rollout");
  const { payload } = JSON.parse(readFileSync(join(root, rollout), "utf8").split("\n")[0] ?? "");
  say("Codex has written down this conversation, in the folder of that session:");
  console.log(
    `thread       ${payload.id}\naccount      ${payload.creator_account_id}\nfolder       ~/.agentlb/${
      dirname(rollout)
    }`,
  );
}

/** Runs agentlb as a user would and prints its output. */
async function show(args: readonly string[]): Promise<void> {
  console.log(`\n$ agentlb ${args.map((word) => word.includes(" ") ? `"${word}"` : word).join(" ")}`);
  const child = spawn(process.execPath, [join(TREE, "cli.ts"), ...args], {
    env: world.env,
    cwd: world.project,
    // Codex would read a pipe to its end.
    stdio: [process.stdin.isTTY ? "inherit" : "ignore", "inherit", "inherit"],
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`agentlb ${args.join(" ")} ended with ${code}`);
}

async function cleanUp(): Promise<void> {
  const left = await world.close(keep !== undefined);
  if (left.length > 0) {
    console.log(`left behind: ${left.join(", ")}`);
    process.exitCode = 1;
  }
  if (keep !== undefined) {
    writeFileSync(join(keep, "requests.json"), JSON.stringify(backend.rows, undefined, 2));
    writeFileSync(join(keep, "root"), root);
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(
    `\nrequests to the made-up service: ${backend.rows.length}, to anywhere else: ${world.attempts.length} (refused)`,
  );
  console.log(process.exitCode ? `demo failed after ${seconds} s` : `demo done in ${seconds} s`);
}

function keptFolder(): string | undefined {
  const at = process.argv.indexOf("--keep");
  return at < 0 ? undefined : process.argv[at + 1];
}

function title(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 76 - text.length))}`);
}

function say(text: string): void {
  console.log(`\n${text}`);
}

function rollouts(): string[] {
  const names = readdirSync(join(root, "sessions"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => /rollout-[^/]*\.jsonl$/.test(name)).map((name) => join("sessions", name));
}

function resultOf(id: string): string | undefined {
  return world.shown(id)?.lastProbeResult;
}

function leftOf(id: string): number | undefined {
  return world.shown(id)?.usageLeftPercent;
}
