import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Monitor } from "../../../lib/app/supervisor/monitor.ts";
import { threadLocksOf } from "../../../lib/core/system/layout.ts";
import { emptySession } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { answering, type Behaviour, failing, hanging, LIMITS, silent } from "../../../rig/fake_spawn.ts";
import { eventually, put, root } from "./supervised.ts";

const SEC = 1000;
const MIN = 60_000;
const many = (count: number) => Array.from({ length: count }, (_, i) => `a${String(i).padStart(2, "0")}`);

describe("readings", () => {
  it("are taken of every alias at once and published, with a reason where there is none", async () => {
    const world = root();
    for (const alias of ["good", "refused", "net"]) world.add(alias);
    world.add("nobody", undefined);
    mkdirSync(world.home("key"));
    put(join(world.home("key"), "auth.json"), '{"auth_mode":"apikey","OPENAI_API_KEY":"sk-made-up"}');
    world.behaviours.set(world.home("refused"), failing(-32603, "GET x failed: 401 Unauthorized; body="));
    world.behaviours.set(world.home("net"), failing(-32603, "error sending request for url (x)"));
    world.run();
    await world.clock.advance(2 * SEC);
    const results = [...world.status().sessions].map((
      [alias, { lastProbeResult }],
    ) => [alias, lastProbeResult]);
    expect(results).toEqual([
      ["good", "ok"],
      ["key", "API key: no limits"],
      ["net", "no network"],
      ["nobody", "login required"],
      ["refused", "token refused"],
    ]);
    expect(world.session("good").rateLimits.primary?.usedPercent).toBe(25);
    expect(world.session("good").usageLeftPercent).toBe(60);
    expect(world.session("good").lastRateLimitUpdateAt).toBe("2026-11-20T12:00:00Z");
    expect(world.session("net").lastRateLimitUpdateAt).toBe("");
    expect(world.session("key")).toMatchObject({
      lastRateLimitUpdateAt: "2026-11-20T12:00:00Z",
      rateLimits: { primary: null, secondary: null },
      usageLeftPercent: 30,
    });
    expect(world.spawned.in(world.home("nobody"))).toEqual([]);
    expect(world.spawned.in(world.home("key"))).toEqual([]);
  });

  it("are asked for with stdin open until the answer, by a process that belongs to its home alone", async () => {
    const world = root();
    const home = world.add("a");
    const open: boolean[] = [];
    world.behaviours.set(home, (request, child) => {
      if (request.method !== "account/rateLimits/read") return child.answer(request.id, {});
      setImmediate(() => {
        open.push(child.isStdinOpen);
        child.answer(request.id, LIMITS);
      });
    });
    world.run();
    await eventually(() => open.length > 0, "the question");
    await eventually(() => world.spawned.alive().length === 0, "the end of the probe");
    expect(open).toEqual([true]);
    const [child] = world.spawned.children;
    expect(child?.asked).toEqual(["initialize", "account/read", "account/rateLimits/read"]);
    expect(child?.requests[2]?.params).toEqual({ excludeResetCreditDetails: true });
    expect(child?.launch).toMatchObject({
      file: world.program,
      args: ["app-server"],
      cwd: world.layout.root,
      env: { CODEX_HOME: home, CODEX_SQLITE_HOME: join(world.layout.sqlite, "a") },
    });
  });

  it("are taken again by the interval, before they are stale, and not at all more often", async () => {
    const world = root();
    world.add("a");
    world.run();
    await world.clock.advance(299 * SEC);
    expect(world.spawned.children).toHaveLength(1);
    await world.clock.advance(2 * SEC);
    expect(world.spawned.children).toHaveLength(2);
  });

  it("are taken by their age alone when there is no interval", async () => {
    const world = root();
    world.add("a");
    world.run({ env: { AGENTLB_PROBE_INTERVAL_SEC: "0" } });
    await world.clock.advance(359 * SEC);
    expect(world.spawned.children).toHaveLength(1);
    await world.clock.advance(2 * SEC);
    expect(world.spawned.children).toHaveLength(2);
  });

  it("that failed are tried for again after a pause, not at once", async () => {
    const world = root();
    world.behaviours.set(world.add("a"), failing(-32603, "GET x failed: 503 Service Unavailable"));
    world.run();
    await world.clock.advance(29 * SEC);
    expect(world.spawned.children).toHaveLength(1);
    await world.clock.advance(2 * SEC);
    expect(world.spawned.children).toHaveLength(2);
    expect(world.session("a").lastProbeResult).toBe("usage service answers 503");
  });

  it("from before a restart stay, and their faults do not", async () => {
    const world = root();
    world.add("old");
    world.add("sick");
    for (const alias of ["old", "sick"]) world.behaviours.set(world.home(alias), hanging);
    const before = {
      ...emptySession(),
      rateLimits: { limitId: "codex", primary: { usedPercent: 70 }, secondary: null },
      lastRateLimitUpdateAt: formatTime(world.clock.now() - 100 * SEC),
      lastProbeResult: "ok",
      appServer: { state: "running", pid: 77, restartCount: 9 },
    };
    const sick = {
      ...before,
      health: "unhealthy",
      lastProbeResult: "no network",
      nextTryAt: "2026-11-20T12:04:00Z",
    };
    world.run({ sessions: new Map([["old", before], ["sick", sick], ["ghost", before]]) });
    await world.clock.advance(SEC);
    expect([...world.status().sessions.keys()]).toEqual(["old", "sick"]);
    const fresh = { health: "healthy", appServer: { state: "stopped", pid: 0, restartCount: 0 } };
    expect(world.session("old")).toMatchObject({
      ...fresh,
      lastProbeResult: "ok",
      rateLimits: { primary: { usedPercent: 70 } },
    });
    expect(world.session("sick")).toMatchObject({ ...fresh, lastProbeResult: "" });
    expect(world.session("sick").nextTryAt).toBeUndefined();
  });

  it("of the future are taken again and say so by their time", async () => {
    const world = root();
    world.add("a");
    world.run({ env: { AGENTLB_PROBE_INTERVAL_SEC: "0" } });
    await world.clock.advance(100 * SEC);
    expect(world.spawned.children).toHaveLength(1);
    world.clock.jump(-3 * 24 * 60 * MIN);
    await world.clock.advance(31 * SEC);
    expect(world.spawned.children).toHaveLength(2);
    expect(world.session("a").lastRateLimitUpdateAt).toMatch(/^2026-11-17/);
    world.clock.jump(3 * 24 * 60 * MIN);
    await world.clock.advance(31 * SEC);
    expect(world.spawned.children).toHaveLength(3);
    await world.clock.advance(5 * MIN);
    expect(world.spawned.children.length).toBeLessThan(5);
  });

  it("are not believed when they are of another account", async () => {
    const world = root();
    world.behaviours.set(world.add("a"), answering({ ...LIMITS, accountId: "acct-of-somebody" }));
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a")).toMatchObject({
      lastProbeResult: "answer for another account",
      rateLimits: { primary: null },
      lastRateLimitUpdateAt: "",
    });
  });
});

describe("probes", () => {
  it("run two at a time, and one that hangs delays nobody", async () => {
    const world = root();
    for (const alias of many(20)) world.add(alias);
    world.behaviours.set(world.home("a00"), hanging);
    world.run();
    await world.clock.advance(5 * SEC);
    expect(world.spawned.most()).toBe(2);
    const results = many(20).map((alias) => world.session(alias).lastProbeResult);
    expect(results).toEqual(["", ...Array(19).fill("ok")]);
    expect(world.spawned.in(world.home("a00"))[0]).toMatchObject({ isGone: false, isStdinOpen: true });
  });

  it("of which two hang cost the others one time limit, and go last the next time", async () => {
    const world = root();
    for (const alias of many(20)) world.add(alias);
    for (const alias of ["a00", "a01"]) world.behaviours.set(world.home(alias), hanging);
    world.run({ env: { AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "300" } });
    await world.clock.advance(11 * SEC);
    expect(many(20).map((alias) => world.session(alias).lastProbeResult)).toEqual([
      "no answer in 10 s",
      "no answer in 10 s",
      ...Array(18).fill("ok"),
    ]);
    const before = world.spawned.children.length;
    await world.clock.advance(305 * SEC);
    const next = world.spawned.children.slice(before).map(({ home }) => home);
    expect(next).toHaveLength(20);
    expect(next.slice(-2).sort()).toEqual([world.home("a00"), world.home("a01")]);
    expect(world.spawned.alive().map(({ home }) => home).sort()).toEqual([
      world.home("a00"),
      world.home("a01"),
    ]);
  });

  it("give up their slot at the time limit even when the process stays", async () => {
    const world = root();
    for (const alias of many(6)) world.add(alias);
    for (const alias of ["a00", "a01"]) {
      world.behaviours.set(world.home(alias), (request, child) => {
        child.ignoresEnd = true;
        hanging(request, child);
      });
    }
    world.run();
    await world.clock.advance(9 * SEC);
    expect(world.spawned.children.every(({ isStdinOpen }) => isStdinOpen)).toBe(true);
    expect(world.spawned.children).toHaveLength(2);
    await world.clock.advance(2 * SEC);
    expect(world.spawned.alive().map(({ isStdinOpen }) => isStdinOpen)).toEqual([false, false]);
    expect(many(6).slice(2).map((alias) => world.session(alias).lastProbeResult)).toEqual(
      Array(4).fill("ok"),
    );
  });

  it("without a program say so, and one that appears is found", async () => {
    const world = root();
    world.add("a");
    renameSync(world.program, `${world.program}.away`);
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("codex not found");
    renameSync(`${world.program}.away`, world.program);
    await world.clock.advance(31 * SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
  });

  it("whose program can't be started say so", async () => {
    const world = root();
    world.behaviours.set(world.add("a"), "absent");
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("codex not found");
    expect(world.notes.filter(({ what }) => what === "app-server crashed")).toEqual([]);
  });

  it("that end without an answer say so, and are no crash", async () => {
    const world = root();
    world.behaviours.set(world.add("a"), (_, child) => {
      child.stderr =
        "starting\n\u001b[31mERROR\u001b[0m No version is set for shim: codex, key sk-made-up0123456789\n";
      child.exit({ code: 1 });
    });
    world.run();
    await world.clock.advance(SEC);
    const why =
      `app-server ended without an answer: exit 1 ERROR No version is set for shim: codex, key [cut] (${world.program})`;
    expect(world.notes).toContainEqual({ what: "no reading", details: { alias: "a", why } });
    expect(world.session("a")).toMatchObject({
      lastProbeResult: why,
      health: "healthy",
      appServer: { restartCount: 0 },
    });
  });
});

describe("a session at work", () => {
  it("keeps its app-server for ten minutes after a pick, which is published, and is read every minute", async () => {
    const world = root();
    const home = world.add("a");
    world.pick("a");
    world.run();
    await world.clock.advance(SEC);
    const [child] = world.spawned.in(home);
    expect(world.session("a")).toMatchObject({
      appServer: { state: "running", pid: child?.pid },
      lastSelectedAt: "2026-11-20T12:00:00.000Z",
    });
    await world.clock.advance(5 * MIN);
    expect(child?.asked.filter((method) => method === "account/rateLimits/read")).toHaveLength(6);
    expect(world.spawned.in(home)).toHaveLength(1);
    await world.clock.advance(6 * MIN);
    expect(child?.isGone).toBe(true);
    expect(world.session("a").appServer).toMatchObject({ state: "stopped", pid: 0, restartCount: 0 });
  });

  it("is known by its pick without a restart", async () => {
    const world = root();
    world.add("a");
    world.run();
    await world.clock.advance(SEC);
    world.pick("a");
    await eventually(() => world.spawned.alive().length === 1, "an app-server that stays");
  });

  it("is one of the eight most recent", async () => {
    const world = root();
    for (const [index, alias] of many(10).entries()) {
      world.add(alias);
      world.pick(alias, world.clock.now() - index * SEC);
    }
    world.run();
    await world.clock.advance(2 * SEC);
    expect(world.spawned.alive().map(({ home }) => home).sort()).toEqual(many(8).map(world.home));
  });

  it("takes over what its app-server tells of the main windows, and nothing else", async () => {
    const world = root();
    const home = world.add("a");
    world.pick("a");
    world.run();
    await world.clock.advance(10 * SEC);
    const [child] = world.spawned.in(home);
    const other = { limitId: "codex_other", primary: { usedPercent: 99 }, secondary: null };
    child?.notify("account/rateLimits/updated", { rateLimits: other });
    child?.notify("something/new", { rateLimits: other });
    await world.clock.advance(2 * SEC);
    expect(world.session("a").rateLimits.primary?.usedPercent).toBe(25);
    child?.notify("account/rateLimits/updated", {
      rateLimits: { primary: { usedPercent: 55 }, secondary: null },
    });
    await world.clock.advance(2 * SEC);
    expect(world.session("a")).toMatchObject({
      rateLimits: { primary: { usedPercent: 55, resetsAt: 4102444800 }, secondary: { usedPercent: 40 } },
      usageLeftPercent: 45,
      lastRateLimitUpdateAt: "2026-11-20T12:00:12Z",
    });
  });

  it("gets a new app-server when its program was replaced", async () => {
    const world = root();
    const home = world.add("a");
    world.pick("a");
    world.run();
    await world.clock.advance(10 * SEC);
    put(world.program, "#!/bin/sh\nexit 98\n");
    chmodSync(world.program, 0o755);
    await world.clock.advance(31 * SEC);
    expect(world.spawned.in(home).map(({ isGone }) => isGone)).toEqual([true, false]);
    expect(world.session("a").appServer.restartCount).toBe(0);
    await world.clock.advance(2 * MIN);
    expect(world.spawned.in(home)).toHaveLength(2);
  });

  it("keeps the old one while the program is away", async () => {
    const world = root();
    const home = world.add("a");
    world.pick("a");
    world.run();
    await world.clock.advance(10 * SEC);
    rmSync(world.program);
    await world.clock.advance(2 * MIN);
    expect(world.spawned.in(home).map(({ isGone }) => isGone)).toEqual([false]);
  });

  it("is one whose home a Codex has open, for as long as that is so", async () => {
    const world = root();
    const home = world.add("a");
    world.run();
    await world.clock.advance(SEC);
    expect(world.spawned.alive()).toEqual([]);
    mkdirSync(threadLocksOf(home));
    // The file comes first, the lock later, and nobody tells of the lock.
    const path = join(threadLocksOf(home), "thread.lock");
    const slept = world.clock.sleeps;
    writeFileSync(path, "");
    await eventually(() => world.clock.sleeps > slept, "a look");
    const lock = await tryLock(path);
    await world.clock.advance(5 * SEC);
    expect(world.spawned.alive()).toHaveLength(existsSync("/proc/locks") ? 1 : 0);
    lock?.release();
    await world.clock.advance(2 * SEC);
    expect(world.spawned.alive()).toEqual([]);
  });
});

describe("an app-server that stays and crashes", () => {
  const dies: Behaviour = (_, child) => child.exit({ code: 1 });

  it("is started again ever later, makes its session unhealthy after more than ten times, and that ends by itself", async () => {
    const world = root();
    const home = world.add("a");
    world.behaviours.set(home, dies);
    world.run();
    const pick = () => world.pick("a");
    pick();
    await eventually(() => world.spawned.in(home).length > 1, "the first start after the pick");
    await world.clock.advance(14 * SEC);
    // 0.75 × (1 + 2 + 4 + 8) s after the first
    expect(world.spawned.in(home).length).toBeLessThanOrEqual(7);
    expect(world.session("a").health).toBe("healthy");
    for (let i = 0; i < 6 && world.session("a").health === "healthy"; i++) {
      pick();
      await world.clock.advance(45 * SEC);
    }
    const { health, nextTryAt, appServer } = world.session("a");
    expect(health).toBe("unhealthy");
    expect(Date.parse(nextTryAt ?? "") - world.clock.now()).toBeGreaterThan(200 * SEC);
    expect(appServer.restartCount).toBe(11);

    world.behaviours.delete(home);
    const count = world.spawned.in(home).length;
    for (let i = 0; i < 7; i++) {
      pick();
      await world.clock.advance(50 * SEC);
    }
    expect(world.session("a").health).toBe("healthy");
    expect(world.session("a").nextTryAt).toBeUndefined();
    expect(world.spawned.in(home).slice(count).filter(({ isGone }) => !isGone)).toHaveLength(1);
  });

  it("is one that hangs: it is closed, and another is started", async () => {
    const world = root();
    const home = world.add("a");
    world.pick("a");
    let served = 0;
    world.behaviours.set(home, (request, child) => {
      if (request.method !== "initialize" && ++served === 2) return;
      answering()(request, child);
    });
    world.run();
    await world.clock.advance(75 * SEC);
    expect(world.spawned.in(home).map(({ isGone }) => isGone)).toEqual([true, false]);
    expect(world.session("a").lastProbeResult).toBe("ok");
    expect(world.session("a").appServer.restartCount).toBe(0);
  });

  it("does not take other sessions down with it", async () => {
    const world = root();
    for (const alias of ["a", "b"]) {
      world.add(alias);
      world.pick(alias);
    }
    world.behaviours.set(world.home("a"), dies);
    world.run();
    await world.clock.advance(5 * MIN);
    expect(world.session("b")).toMatchObject({ health: "healthy", appServer: { restartCount: 0 } });
    expect(world.spawned.in(world.home("b"))).toHaveLength(1);
  });

  it("costs its session less as time passes", async () => {
    const world = root();
    const home = world.add("a");
    world.pick("a");
    world.run();
    await world.clock.advance(SEC);
    world.spawned.in(home)[0]?.exit({ signal: "SIGSEGV" });
    await world.clock.advance(5 * SEC);
    expect(world.session("a").appServer.restartCount).toBe(1);
    await world.clock.advance(61 * MIN);
    expect(world.session("a").appServer.restartCount).toBe(0);
  });
});

describe("a login", () => {
  it("that replaces another makes all that was known worthless at once", async () => {
    const world = root();
    const home = world.add("a");
    world.pick("a");
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
    world.behaviours.set(home, silent);
    world.login("a", { user: "somebody-else" });
    await eventually(() => world.spawned.in(home).length === 2, "another app-server");
    await world.clock.advance(2 * SEC);
    expect(world.spawned.in(home)[0]?.isGone).toBe(true);
    expect(world.session("a")).toMatchObject({
      rateLimits: { primary: null, secondary: null },
      lastRateLimitUpdateAt: "",
      lastProbeResult: "",
      lastSelectedAt: "2026-11-20T12:00:00.000Z",
    });
  });

  it("that comes while the one before is asked about does not get its answer, nor its app-server", async () => {
    const world = root();
    const home = world.add("a", { workspace: "team" });
    world.pick("a");
    const held: number[] = [];
    world.behaviours.set(home, (request, child) => {
      if (request.method !== "initialize" && held.length === 0) held.push(request.id);
      else answering()(request, child);
    });
    world.run();
    await eventually(() => held.length === 1, "the question");
    const slept = world.clock.sleeps;
    world.login("a", { user: "somebody-else", workspace: "team" });
    await eventually(() => world.clock.sleeps > slept, "a look");
    world.spawned.in(home)[0]?.answer(held[0]!, { rateLimits: { primary: { usedPercent: 99 } } });
    await world.clock.advance(2 * SEC);
    expect(world.spawned.in(home).map(({ isGone }) => isGone)).toEqual([true, false]);
    expect(world.session("a").rateLimits.primary?.usedPercent).toBe(25);
  });

  it("that comes where there was none is read at once", async () => {
    const world = root();
    world.add("a", undefined);
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("login required");
    world.login("a");
    await eventually(() => world.spawned.children.length === 1, "a probe");
    await world.clock.advance(2 * SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
  });

  it("is noticed in a home that was made anew under its name", async () => {
    const world = root();
    const home = world.add("a", undefined);
    world.run();
    await world.clock.advance(SEC);
    const slept = world.clock.sleeps;
    rmSync(home, { recursive: true });
    mkdirSync(home);
    await eventually(() => world.clock.sleeps > slept, "a look");
    await world.clock.advance(SEC);
    world.login("a");
    await eventually(() => world.spawned.children.length === 1, "a probe");
  });

  it("that a keyring may hold is not taken for none once the settings say so", async () => {
    const world = root();
    const home = world.add("a", undefined);
    world.run();
    await world.clock.advance(SEC);
    expect(world.session("a").lastProbeResult).toBe("login required");
    put(join(home, "config.toml"), 'cli_auth_credentials_store = "keyring"\n');
    await eventually(() => world.spawned.children.length === 1, "a probe");
  });

  it("that was refused is tried again as soon as its file changes", async () => {
    const world = root();
    const home = world.add("a");
    world.behaviours.set(home, failing(-32603, "GET x failed: 401 Unauthorized; body="));
    world.run();
    await world.clock.advance(2 * MIN);
    expect(world.spawned.children).toHaveLength(1);
    world.behaviours.delete(home);
    world.login("a");
    await eventually(() => world.spawned.children.length === 2, "a probe");
    await world.clock.advance(2 * SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
  });
});

describe("an alias", () => {
  it("that is new is probed at once, one that is gone leaves the status at once and never comes back", async () => {
    const world = root();
    world.add("a");
    world.run();
    await world.clock.advance(SEC);
    await world.clock.advance(5 * SEC);
    world.behaviours.set(world.home("b"), silent);
    world.add("b");
    await eventually(() => world.spawned.in(world.home("b")).length === 1, "a probe of the new one");
    const [probe] = world.spawned.in(world.home("b"));
    expect(world.status().sessions.has("b")).toBe(true);
    rmSync(world.home("b"), { recursive: true });
    await eventually(() => !world.status().sessions.has("b"), "status.json without it");
    probe?.answer(1, {});
    probe?.answer(2, LIMITS);
    await world.clock.advance(MIN);
    expect([...world.status().sessions.keys()]).toEqual(["a"]);
    expect(probe).toMatchObject({ isStdinOpen: false, isGone: true });
  });

  it("of a name that was there before starts without what was known of the other", async () => {
    const world = root();
    world.add("a");
    const known = {
      ...emptySession(),
      rateLimits: { limitId: "codex", primary: { usedPercent: 70 }, secondary: null },
      lastRateLimitUpdateAt: formatTime(world.clock.now()),
    };
    world.behaviours.set(world.home("a"), silent);
    world.run({ sessions: new Map([["a", known]]) });
    await world.clock.advance(SEC);
    expect(world.session("a").rateLimits.primary?.usedPercent).toBe(70);
    rmSync(world.home("a"), { recursive: true });
    await eventually(() => !world.status().sessions.has("a"), "status.json without it");
    world.add("a");
    await world.clock.advance(2 * SEC);
    await eventually(() => world.spawned.in(world.home("a")).length === 2, "a probe of the new one");
    await world.clock.advance(2 * SEC);
    expect(world.session("a").rateLimits.primary).toBeNull();
  });

  it("may be called like a key of every object", async () => {
    const world = root();
    for (const alias of ["constructor", "__proto__", "toString"]) world.add(alias);
    world.run();
    await world.clock.advance(2 * SEC);
    const seen = [...world.status().sessions].map(([alias, { lastProbeResult }]) => [alias, lastProbeResult]);
    expect(seen).toEqual([["__proto__", "ok"], ["constructor", "ok"], ["toString", "ok"]]);
  });

  it("that nobody can look into does not take the others down", async () => {
    const world = root();
    world.add("a");
    const home = world.add("odd");
    writeFileSync(threadLocksOf(home), "no folder");
    mkdirSync(join(home, "loops"));
    symlinkSync("loop", join(world.layout.sessions, "loop"));
    world.run();
    await world.clock.advance(2 * SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
    expect(world.session("odd").lastProbeResult).toBe("ok");
    expect(world.notes.map(({ what }) => what)).toContain("cannot look for open threads");
  });
});

describe("config.toml", () => {
  it("is used without a restart once it changes", async () => {
    const world = root();
    world.add("a");
    world.run();
    await world.clock.advance(SEC);
    put(world.layout.config, '[supervisor]\nmanaged = "all"\n');
    await eventually(() => world.spawned.alive().length === 1, "an app-server that stays");
    put(world.layout.config, '[supervisor]\nmanaged = "none"\n');
    await eventually(() => world.spawned.alive().length === 0, "its end");
  });

  it("that is broken is said, and what was read before stays", async () => {
    const world = root();
    world.add("a");
    put(world.layout.config, '[supervisor]\nmanaged = "all"\n');
    world.run();
    await world.clock.advance(SEC);
    put(world.layout.config, "[supervisor\n");
    await eventually(() => world.notes.length > 0, "a note");
    expect(world.notes[0]?.what).toMatch(/^cannot read config.toml/);
    await world.clock.advance(5 * SEC);
    expect(world.spawned.alive()).toHaveLength(1);
  });

  it("is read again when that is asked for, and when its link leads to something new", async () => {
    const world = root();
    world.add("a");
    const elsewhere = join(world.layout.root, "..", "elsewhere.toml");
    put(elsewhere, '[supervisor]\nmanaged = "none"\n');
    symlinkSync(elsewhere, world.layout.config);
    const { supervisor } = world.run();
    await world.clock.advance(SEC);
    put(elsewhere, '[supervisor]\nmanaged = "all"\n');
    await world.clock.advance(SEC);
    expect(world.spawned.alive()).toHaveLength(0);
    supervisor.reload();
    await world.clock.advance(SEC);
    expect(world.spawned.alive()).toHaveLength(1);
    put(elsewhere, '[supervisor]\nmanaged = "none"\n');
    await world.clock.advance(31 * SEC);
    expect(world.spawned.alive()).toHaveLength(0);
  });
});

describe("the supervisor", () => {
  it("sleeps when nothing happens", async () => {
    const world = root();
    for (const alias of many(10)) world.add(alias);
    world.pick("a00", world.clock.now() - 9 * MIN);
    world.run();
    await world.clock.advance(2 * MIN);
    const slept = world.clock.sleeps;
    await world.clock.advance(150 * SEC);
    expect(world.clock.sleeps - slept).toBeLessThanOrEqual(5 * 4);
  });

  it("ends, with its children, when it is told to, and leaves a true status", async () => {
    const world = root();
    world.add("a");
    world.pick("a");
    const running = world.run();
    await world.clock.advance(SEC);
    expect(world.spawned.alive()).toHaveLength(1);
    running.supervisor.stop();
    await world.clock.advance(1500);
    await running.done;
    expect(world.spawned.alive()).toEqual([]);
    expect(world.session("a").appServer).toMatchObject({ state: "stopped", pid: 0 });
    const { children } = JSON.parse(readFileSync(world.layout.children, "utf8"));
    expect(children).toEqual([]);
  });

  it("ends by itself, and writes nothing more, when the root is no longer its own", async () => {
    const world = root();
    world.add("a");
    world.pick("a");
    const running = world.run();
    await world.clock.advance(SEC);
    const text = readFileSync(world.layout.status, "utf8");
    running.dismiss();
    await world.clock.advance(32 * SEC);
    await running.done;
    expect(world.spawned.alive()).toEqual([]);
    expect(readFileSync(world.layout.status, "utf8")).toBe(text);
  });

  it("tells everybody at once when all have their first answer", async () => {
    const world = root();
    for (const alias of many(6)) world.add(alias);
    world.run();
    await world.clock.advance(0);
    expect(many(6).map((alias) => world.session(alias).lastProbeResult)).toEqual(Array(6).fill("ok"));
  });
});

describe("with 60 sessions", () => {
  /** How often each session was stepped since the last time this was asked. */
  function steps() {
    const spy = vi.spyOn(Monitor.prototype, "step");
    onTestFinished(() => spy.mockRestore());
    return () => {
      const aliases = spy.mock.contexts.map((monitor) => (monitor as Monitor).alias);
      spy.mockClear();
      return aliases;
    };
  }

  async function crowd() {
    const world = root();
    const aliases = Array.from({ length: 60 }, (_, index) => `s${String(index).padStart(3, "0")}`);
    for (const alias of aliases) world.add(alias);
    const stepped = steps();
    world.run();
    await world.clock.advance(1);
    await eventually(
      () =>
        [...world.status().sessions.values()].filter(({ lastProbeResult }) => lastProbeResult === "ok")
          .length === 60,
      "all readings",
    );
    return { world, stepped };
  }

  it("all are read without a look at all of them for each", async () => {
    const { world, stepped } = await crowd();
    const looks = stepped().length;
    expect(world.spawned.children).toHaveLength(60);
    expect(looks).toBeLessThan(60 * 15);
  });

  it("a pick concerns the one that is picked, and the others are looked at twice a minute", async () => {
    const { world, stepped } = await crowd();
    await world.clock.advance(3 * SEC);
    stepped();
    world.pick("s007");
    await eventually(() => world.spawned.in(world.home("s007")).length === 2, "an app-server that stays");
    await world.clock.advance(20 * SEC);
    const after = stepped();
    expect(new Set(after)).toEqual(new Set(["s007"]));
    await world.clock.advance(40 * SEC);
    const minute = stepped();
    expect(minute.filter((alias) => alias === "s050").length).toBeLessThanOrEqual(2);
    expect(new Set(minute).size).toBe(60);
  });
});
