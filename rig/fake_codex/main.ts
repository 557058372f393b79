import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CHECKED_CODEX } from "../../lib/core/codex/versions.ts";
import { ORDINARY } from "../backend/account.ts";
import { authFileText, mintTokens } from "../backend/token.ts";
import { serve } from "./app_server.ts";
import { appears, openThread } from "./hold.ts";
import { type Happened, note } from "./record.ts";
import { type Act, readScript } from "./script.ts";

// Started by a wrapper named `codex`: its folder is the first argument, the caller's arguments follow.
const [bin = ".", ...args] = process.argv.slice(2);
const home = process.env.CODEX_HOME ?? join(process.env.HOME ?? "/", ".codex");
const script = () => readScript(home, bin);

function happened(event: Happened["event"], what?: string): void {
  note(bin, { event, pid: process.pid, at: Date.now(), home, ...(what === undefined ? {} : { what }) });
}

function end(how: { readonly exit?: number; readonly signal?: string }): void {
  if (how.signal !== undefined) {
    happened("exit", how.signal);
    process.removeAllListeners(how.signal);
    process.kill(process.pid, how.signal);
    return;
  }
  happened("exit", String(how.exit ?? 0));
  process.exit(how.exit ?? 0);
}

function ignoreSignals(names: readonly string[]): void {
  for (const name of names) {
    if (name.startsWith("SIG")) process.on(name, () => happened("signal", name));
  }
}

async function act(steps: Act): Promise<void> {
  ignoreSignals(steps.ignore ?? []);
  for (const thread of steps.threads ?? []) await openThread(home, thread);
  if (steps.stdout !== undefined) process.stdout.write(steps.stdout);
  if (steps.stderr !== undefined) process.stderr.write(steps.stderr);
  if (steps.echo) { for await (const part of process.stdin) process.stdout.write(part); }
  if (steps.sleepMs !== undefined) await wait(steps.sleepMs);
  if (steps.holdUntil !== undefined) {
    happened("holding", steps.holdUntil);
    await appears(home, steps.holdUntil);
  }
  if (steps.signal !== undefined) {
    end({ signal: steps.signal });
    await wait(10_000); // the signal is on its way
  }
}

async function login(): Promise<void> {
  const steps = script().login ?? {};
  await act(steps);
  if ((steps.exit ?? 0) === 0) {
    const account = steps.account ?? "acct-login";
    const tokens = mintTokens(account, ORDINARY, ORDINARY.accessTtlSec, "fakelogin");
    const text = steps.authFile ?? authFileText(tokens, account, steps.issuer ?? "http://127.0.0.1:9");
    writeFileSync(join(home, "auth.json"), text, { mode: 0o600 });
    process.stderr.write("Successfully logged in\n");
  }
  end({ exit: steps.exit ?? 0 });
}

async function loginStatus(): Promise<void> {
  const steps = script().status;
  if (steps !== undefined) {
    await act(steps);
    return end({ exit: steps.exit ?? 0 });
  }
  const isLoggedIn = existsSync(join(home, "auth.json"));
  process.stderr.write(isLoggedIn ? "Logged in using ChatGPT\n" : "Not logged in\n");
  end({ exit: isLoggedIn ? 0 : 1 });
}

async function main(): Promise<void> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  // The wrapper hides this variable from the Bun that runs this file.
  if (env.RIG_BUN_OPTIONS !== undefined) env.BUN_OPTIONS = env.RIG_BUN_OPTIONS;
  delete env.RIG_BUN_OPTIONS;
  const { pid, ppid } = process;
  if (args[0] === "--version") {
    note(bin, { event: "version", pid, at: Date.now(), home });
    process.stdout.write(`codex-cli ${script().version ?? CHECKED_CODEX}\n`);
    process.exit(0);
  }
  note(bin, { event: "started", pid, ppid, at: Date.now(), home, args, cwd: process.cwd(), env });
  if (!existsSync(home)) {
    process.stderr.write(`Error: CODEX_HOME points to "${home}", but that path does not exist\n`);
    return end({ exit: 1 });
  }
  if (args[0] === "login" && args[1] === "status") return await loginStatus();
  if (args[0] === "login") return await login();
  if (args[0] === "app-server") {
    const appServer = () => script().appServer ?? {};
    ignoreSignals(appServer().ignore ?? []);
    return serve({ home, script: appServer, note: happened, end });
  }
  const steps = script().run ?? {};
  await act(steps);
  end({ exit: steps.exit ?? 0 });
}

await main();
