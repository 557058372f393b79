import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { promiseStore } from "../../../lib/app/thread/going_on/promises.ts";
import type { Promised } from "../../../lib/core/thread/promise.ts";

/** The lock is a real one, and so is the wait for it. */
const CLOCK = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

function stores() {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "locks"));
  const layout = { promises: join(folder, "promises"), promisesLock: join(folder, "locks", "promises.lock") };
  const living = new Set<number>();
  const storeOf = (pid: number) => {
    living.add(pid);
    return promiseStore({ clock: CLOCK, random: () => 0 }, layout, {
      self: { pid, startTime: String(pid), bootId: "b" },
      isAlive: (identity) => living.has(identity.pid) && identity.startTime === String(identity.pid),
    });
  };
  return { layout, living, storeOf };
}

const promiseOf = (pid: number, thread = "t"): Promised => ({
  thread,
  alias: "a",
  home: "/home",
  cwd: "/work",
  firstWords: "do it",
  by: { pid, startTime: String(pid), bootId: "b" },
  since: 1000,
  boundary: 500,
  step: "waiting",
  untilMs: 2000,
  isSeenUsedUp: true,
  tries: 0,
});

describe("promises", () => {
  it("are kept by one process each, under the lock, in private files", async () => {
    const { layout, living, storeOf } = stores();
    const [one, two] = [storeOf(11), storeOf(12)];
    const claims = await Promise.all([one.claim(promiseOf(11)), two.claim(promiseOf(12))]);
    expect(claims.filter((isOurs) => isOurs)).toHaveLength(1);
    const [holder, other] = claims[0] ? [11, two] : [12, one];
    expect(other.holderOf(other.read("t")!)).toBe(holder);
    expect(other.all()).toEqual([promiseOf(holder)]);
    expect(await other.forget("t")).toEqual({ heldBy: holder });
    expect(statSync(join(layout.promises, "t.json")).mode & 0o777).toBe(0o600);
    expect(statSync(layout.promises).mode & 0o777).toBe(0o700);
    living.delete(holder);
    expect(other.holderOf(other.read("t")!)).toBeUndefined();
    expect(await other.claim(promiseOf(other.self.pid))).toBe(true);
  });

  it("of a process that another one has followed, by its number, are kept by nobody", async () => {
    const { living, storeOf } = stores();
    const one = storeOf(11);
    const reused = { ...promiseOf(10), by: { pid: 10, startTime: "older", bootId: "b" } };
    living.add(10);
    expect(await one.claim(promiseOf(11))).toBe(true);
    one.write(reused);
    expect(one.holderOf(one.read("t")!)).toBeUndefined();
    expect(await one.forget("t")).toBe(true);
    expect(await one.forget("t")).toBe(false);
  });

  it("are this process' own only by its number and its start", () => {
    const { living, storeOf } = stores();
    const one = storeOf(11);
    const [number, start] = [{ pid: 11, startTime: "older", bootId: "b" }, {
      pid: 12,
      startTime: "11",
      bootId: "b",
    }];
    expect(one.holderOf({ ...promiseOf(11), by: number })).toBeUndefined();
    const any = promiseStore({ clock: CLOCK, random: () => 0 }, stores().layout, {
      self: one.self,
      isAlive: () => true,
    });
    expect(any.holderOf(promiseOf(11))).toBeUndefined();
    expect([any.holderOf({ ...promiseOf(11), by: number }), any.holderOf({ ...promiseOf(11), by: start })])
      .toEqual([11, 12]);
    living.delete(11);
  });

  it("are listed by the names of their threads, without what a crash left beside them", async () => {
    const { layout, storeOf } = stores();
    const one = storeOf(11);
    for (const thread of ["c", "a", "b"]) expect(await one.claim(promiseOf(11, thread))).toBe(true);
    writeFileSync(join(layout.promises, ".a.json.0123456789abcdef.tmp"), "half");
    writeFileSync(join(layout.promises, ".a.json"), "half");
    writeFileSync(join(layout.promises, "a.json.old"), "half");
    expect(one.all().map(({ thread }) => thread)).toEqual(["a", "b", "c"]);
    one.remove("b");
    expect(readdirSync(layout.promises)).toContain("a.json");
    expect(one.all().map(({ thread }) => thread)).toEqual(["a", "c"]);
  });

  it("that cannot be read say which, and what to do, and can be dropped", async () => {
    const { layout, storeOf } = stores();
    const one = storeOf(11);
    mkdirSync(layout.promises);
    const path = join(layout.promises, "t.json");
    writeFileSync(path, "half");
    expect(() => one.read("t")).toThrow(expect.objectContaining({
      code: "failed",
      message: expect.stringContaining(`Cannot read ${path}: `),
      hint: "look whether its thread is at work, then drop it: agentlb waiting --forget <thread>",
    }));
    expect(await one.forget("t")).toBe(true);
    expect(one.read("t")).toBeUndefined();
  });
});
