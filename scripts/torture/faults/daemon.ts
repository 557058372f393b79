/** Faults of the disk at the calls by which a supervisor writes, while it reads limits and publishes them. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { commandOf, type Way } from "../../../rig/program.ts";
import { finished } from "../../../rig/result.ts";
import { makeSandbox, type Sandbox } from "../../../rig/sandbox.ts";
import { until } from "../../../rig/until.ts";
import { login } from "../../../test/e2e/support/login.ts";
import { published } from "../../../test/e2e/support/published.ts";
import {
  type Call,
  callsIn,
  canHave,
  type Fault,
  FAULTS,
  injectedIn,
  OWN_CACHE,
  plainName,
  traced,
} from "./calls.ts";
import { temporaries } from "./check.ts";
import type { Swept } from "./sweep.ts";

const ENV = { ...OWN_CACHE, AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" };

/** Sweeps faults over a supervisor from its start to its end; `isTried` chooses among them. */
export async function sweepDaemon(way: Way, isTried: (index: number) => boolean): Promise<Swept> {
  const [tries, litter] = [new Set<string>(), new Set<string>()];
  const failures: string[] = [];
  const clean = await withUser(async (user) => {
    const { broken } = await live(user, way);
    if (broken.length > 0) throw new Error(broken.join("; "));
    return callsIn(readFileSync(join(user.dir, "trace"), "utf8"), user.home);
  });
  // Codex's own files, and those of its fake, are not ours.
  const calls = clean.filter(({ path }) => !/\/sessions\//.test(path.replace(/^.*\.agentlb/, "")));
  let index = 0;
  for (const call of calls) {
    for (const fault of FAULTS.filter((each) => canHave(call, each))) {
      if (!isTried(index++)) continue;
      await withUser(async (user) => {
        const { broken, ended } = await live(user, way, { call, fault });
        const hit = injectedIn(readFileSync(join(user.dir, "trace"), "utf8"), user.home, fault);
        if (hit === undefined) return;
        const path = /^[^>"]*/.exec(hit.slice(hit.indexOf(user.home) + user.home.length))![0];
        const where = `the supervisor on ${way}, ${fault} at ${call.name} ${call.n} of ${plainName(path)}`;
        tries.add(where);
        const left = temporaries(user.root);
        if (fault === "SIGKILL") {
          for (const name of left) litter.add(join(".agentlb", name));
          broken.push(...(await live(user, "compiled")).broken);
        } else broken.push(...left.map((name) => `${name} is left behind`), ...ended);
        failures.push(...broken.map((each) => `${where}: ${each}`));
      });
    }
  }
  return { tries, failures, litter };
}

async function withUser<T>(use: (user: Sandbox) => Promise<T>): Promise<T> {
  const user = makeSandbox({ env: ENV });
  try {
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    return await use(user);
  } finally {
    await user.close();
  }
}

/** Runs a supervisor until it has published both sessions, or has ended; what is wrong meanwhile and after. */
async function live(user: Sandbox, way: Way, wrong?: { readonly call: Call; readonly fault: Fault }) {
  const out = join(user.dir, "trace");
  rmSync(out, { force: true });
  const [file = "", ...args] = traced(out, [...commandOf(way), "supervisor", "daemon"], wrong);
  const child = spawn(file, args, {
    env: user.env,
    cwd: user.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = finished(child, 60_000);
  const broken: string[] = [];
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const isPublished = () =>
    ["a", "b"].every((alias) => published(user)?.sessions?.[alias]?.lastProbeResult === "ok");
  rmSync(join(user.root, "status.json"), { force: true });
  await until(
    () => {
      broken.push(...halves(user));
      return broken.length > 0 || isOver() || isPublished();
    },
    "the supervisor publishes, or ends",
    30_000,
  );
  if (!isOver()) await stop(child);
  const { code, stderr } = await end;
  broken.push(...halves(user));
  // One that could not start says why; one that runs goes on, whatever its disk does.
  const isSaid = /agentlb: error: |Cannot/.test(stderr);
  return { broken, ended: code === 0 || isSaid ? [] : [`it ended with ${code}: ${stderr.slice(0, 300)}`] };
}

async function stop(child: ChildProcess): Promise<void> {
  const tracee = Number(
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ")[0],
  );
  if (tracee > 1) process.kill(tracee, "SIGTERM");
  await wait(0);
}

/** Files that hold half of something. */
function halves(user: Sandbox): string[] {
  if (!existsSync(user.root)) return [];
  const names = readdirSync(user.root, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith("sessions/") && !name.endsWith(".tmp"));
  return names.filter((name) => /\.json$|\.corrupt-/.test(name)).flatMap((name) => {
    if (name.includes(".corrupt-")) return [`${name} was put aside`];
    try {
      JSON.parse(readFileSync(join(user.root, name), "utf8"));
      return [];
    } catch (error) {
      return (error as { code?: string }).code === "ENOENT" ? [] : [`${name} holds half: ${error}`];
    }
  });
}
