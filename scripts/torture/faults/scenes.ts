/** The commands whose writes are swept, each with the state that it starts from. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderLeases } from "../../../lib/core/session/leases.ts";
import { renderPromise } from "../../../lib/core/thread/promise.ts";
import { commandOf, type Way } from "../../../rig/program.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { login } from "../../../test/e2e/support/login.ts";
import { publish } from "../../../test/e2e/support/published.ts";

export interface Scene {
  readonly name: string;
  prepare(user: Sandbox): Promise<void>;
  words(user: Sandbox, way: Way): readonly string[];
  env(user: Sandbox): Readonly<Record<string, string>>;
  /** Files of others, which are only read; that they can't be is said, and no fault. */
  readonly foreign?: RegExp;
}

const ALONE = { AGENTLB_SUPERVISOR_DISABLED: "1" };
const THREAD = "0199a213-81c0-7800-8aa1-bbab2a035a53";

async function must(user: Sandbox, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const { code, stderr } = await user.run("compiled", line.split(" "), { env: ALONE });
    if (code !== 0) throw new Error(`agentlb ${line} ended with ${code}: ${stderr}`);
  }
}

/** Two sessions, of which one has all that can belong to one. */
async function prepareSessions(user: Sandbox): Promise<void> {
  for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
  await must(user, "new a --print-command", "rr --print-command", "bind a --here", "pause b");
  // A reservation would end in the middle of the sweep.
  writeFileSync(join(user.root, "state/leases.json"), renderLeases(new Map()), { mode: 0o600 });
  const promises = join(user.root, "state/promises");
  mkdirSync(promises, { recursive: true, mode: 0o700 });
  const promise = {
    thread: THREAD,
    alias: "a",
    home: user.homeOf("a"),
    cwd: user.cwd,
    firstWords: "hello",
    by: { pid: 2_000_000_000, startTime: "1", bootId: "1" },
    since: 1,
    boundary: 1,
    step: "waiting" as const,
    untilMs: undefined,
    isSeenUsedUp: false,
    tries: 0,
  };
  writeFileSync(join(promises, `${THREAD}.json`), renderPromise(promise), { mode: 0o600 });
  writeFileSync(join(user.root, "config.toml"), "# mine\n[sessions]\nstale_sec = 400\n", { mode: 0o600 });
  mkdirSync(join(user.home, ".codex"), { mode: 0o700 });
  writeFileSync(join(user.home, ".codex/config.toml"), 'model = "gpt-5"\n');
  writeFileSync(join(user.home, ".codex/AGENTS.md"), "Be brief.\n");
  const mark = { refusedAt: "2026-11-20T11:55:00Z", exhaustedUntil: "2036-11-20T15:00:00Z" };
  publish(user, { a: mark, b: {} });
}

function agentlb(line: string, name = line): Scene {
  return {
    name: `agentlb ${name}`,
    prepare: prepareSessions,
    words: (_, way) => [...commandOf(way), ...line.split(" ")],
    env: () => ALONE,
  };
}

function poolEnv(user: Sandbox): Record<string, string> {
  return {
    CAP_AUTH_TEAM_DIR: join(user.home, "team"),
    CAP_SOURCES: join(user.home, "source"),
    CAP_STATE_FILE: join(user.home, "share/state.json"),
    CAP_AUTH_STRATEGY: "team_cycle",
  };
}

async function preparePool(user: Sandbox): Promise<void> {
  for (const folder of ["team", "source", "share"]) mkdirSync(join(user.home, folder), { mode: 0o700 });
  for (const name of ["a", "b"]) writeFileSync(join(user.home, "team", name), login(name), { mode: 0o600 });
  for (const command of ["pick", "pick-auth"]) {
    const args = ["cap", command, "--worker", "w", "--base", "b"];
    const { code, stderr } = await user.run("compiled", args, { env: poolEnv(user) });
    if (code !== 0) throw new Error(`cap ${command} ended with ${code}: ${stderr}`);
  }
}

function cap(line: string): Scene {
  return {
    name: `cap ${line.split(" ")[0]}`,
    prepare: preparePool,
    words: (_, way) => [...commandOf(way), "cap", ...line.split(" ")],
    env: poolEnv,
  };
}

export const SCENES: readonly Scene[] = [
  agentlb("rr --print-command", "rr"),
  cap("pick-auth --worker w --base b"),
  agentlb("new a --cmd true", "new"),
  agentlb("pause a"),
  agentlb("config set sessions.policy drain", "config set"),
  agentlb("bind b --here", "bind"),
  agentlb("clear a"),
  agentlb("rename a c"),
  agentlb("rm a"),
  { ...agentlb("share a"), foreign: /\/\.codex\// },
  cap("pick --worker w --base b"),
  cap("auth-advance"),
  cap("reset-state"),
];
