import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, type TestContext } from "vitest";
import type { AccountPatch } from "../../rig/backend/account.ts";
import { startCodex } from "../../rig/codex.ts";
import { finished, killGroup } from "../../rig/result.ts";
import { until } from "../../rig/until.ts";
import { figure, isRunning, world } from "./real_world.ts";
import { patience } from "../../rig/patience.ts";

// With the real Codex 0.171, started by hand: what its lock and rollouts tell, without any question of ours.

/** Long enough to be seen in, on a slow machine, too. */
const TURN_MS = 6000;
const FLUSH_SEC = 1;
/** What is promised is a second and a flush; a machine under load takes its time. */
const PATIENCE_MS = 20_000;

interface Doings {
  readonly activeTurns: number;
  readonly turns?: number;
  readonly openThreads?: number;
  readonly leased?: readonly number[];
}

interface Shown {
  readonly activity: Doings;
  readonly rateLimits: { readonly primary: { readonly usedPercent: number } | null };
  readonly exhaustedUntil?: string;
  readonly refusedAt?: string;
  readonly lastProbeResult: string;
}

const workers = new Set<ChildProcess>();
afterEach(() => workers.forEach((worker) => killGroup(worker.pid)));

/** A user whose supervisor finds no Codex, so that it can ask nobody, and aliases `a` and `b`. */
async function blind(context: TestContext) {
  const found = await world(context, { env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: String(FLUSH_SEC) } });
  const { service, user, agentlb } = found;
  for (const id of ["a", "b"]) user.addAlias(id, { backend: service, account: id });
  writeFileSync(join(user.root, "config.toml"), '[supervisor]\ncodex = "/nowhere/codex"\n');
  await agentlb(["supervisor", "start", "--background"]);
  await found.results({ a: "codex not found", b: "codex not found" });
  const shown = (alias: string) => found.sessions()[alias] as unknown as Shown;
  return {
    ...found,
    shown,
    doings: (alias: string) => shown(alias).activity,
    /** Starts a turn as a user does, without agentlb. */
    turn(alias: string): ChildProcess {
      const worker = startCodex(user.homeOf(alias), ["exec", "--skip-git-repo-check", "hi"]);
      worker.stdin?.end();
      workers.add(worker);
      worker.once("exit", () => workers.delete(worker));
      return worker;
    },
  };
}

/** When an event was written into the newest rollout of a home, epoch milliseconds. */
function eventAt(home: string, kind: string): number | undefined {
  const folder = join(home, "sessions");
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder, { recursive: true }).map(String).filter((name) =>
    name.endsWith(".jsonl")
  );
  const lines = files.sort().slice(-1).flatMap((name) =>
    readFileSync(join(folder, name), "utf8").split("\n")
  );
  const line = lines.filter((text) => text.includes(`"${kind}"`)).at(-1);
  return line === undefined ? undefined : Date.parse(JSON.parse(line).timestamp);
}

describe("turns that were started without agentlb", { timeout: patience(90_000) }, () => {
  test("in two sessions are active from their start to their end", async (context) => {
    const { service, user, turn, doings } = await blind(context);
    for (const id of ["a", "b"]) service.set(id, { responses: { delayMs: TURN_MS } });
    const ends = ["a", "b"].map((alias) => finished(turn(alias), 60_000));
    for (const alias of ["a", "b"]) {
      await until(() => doings(alias).turns === 1, `a turn in ${alias}`, PATIENCE_MS);
      const began = eventAt(user.homeOf(alias), "task_started");
      figure(
        `a turn is active after its start (aim: 1 s and a flush of ${FLUSH_SEC} s)`,
        Date.now() - began!,
      );
      expect(doings(alias)).toMatchObject({ activeTurns: 1, turns: 1, openThreads: 1 });
    }
    for (const { code, stdout } of await Promise.all(ends)) {
      expect([code, stdout.trim()]).toEqual([0, "fake answer"]);
    }
    for (const alias of ["a", "b"]) {
      await until(() => doings(alias).turns === 0, `no turn in ${alias}`, PATIENCE_MS);
      figure("  and no more after its end", Date.now() - eventAt(user.homeOf(alias), "task_complete")!);
      await until(() => doings(alias).openThreads === 0, `no thread in ${alias}`, PATIENCE_MS);
      expect(doings(alias).activeTurns).toBe(0);
    }
    // What each turn was told of the limits is known now, though nobody asked.
    const { stdout } = await user.run("compiled", ["status"]);
    expect(stdout.match(/75%.*60%.*eligible/g)).toHaveLength(2);
    expect(service.find({ path: "/wham/usage" }).map((row) => row.userAgent ?? "").join())
      .not.toContain("agentlb-supervisor");
  });

  test("end with their Codex, also when that is killed", async (context) => {
    const { service, turn, doings } = await blind(context);
    service.set("a", { responses: { delayMs: 10 * TURN_MS } });
    const worker = turn("a");
    await until(() => doings("a").turns === 1, "a turn", PATIENCE_MS);
    killGroup(worker.pid);
    const killed = Date.now();
    await until(() => doings("a").turns === 0, "no turn", PATIENCE_MS);
    figure("a turn is active no more after SIGKILL", Date.now() - killed);
    expect(doings("a")).toMatchObject({ activeTurns: 0, openThreads: 0 });
    expect(isRunning(worker.pid!)).toBe(false);
    service.set("a", { responses: { delayMs: 0 } });
  });
});

describe("a session that agentlb runs Codex in", { timeout: patience(90_000) }, () => {
  test("is active at once, and counts once when the turn has begun", async (context) => {
    const { service, user, agentlb, shown, doings } = await blind(context);
    service.set("a", { responses: { delayMs: TURN_MS } });
    const running = user.start("compiled", ["new", "a", "--", "exec", "--skip-git-repo-check", "hi"]);
    running.stdin?.end();
    workers.add(running);
    const end = finished(running, 60_000);
    await until(() => doings("a").turns === 1, "a turn", PATIENCE_MS);
    expect(doings("a")).toMatchObject({ activeTurns: 1, openThreads: 1, leased: [running.pid] });
    const { sessions } = JSON.parse((await agentlb(["status", "--json"])).stdout);
    expect(sessions[0]).toMatchObject({ alias: "a", active: 1 });
    expect((await end).code).toBe(0);
    await until(() => doings("a").activeTurns === 0, "its end", PATIENCE_MS);
    expect(shown("a").rateLimits.primary?.usedPercent).toBe(25);
  });
});

describe("a turn that meets a used-up limit", { timeout: patience(90_000) }, () => {
  const full: AccountPatch = { usage: { primary: { usedPercent: 100, resetInSec: 7800 } } };
  const depleted: AccountPatch = {
    responses: { headers: { "x-codex-rate-limit-reached-type": "workspace_member_credits_depleted" } },
  };

  test.for(
    [
      ["because a window is full", full, 130],
      ["because its credits are gone", depleted, 10],
    ] as const,
  )("keeps the next pick away from its session, %s", async ([_, how, heldMin], context) => {
    const { service, user, agentlb, turn, shown } = await blind(context);
    service.set("a", { usage: { primary: { usedPercent: 5 }, secondary: { usedPercent: 5 } } });
    for (const alias of ["a", "b"]) expect((await finished(turn(alias), 60_000)).code).toBe(0);
    await until(() => shown("a").rateLimits.primary?.usedPercent === 5, "limits of a", PATIENCE_MS);
    await until(() => shown("b").rateLimits.primary?.usedPercent === 25, "limits of b", PATIENCE_MS);
    expect((await agentlb(["pick"])).stdout).toMatch(/^a\t/);

    service.set("a", how);
    service.set("a", { responses: { mode: "usage_limit" } });
    expect((await finished(turn("a"), 60_000)).code).toBe(1);
    const refused = eventAt(user.homeOf("a"), "task_complete")!;
    await until(() => shown("a").exhaustedUntil !== undefined, "the mark", PATIENCE_MS);
    figure("a session is known to be used up after a turn was refused", Date.now() - refused);
    const picked = await agentlb(["pick"]);
    expect(picked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^b\t/) });
    const { stdout } = await agentlb(["status"]);
    const [row = ""] = stdout.split("\n").filter((line) => line.includes("┆ a "));
    expect(row).toMatch(/ refused /);
    const { refusedAt = "", exhaustedUntil = "" } = shown("a");
    expect(Math.round((Date.parse(exhaustedUntil) - Date.parse(refusedAt)) / 60_000)).toBe(heldMin);
    expect(service.find({ path: "/wham/usage" }).map((each) => each.userAgent ?? "").join())
      .not.toContain("agentlb-supervisor");
  });
});
