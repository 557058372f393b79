import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { threadLocksOf } from "../../../lib/core/system/layout.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { identityOf } from "../../../lib/io/process/process.ts";
import {
  answering,
  type Behaviour,
  FakeChild,
  hanging,
  LIMITS,
  type Request,
  silent,
} from "../../../rig/fake_spawn.ts";
import { authFile, eventually, put, type Root, root } from "./supervised.ts";

const SEC = 1000;
const MIN = 60_000;

/** Holds every handshake until the test goes on with it, with or without having renewed the login. */
function gate(world: Root, alias: string) {
  const held: { request: Request; child: FakeChild }[] = [];
  const behave: Behaviour = (request, child) => {
    if (request.method === "initialize") held.push({ request, child });
    else child.answer(request.id, LIMITS);
  };
  world.behaviours.set(world.home(alias), behave);
  return {
    held,
    /** Codex saves the new login, then answers. */
    renew(login = {}) {
      put(join(world.home(alias), "auth.json"), authFile(alias, world.clock, login));
      const { request, child } = held.at(-1)!;
      child.answer(request.id, {});
    },
    answer() {
      const { request, child } = held.at(-1)!;
      child.answer(request.id, {});
    },
  };
}

describe("a login that is about to expire", () => {
  it("is renewed by a handshake alone, and the question comes when the file says that it worked", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    const login = gate(world, "a");
    world.run();
    await eventually(() => login.held.length === 1, "the handshake");
    const [child] = world.spawned.in(home);
    await world.clock.advance(5 * SEC);
    expect(child?.asked).toEqual(["initialize"]);
    expect(world.recorded()).toMatchObject([{ alias: "a", pid: child?.pid, mayRenew: true }]);
    login.renew();
    await world.clock.advance(0);
    expect(child?.asked).toEqual(["initialize", "account/read", "account/rateLimits/read"]);
    await world.clock.advance(2 * SEC);
    expect(world.session("a").lastProbeResult).toBe("ok");
    expect(world.recorded()).toEqual([]);
  });

  it("is an ordinary one as soon as it is renewed, for those who wait", async () => {
    const world = root();
    world.add("a", { ttlSec: 240 });
    const login = gate(world, "a");
    world.run();
    await eventually(() => login.held.length === 1, "the handshake");
    login.held[0]!.child.behave = silent;
    login.renew();
    await world.clock.advance(0);
    expect(world.recorded()).toMatchObject([{ alias: "a", mayRenew: false }]);
  });

  it("is not asked about when the handshake did not renew it, and not tried again for five minutes", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    const login = gate(world, "a");
    world.run();
    await eventually(() => login.held.length === 1, "the handshake");
    login.answer();
    await world.clock.advance(2 * SEC);
    const [child] = world.spawned.in(home);
    expect(child?.asked).toEqual(["initialize"]);
    expect(child?.isGone).toBe(true);
    expect(world.session("a").lastProbeResult).toBe("login not renewed");
    await world.clock.advance(4 * MIN + 50 * SEC);
    expect(world.spawned.in(home)).toHaveLength(1);
    await world.clock.advance(10 * SEC);
    await eventually(() => world.spawned.in(home).length === 2, "the next try");
  });

  it("is left alone until Codex would renew it", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 480 });
    world.behaviours.set(home, silent);
    world.run();
    await world.clock.advance(181 * SEC);
    expect(world.spawned.in(home)).toEqual([]);
    await world.clock.advance(2 * SEC);
    await eventually(() => world.spawned.in(home).length === 1, "the handshake");
    expect(world.recorded()).toMatchObject([{ mayRenew: true }]);
  });

  it("is one whose token says nothing: it is read, by one process at a time for the account", async () => {
    const world = root();
    const homes = ["a", "b"].map((alias) =>
      world.add(alias, { ttlSec: "opaque", user: "u", workspace: "w" })
    );
    const login = gate(world, "a");
    world.run();
    const all = () => homes.flatMap((home) => world.spawned.in(home));
    await eventually(() => login.held.length === 1, "the first handshake");
    await world.clock.advance(2 * SEC);
    expect(all()).toHaveLength(1);
    expect(world.recorded()).toMatchObject([{ mayRenew: true, neverSignal: true }]);
    login.answer();
    await eventually(() => all().length === 2 && all().every(({ isGone }) => isGone), "both");
    expect(all().map(({ asked }) => asked)).toEqual([
      ["initialize", "account/read", "account/rateLimits/read"],
      ["initialize", "account/read", "account/rateLimits/read"],
    ]);
    expect(world.session("a").lastProbeResult).toBe("ok");
    expect(world.session("b").lastProbeResult).toBe("ok");
  });

  it("loses its idle app-server in time, after a last reading", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 12 * 60 + 30 });
    world.pick("a");
    world.run();
    await world.clock.advance(MIN + 40 * SEC);
    const [child] = world.spawned.in(home);
    expect(child?.isStdinOpen).toBe(true);
    const asked = child!.asked.length;
    await world.clock.advance(35 * SEC);
    expect(child?.asked.length).toBe(asked + 1);
    await world.clock.advance(20 * SEC);
    expect(child?.isGone).toBe(true);
    await world.clock.advance(2 * MIN);
    expect(world.spawned.in(home)).toHaveLength(1);
  });

  it("is read at once when its renewal outlived the time limit", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    const login = gate(world, "a");
    world.run();
    await eventually(() => login.held.length === 1, "the handshake");
    const [child] = world.spawned.in(home);
    child!.ignoresEnd = true;
    await world.clock.advance(11 * SEC);
    expect(world.session("a").lastProbeResult).toBe("no answer in 10 s");
    expect(child).toMatchObject({ isStdinOpen: false, isGone: false });
    expect(world.recorded()).toMatchObject([{ alias: "a", mayRenew: true }]);
    await world.clock.advance(20 * SEC);
    expect(world.spawned.in(home)).toHaveLength(1);
    login.renew();
    child!.exit({ code: 0 });
    await world.clock.advance(0);
    expect(world.spawned.in(home)).toHaveLength(2);
    expect(world.recorded()).toMatchObject([{ alias: "a", mayRenew: false }]);
  });

  it("is read at once also when a pick came in between", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    const login = gate(world, "a");
    world.run();
    await eventually(() => login.held.length === 1, "the handshake");
    const [child] = world.spawned.in(home);
    child!.ignoresEnd = true;
    world.pick("a");
    await eventually(() => !child!.isStdinOpen, "its end");
    world.behaviours.set(home, silent);
    login.renew();
    child!.exit({ code: 0 });
    await world.clock.advance(0);
    await eventually(() => world.spawned.in(home).length === 2, "a child for the reading");
    await world.clock.advance(2 * SEC);
    expect(world.session("a").lastProbeResult).toBe("");
    expect(world.recorded()).toMatchObject([{ alias: "a", mayRenew: false }]);
  });
});

describe("a login that was refused", () => {
  const refuse: Behaviour = (request, child) => {
    if (request.method === "initialize") child.answer(request.id, {});
    if (request.method === "account/rateLimits/read") {
      child.fail(request.id, -32603, "GET x failed: 401 Unauthorized; body=");
    }
  };

  it("may be renewed by Codex behind our back: the child keeps its stdin until it has said who is logged in", async () => {
    const world = root();
    const home = world.add("a");
    world.behaviours.set(home, refuse);
    world.run();
    await world.clock.advance(2 * SEC);
    const [child] = world.spawned.in(home);
    expect(child?.asked).toEqual(["initialize", "account/read", "account/rateLimits/read", "account/read"]);
    expect(world.session("a").lastProbeResult).toBe("token refused");
    expect(world.recorded()).toMatchObject([{ alias: "a", mayRenew: true }]);
    await world.clock.advance(50 * SEC);
    expect(child?.isStdinOpen).toBe(true);
    world.behaviours.delete(home);
    world.login("a");
    child!.answer(4, { account: null });
    await world.clock.advance(0);
    expect(child).toMatchObject({ isStdinOpen: false, isGone: true });
    await world.clock.advance(2 * SEC);
    expect(world.spawned.in(home)).toHaveLength(2);
    expect(world.session("a").lastProbeResult).toBe("ok");
  });

  it("holds no slot meanwhile", async () => {
    const world = root();
    for (const alias of ["a", "b", "c", "d"]) world.behaviours.set(world.add(alias), refuse);
    world.run();
    await world.clock.advance(2 * SEC);
    const results = [...world.status().sessions.values()].map(({ lastProbeResult }) => lastProbeResult);
    expect(results).toEqual(Array(4).fill("token refused"));
  });
});

describe("one account", () => {
  it.each([
    ["a link to the same file", (world: Root) => {
      mkdirSync(world.home("b"));
      symlinkSync(join(world.home("a"), "auth.json"), join(world.home("b"), "auth.json"));
    }],
    ["a copy of the file", (world: Root) => {
      mkdirSync(world.home("b"));
      copyFileSync(join(world.home("a"), "auth.json"), join(world.home("b"), "auth.json"));
    }],
  ])("in two homes, by %s, is renewed by one process at a time", async (_, share) => {
    const world = root();
    world.add("a", { ttlSec: 240, user: "u", workspace: "w" });
    share(world);
    const a = gate(world, "a");
    const b = gate(world, "b");
    world.run();
    await eventually(() => a.held.length + b.held.length > 0, "a handshake");
    await world.clock.advance(9 * SEC);
    expect(world.spawned.children).toHaveLength(1);
    expect(a.held).toHaveLength(1);
    a.held[0]!.child.ignoresEnd = true;
    await world.clock.advance(40 * SEC);
    expect(world.spawned.children).toHaveLength(1);
    a.held[0]!.child.exit({ code: 0 });
    await eventually(() => world.spawned.children.length === 2, "the other's turn");
    expect(world.spawned.alive()).toHaveLength(1);
  });

  it("in a copy that is far from expiry makes room for the renewal, and comes back after it", async () => {
    const world = root();
    const both = { user: "u", workspace: "w" };
    world.add("far", both);
    world.pick("far");
    world.run();
    await world.clock.advance(2 * SEC);
    const [idle] = world.spawned.in(world.home("far"));
    expect(idle?.isGone).toBe(false);
    idle!.ignoresEnd = true;
    world.add("near", { ...both, ttlSec: 240 });
    const login = gate(world, "near");
    await eventually(() => !idle!.isStdinOpen, "room");
    await world.clock.advance(SEC);
    expect(login.held).toEqual([]);
    expect(world.spawned.in(world.home("far"))).toHaveLength(1);
    idle!.exit({ code: 0 });
    await eventually(() => login.held.length === 1, "the renewal");
    await world.clock.advance(2 * SEC);
    expect(world.spawned.alive().map(({ home }) => home)).toEqual([world.home("near")]);
    login.renew(both);
    await world.clock.advance(2 * SEC);
    expect(world.session("near").lastProbeResult).toBe("ok");
    expect(world.spawned.alive().map(({ home }) => home)).toEqual([world.home("far")]);
    expect(world.session("far").appServer.restartCount).toBe(0);
  });

  it("of which nothing is known but the file is another for every file", async () => {
    const world = root();
    const tokens = { id_token: "e30.e30.c2ln", access_token: "opaque", refresh_token: "made-up" };
    for (const alias of ["a", "b"]) {
      world.add(alias, undefined);
      put(join(world.home(alias), "auth.json"), JSON.stringify({ tokens }));
      world.behaviours.set(world.home(alias), silent);
    }
    world.run();
    await eventually(() => {
      void world.clock.advance(25);
      return world.spawned.alive().length === 2;
    }, "both");
  });
});

it("a file that Codex cannot use starts nothing, and its fault is the reason", async () => {
  const world = root();
  world.add("a", undefined);
  put(join(world.home("a"), "auth.json"), "{}{");
  world.run();
  await eventually(() => world.session("a")?.lastProbeResult !== "", "a result");
  expect(world.session("a").lastProbeResult)
    .toBe("login required: it is no JSON: it holds more than one JSON object");
  expect(world.spawned.in(world.home("a"))).toEqual([]);
});

describe("a start that may renew a login and a pick", () => {
  it("exclude each other: a fresh pick stops the start, with a reason, for a minute", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    world.pick("a", world.clock.now() - 10 * SEC);
    world.run();
    await world.clock.advance(48 * SEC);
    expect(world.spawned.in(home)).toEqual([]);
    expect(world.session("a").lastProbeResult).toBe("Codex is about to renew this login");
    await world.clock.advance(20 * SEC);
    await eventually(() => world.spawned.in(home).length === 1, "the start");
  });

  it("exclude each other: a pick that has the lock comes first", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    const lock = await tryLock(world.layout.stateLock);
    world.run();
    await world.clock.advance(2 * SEC);
    expect(world.spawned.in(home)).toEqual([]);
    // As commands do: the pick is on the disk before the lock is free.
    world.pick("a");
    lock?.release();
    await world.clock.advance(SEC);
    await eventually(() => {
      void world.clock.advance(25);
      return world.status().sessions.get("a")?.lastProbeResult === "Codex is about to renew this login";
    }, "the reason");
    expect(world.spawned.in(home)).toEqual([]);
  });

  it("exclude each other: a start that has the lock is on record before its process lives", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    const seen: unknown[] = [];
    world.behaviours.set(home, silent);
    const spawn = world.host.spawn;
    Object.assign(world.host, {
      spawn: (...given: Parameters<typeof spawn>) => {
        seen.push(...world.recorded());
        return spawn(...given);
      },
    });
    world.run();
    await eventually(() => world.spawned.in(home).length === 1, "the start");
    expect(seen).toMatchObject([{ alias: "a", pid: 0, mayRenew: true, auth: join(home, "auth.json") }]);
  });

  it("is not made at all when it can't be recorded, and nothing of it stays on record", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    symlinkSync("nowhere", world.layout.children);
    world.run();
    await eventually(
      () => world.notes.some(({ what }) => what === "cannot start an app-server"),
      "the reason",
    );
    expect(world.spawned.in(home)).toEqual([]);
    await world.clock.advance(3 * SEC);
    expect(world.session("a").lastProbeResult).toBe("cannot start codex");
    rmSync(world.layout.children);
    world.add("b");
    await eventually(() => world.spawned.in(world.home("b")).length === 1, "another alias");
    expect(world.recorded().filter(({ alias }) => alias === "a")).toEqual([]);
  });

  it("leaves nothing on record when there is no program", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    world.behaviours.set(home, "absent");
    world.run();
    await eventually(() => world.spawned.in(home).length === 1, "the start");
    await world.clock.advance(3 * SEC);
    expect(world.recorded()).toEqual([]);
    expect(world.session("a").lastProbeResult).toBe("codex not found");
  });

  it.runIf(existsSync("/proc/locks"))("is not made beside a Codex that has the home open", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    mkdirSync(threadLocksOf(home));
    const lock = await tryLock(join(threadLocksOf(home), "thread.lock"));
    world.run();
    await world.clock.advance(3 * MIN);
    expect(world.spawned.in(home)).toEqual([]);
    expect(world.session("a").lastProbeResult).toBe("Codex is about to renew this login");
    lock?.release();
    await world.clock.advance(40 * SEC);
    await eventually(() => world.spawned.in(home).length === 1, "the start");
  });

  it("that comes later makes the child end by its stdin alone", async () => {
    const world = root();
    const home = world.add("a", { ttlSec: 240 });
    const login = gate(world, "a");
    world.run();
    await eventually(() => login.held.length === 1, "the handshake");
    const [child] = world.spawned.in(home);
    child!.ignoresEnd = true;
    world.pick("a");
    await eventually(() => !child!.isStdinOpen, "its end");
    expect(world.recorded()).toMatchObject([{ pid: child?.pid, mayRenew: true }]);
    await world.clock.advance(55 * SEC);
    expect(world.spawned.in(home)).toHaveLength(1);
    expect(world.session("a").appServer.restartCount).toBe(0);
  });
});

describe("an app-server that does not end with its stdin", () => {
  /** Notes every TERM of the first one, and goes on; so does a process of its own. */
  function stubborn(world: Root, alias: string): { terms(): number; isReady(): boolean } {
    const log = join(world.layout.root, `${alias}.log`);
    // A shell that is just about to start something runs its trap when that has ended: so nothing here takes long.
    world.scripts.set(
      world.home(alias),
      `trap 'echo TERM $$ >>"${log}"' TERM; (trap '' TERM; exec sleep 1000) & echo ready $$ >>"${log}"; while :; do sleep 0.1; done`,
    );
    const lines = () => existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    const has = (what: string) => lines().filter((line) => line === `${what} ${world.pids[0]}`).length;
    return { terms: () => has("TERM"), isReady: () => has("ready") > 0 };
  }
  const isAlive = (world: Root) => identityOf(world.pids[0]!) !== undefined;

  it("gets no signal at any age where nobody can tell whether it renews the login", async () => {
    const world = root();
    world.add("a", { ttlSec: "opaque" });
    const child = stubborn(world, "a");
    world.run();
    await eventually(child.isReady, "the child");
    for (let n = 0; n < 10; n++) await world.clock.advance(MIN);
    expect([child.terms(), isAlive(world)]).toEqual([0, true]);
    expect(world.pids).toHaveLength(1);
  });

  it("gets no signal for a minute, then TERM, then KILL with all of its group", async () => {
    const world = root();
    world.add("a");
    const child = stubborn(world, "a");
    world.run();
    await eventually(child.isReady, "the child");
    await world.clock.advance(59 * SEC);
    expect([child.terms(), isAlive(world)]).toEqual([0, true]);
    await world.clock.advance(1100);
    await eventually(() => child.terms() === 1, "TERM");
    expect(isAlive(world)).toBe(true);
    await world.clock.advance(2 * SEC);
    await eventually(() => !isAlive(world), "KILL");
    // Its end is seen only when nobody of the group holds its stdout any more.
    await eventually(() => !world.recorded().some(({ pid }) => pid === world.pids[0]), "its end");
  });

  it("and may be renewing a login gets a minute from when it was asked to end", async () => {
    const world = root();
    world.add("a", { ttlSec: 240 });
    const child = stubborn(world, "a");
    world.run();
    await eventually(child.isReady, "the child");
    await world.clock.advance(69 * SEC);
    expect([child.terms(), isAlive(world)]).toEqual([0, true]);
    await world.clock.advance(2 * SEC);
    await eventually(() => child.terms() === 1, "TERM");
  });

  it.each<[string, (world: Root, running: ReturnType<Root["run"]>) => void]>([
    ["a pick", (world) => world.pick("a")],
    ["the removal of its alias", (world) => rmSync(world.home("a"), { recursive: true })],
    ["another login", (world) => world.login("a", { user: "somebody-else" })],
    ["a stop", (_, running) => running.supervisor.stop()],
  ])("gets none in its first minute after %s", async (_, act) => {
    const world = root();
    world.add("a", { ttlSec: 240 });
    const child = stubborn(world, "a");
    const running = world.run();
    await eventually(child.isReady, "the child");
    act(world, running);
    for (let i = 0; i < 59; i++) await world.clock.advance(SEC);
    expect([child.terms(), isAlive(world)]).toEqual([0, true]);
    const entry = world.recorded().find(({ pid }) => pid === world.pids[0]);
    expect(entry).toMatchObject({ alias: "a", mayRenew: true });
  });

  it("is ended although its alias was removed", async () => {
    const world = root();
    world.add("a");
    const child = stubborn(world, "a");
    world.run();
    await eventually(child.isReady, "the child");
    rmSync(world.home("a"), { recursive: true });
    await eventually(() => world.status().sessions.size === 0, "the removal");
    await world.clock.advance(61 * SEC);
    await eventually(() => child.terms() === 1, "TERM");
    await world.clock.advance(3 * SEC);
    await eventually(() => !isAlive(world), "KILL");
  });
});

it("a file that only looks new renews nothing", async () => {
  const world = root();
  const home = world.add("a", { ttlSec: 240 });
  const login = gate(world, "a");
  world.run();
  await eventually(() => login.held.length === 1, "the handshake");
  utimesSync(join(home, "auth.json"), 1, 1);
  login.answer();
  await world.clock.advance(SEC);
  expect(world.spawned.in(home)[0]?.asked).toEqual(["initialize"]);
});

it("what hangs is not asked twice at the same time", async () => {
  const world = root();
  const home = world.add("a");
  world.pick("a");
  world.behaviours.set(home, (request, child) => {
    child.ignoresEnd = true;
    hanging(request, child);
  });
  world.run();
  await world.clock.advance(9 * SEC);
  expect(world.spawned.in(home).map(({ asked }) => asked.length)).toEqual([3]);
  world.behaviours.set(home, answering());
  await world.clock.advance(5 * SEC);
  expect(world.spawned.in(home).map(({ asked }) => asked.length)).toEqual([3, 3]);
});
