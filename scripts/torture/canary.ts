import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { killGroup } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { hasTools } from "../../rig/tools.ts";
import { allCalls } from "./canary/calls.ts";
import { Lookout } from "./canary/look.ts";
import { type Condition, CONDITIONS, secretWorld } from "./canary/world.ts";
import type { Row } from "./row.ts";

/** Commands that wait for something are ended after this time. */
const ENDED_MS = 4000;
/** Every so many calls are run in the short form, others in each condition. */
const SHORT_STEP = 6;

/** Every command of all programs, where every login holds a text that may appear nowhere. */
export const canary: Row = {
  name: "canary",
  promise: "no token is shown, kept or handed on, whatever a command meets",
  unit: "calls",
  async run(size) {
    const calls = await allCalls();
    const planted = await plantedPlaces();
    const found: string[] = [];
    let [tries, processes] = [0, 0];
    const worlds = CONDITIONS.map(async (condition, nth) => {
      const chosen = size === "long" ? calls : calls.filter((_, at) => at % SHORT_STEP === nth);
      const { lookout } = await runCalls(condition, chosen);
      tries += chosen.length;
      processes += lookout.processes;
      found.push(...lookout.sightings.map(({ place, at }) => `${condition}: ${place}: ${at}`));
    });
    await Promise.all(worlds);
    return {
      tries,
      planted: planted.missed.length === 0 ? `a token in ${planted.found.join(", ")}` : undefined,
      failures: [
        ...found,
        ...planted.missed.map((place) => `a planted token was not seen in ${place}`),
        ...(processes === 0 ? ["no process was looked at"] : []),
      ],
      figures: { calls: calls.length, processes },
    };
  },
};

async function runCalls(
  condition: Condition,
  calls: readonly string[][],
): Promise<{ readonly lookout: Lookout }> {
  const token = newToken();
  const user = secretWorld(token, condition);
  const lookout = new Lookout(token, user);
  try {
    const env = {
      CAP_AUTH_TEAM_DIR: user.pool,
      CLB_AUTH_TEAM_DIR: user.pool,
      CAP_SOURCES: join(user.home, "s1"),
      CLB_SOURCES: join(user.home, "s1"),
      AGENTLB_DAEMON_START_TIMEOUT_MS: "300",
    };
    for (const words of calls) {
      const child = user.start("compiled", words, { env });
      const { stdout, stderr } = await outputOf(child, lookout);
      lookout.text("stdout", words.join(" "), stdout);
      lookout.text("stderr", words.join(" "), stderr);
    }
    lookout.tmux();
    lookout.files();
    return { lookout };
  } finally {
    await user.close();
  }
}

/** Watches a process to its end, or ends it. */
async function outputOf(child: ChildProcess, lookout: Lookout): Promise<{ stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("latin1").on("data", (text: string) => void (said[name] += text));
  }
  child.stdin?.on("error", () => {}).end();
  let isOver = false;
  const closed = new Promise<void>((resolved, rejected) => {
    child.on("error", rejected);
    child.on("close", () => resolved());
  }).finally(() => void (isOver = true));
  const until = Date.now() + ENDED_MS;
  while (!isOver) {
    lookout.look();
    if (Date.now() > until) killGroup(child.pid);
    await Promise.race([closed, wait(25)]);
  }
  return said;
}

/** Leaves a token in each place that is looked at, and tells where it was seen. */
async function plantedPlaces(): Promise<
  { readonly found: readonly string[]; readonly missed: readonly string[] }
> {
  const token = newToken();
  const user = secretWorld(token, "whole");
  const lookout = new Lookout(token, user);
  const places = ["stdout", "stderr", "argv", "environ", "file", ...(hasTools("tmux") ? ["tmux"] : [])];
  try {
    const run = (script: string, env = {}) => startShell(user, script, env);
    const { stdout, stderr } = await outputOf(
      run(`cat "${user.homeOf("a")}/auth.json"; echo ${half(token)} >&2`),
      lookout,
    );
    lookout.text("stdout", "cat", stdout);
    lookout.text("stderr", "echo", stderr);
    await outputOf(run(`sleep 0.3 # ${token}`), lookout);
    await outputOf(run("sleep 0.3", { A_KEY: token }), lookout);
    writeFileSync(join(user.dir, "tmp", "left"), `x${Buffer.from(`aa${token}`).toString("base64")}`);
    lookout.files();
    plantTmux(user, token, lookout);
    const found = places.filter((place) => lookout.sightings.some((sighting) => sighting.place === place));
    return { found, missed: places.filter((place) => !found.includes(place)) };
  } finally {
    rmSync(join(user.dir, "tmp", "left"), { force: true });
    await user.close();
  }
}

function plantTmux(user: Sandbox, token: string, lookout: Lookout): void {
  if (!hasTools("tmux")) return;
  const env = { ...user.env, TMUX_TMPDIR: join(user.dir, "tmp") };
  mkdirSync(env.TMUX_TMPDIR, { recursive: true });
  const tmux = (...words: string[]) =>
    spawnSync("tmux", ["-L", "planted", "-f", "/dev/null", ...words], { env, input: token });
  tmux("new-session", "-d", "-s", "x", "cat");
  tmux("load-buffer", "-");
  lookout.tmux();
  tmux("kill-server");
}

function startShell(user: Sandbox, script: string, env: Readonly<Record<string, string>>): ChildProcess {
  return spawn("/bin/sh", ["-c", script], {
    env: { ...user.env, ...env },
    cwd: user.cwd,
    detached: true,
    stdio: "pipe",
  });
}

/** Two quoted halves: what is in the words of a shell is one of the places, too. */
function half(token: string): string {
  return `"${token.slice(0, 8)}""${token.slice(8)}"`;
}

function newToken(): string {
  return `canary${randomBytes(12).toString("hex")}`;
}
