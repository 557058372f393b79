import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CHECKED_CODEX } from "../../../lib/core/codex/versions.ts";
import { completed, started, threadId } from "../../../rig/rollouts.ts";
import { failing, LIMITS } from "../../../rig/fake_spawn.ts";
import { authFile, eventually, put, root } from "./supervised.ts";
import { inTime, locks } from "./threads.ts";

// What a supervisor does with a Codex of another version than the one it was made for.

const SEC = 1000;
const DAY_SEC = 86_400;

describe("the version", () => {
  it("is known before anything starts, and published with what it lacks", async () => {
    const world = root();
    world.answers.version = "0.140.0";
    world.add("a");
    world.run();
    await world.clock.advance(SEC);
    expect(world.versions.map(({ args }) => args)).toEqual([["--version"]]);
    expect(world.session("a")).toMatchObject({
      lastProbeResult: "ok",
      codexVersion: "0.140.0",
      lacks: expect.arrayContaining(["refused turns known by readings only"]),
    });
  });

  it("nothing is started until it was asked for", async () => {
    const world = root();
    world.add("a");
    let answer = (_: unknown) => {};
    Object.assign(world.host, { capture: () => new Promise((resolve) => answer = resolve) });
    world.run();
    await world.clock.advance(4 * SEC);
    expect(world.spawned.children).toEqual([]);
    answer({ exit: { signal: "SIGKILL" }, stdout: "", stderr: "" });
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
    expect(world.session("a")).not.toHaveProperty("codexVersion");
  });

  it("that an app-server says is the one that counts", async () => {
    const world = root();
    world.behaviours.set(world.add("a"), (request, child) =>
      child.answer(
        request.id,
        request.method === "initialize" ? { userAgent: "agentlb-supervisor/0.154.0 (Linux) x" } : LIMITS,
      ));
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").codexVersion).toBe("0.154.0");
  });
});

describe("a login that was renewed eight days ago, in four aliases", () => {
  /** Four homes linked to one login whose access token lives for weeks. */
  function shared(version: string) {
    const world = root();
    world.answers.version = version;
    const login = JSON.parse(authFile("a", world.clock, { ttlSec: 20 * DAY_SEC }));
    const text = (agoSec: number) =>
      JSON.stringify({ ...login, last_refresh: new Date(world.clock.now() - agoSec * 1000).toISOString() });
    const file = join(dirname(world.layout.root), "shared.json");
    put(file, text(8 * DAY_SEC + 60));
    const homes = ["a", "b", "c", "d"].map((alias) => {
      const home = world.add(alias, undefined);
      symlinkSync(file, join(home, "auth.json"));
      return home;
    });
    return { world, homes, renew: () => put(file, text(0)) };
  }

  it("is renewed by one process of an old Codex at a time, and then read in all", async () => {
    const { world, homes, renew } = shared("0.110.0");
    for (const home of homes) {
      world.behaviours.set(home, (request, child) => {
        if (request.method === "initialize") renew();
        child.answer(request.id, request.method === "initialize" ? { userAgent: "x/0.110.0" } : LIMITS);
      });
    }
    let mostAlone = 0;
    for (const home of homes) {
      const behave = world.behaviours.get(home);
      if (typeof behave !== "function") throw new Error("no behaviour");
      world.behaviours.set(home, (request, child) => {
        if (request.method === "initialize" && !isRenewed) {
          mostAlone = Math.max(mostAlone, world.spawned.alive().length);
        }
        isRenewed = true;
        behave(request, child);
      });
    }
    let isRenewed = false;
    world.run();
    await inTime(
      world,
      () => ["a", "b", "c", "d"].every((alias) => world.session(alias).lastProbeResult === "ok"),
      "all",
    );
    expect(mostAlone).toBe(1);
  });

  it("is read at once by a newer one, which does not renew it", async () => {
    const { world } = shared(CHECKED_CODEX);
    world.run();
    await world.clock.advance(SEC);
    expect(world.spawned.most()).toBeGreaterThan(1);
    expect(world.recorded().some(({ mayRenew }) => mayRenew)).toBe(false);
  });
});

describe("a program that uses another home than it was given", () => {
  it("is refused and said", async () => {
    const world = root();
    world.behaviours.set(
      world.add("a"),
      (request, child) =>
        child.answer(request.id, { userAgent: `x/${CHECKED_CODEX}`, codexHome: "/home/me/.codex-work" }),
    );
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("codex uses another home: /home/me/.codex-work");
    expect(world.spawned.in(world.home("a"))[0]?.asked).not.toContain("account/rateLimits/read");
  });

  it("one that names the same by another path is not", async () => {
    const world = root();
    const home = world.add("a");
    const link = join(dirname(world.layout.root), "link");
    symlinkSync(home, link);
    world.behaviours.set(
      home,
      (request, child) =>
        child.answer(
          request.id,
          request.method === "initialize" ? { userAgent: "x", codexHome: `${link}/` } : LIMITS,
        ),
    );
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
  });
});

describe.runIf(process.platform === "linux")("a Codex that locks no threads", () => {
  /** A process called codex that has a rollout of this home open. */
  function worker(home: string, file: string) {
    const program = join(dirname(home), "codex-worker");
    copyFileSync("/bin/sleep", program);
    mkdirSync(dirname(file), { recursive: true });
    const child = spawn("/bin/sh", ["-c", `exec "$0" 60 3>>"$1"`, program, file], {
      env: { PATH: "/usr/bin:/bin", CODEX_HOME: home },
      stdio: "ignore",
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  it("shows its turns by the rollouts that it has open", async () => {
    const world = root();
    world.answers.version = "0.140.0";
    const home = world.add("a");
    world.run({ lockHolders: locks().holders });
    await world.clock.advance(SEC);
    const begun = world.clock.now();
    const id = threadId(begun, "7fc2-8354-000000000001");
    const day = new Date(begun).toISOString().slice(0, 10).replaceAll("-", "/");
    const file = join(home, "sessions", day, `rollout-2026-11-20T12-00-00-${id}.jsonl`);
    const child = worker(home, file);
    await eventually(
      () => readFileSync(`/proc/${child.pid}/cmdline`, "utf8").includes("codex-worker"),
      "a worker",
    );
    writeFileSync(file, `${started(begun)}\n`, { flag: "a" });
    await inTime(world, () => world.session("a").activity.turns === 1, "a turn");
    expect(world.session("a").activity.openThreads).toBe(1);
    writeFileSync(file, `${completed(begun + 2000)}\n`, { flag: "a" });
    await inTime(world, () => world.session("a").activity.turns === 0, "its end");
    child.kill("SIGKILL");
    await inTime(world, () => world.session("a").activity.openThreads === 0, "its close");
  });

  it("its turns tell of the account, if the home has had its login all the time", async () => {
    const world = root();
    world.answers.version = "0.156.0";
    const lock = locks();
    world.behaviours.set(world.add("a"), failing(-32603, "error sending request"));
    world.run({ lockHolders: lock.holders });
    await world.clock.advance(SEC);
    const since = world.session("a").accountSince;
    expect(Date.parse(since ?? "")).toBeLessThanOrEqual(world.clock.now());
    const thread = lock.thread(world, "a");
    const at = world.clock.now();
    thread.open();
    const meta = { id: thread.id, timestamp: new Date(at).toISOString(), cli_version: "0.156.0" };
    const line = (payload: unknown, type: string) =>
      JSON.stringify({ timestamp: new Date(at).toISOString(), type, payload });
    thread.write(line(meta, "session_meta"), started(at), completed(at + 1, "usage_limit_exceeded"));
    await inTime(world, () => world.session("a").exhaustedUntil !== undefined, "a refusal");
  });
});
