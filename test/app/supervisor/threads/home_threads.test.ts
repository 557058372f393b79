import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { HomeThreads } from "../../../../lib/app/supervisor/threads/home_threads.ts";
import type { Claims } from "../../../../lib/core/session/leases.ts";
import type { OpenThread } from "../../../../lib/io/process/lock_table.ts";
import { started, threadId } from "../../../../rig/rollouts.ts";
import { FakeClock } from "../../../../rig/clock.ts";

const SEC = 1000;
const MIN = 60 * SEC;
const NOBODY = new Set<string>();
const fail = (error: unknown) => {
  throw error;
};

function home() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-threads-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const clock = new FakeClock();
  const threads = new HomeThreads(dir, clock, undefined);
  const open = (begunMs: number, more: Partial<OpenThread> = {}): OpenThread => ({
    id: threadId(begunMs),
    pid: 0,
    lockedMs: begunMs,
    ...more,
  });
  const reserved = (...reservations: number[]): Claims => ({ leases: [], reservations });
  return { clock, dir, threads, open, reserved };
}

it("a thread from before a reservation is not the one it was made for", () => {
  const { clock, threads, open, reserved } = home();
  const old = open(clock.now() - 30 * SEC);
  threads.opened([old], NOBODY);
  expect(threads.activity(reserved(clock.now())).activeTurns).toBe(1);
});

it("a thread of old that somebody goes on with is, though its lock file is as old", async () => {
  const { clock, threads, open, reserved } = home();
  threads.opened([], NOBODY);
  await clock.advance(10 * SEC);
  const reservedAt = clock.now();
  await clock.advance(SEC);
  threads.opened([], NOBODY);
  await clock.advance(SEC);
  threads.opened([open(clock.now() - 50 * MIN)], NOBODY);
  expect(threads.activity(reserved(reservedAt))).toMatchObject({ activeTurns: 0, redeemed: [reservedAt] });
});

it("a thread that was opened before anybody looked tells by its lock file when", () => {
  const { clock, threads, open, reserved } = home();
  const at = clock.now() - 10 * SEC;
  threads.opened([open(clock.now() - 50 * MIN, { lockedMs: at + SEC })], NOBODY);
  expect(threads.activity(reserved(at, at + 2 * SEC))).toMatchObject({ activeTurns: 1, redeemed: [at] });
});

it("a thread with a lease takes nobody's reservation, also when the lease is over", () => {
  const { clock, threads, open, reserved } = home();
  const at = clock.now();
  threads.opened([open(at, { pid: 4_100_000 })], NOBODY);
  const lease = { pid: 4_100_000, startTime: "1", bootId: "", atMs: at };
  expect(threads.activity({ leases: [lease], reservations: [at] })).toMatchObject({
    activeTurns: 1,
    leased: [4_100_000],
  });
  threads.opened([], NOBODY);
  expect(threads.activity(reserved(at))).toEqual({ activeTurns: 1, turns: 0, openThreads: 0 });
});

it("a thread that was opened for a reservation is not there for another when that is over", async () => {
  const { clock, threads, open, reserved } = home();
  const [first, second] = [clock.now(), clock.now() + 1];
  await clock.advance(10 * SEC);
  threads.opened([open(clock.now())], NOBODY);
  expect(threads.activity(reserved(second, first))).toMatchObject({ activeTurns: 1, redeemed: [first] });
  expect(threads.activity(reserved(second))).toEqual({ activeTurns: 1, turns: 0, openThreads: 1 });
});

it("of two threads a reservation takes the one that was opened first", () => {
  const { clock, threads, open, reserved } = home();
  const at = clock.now() - 10 * SEC;
  threads.opened([
    { ...open(at + 3), id: threadId(at + 3) },
    { ...open(at + 1), id: threadId(at + 1) },
  ], NOBODY);
  expect(threads.activity(reserved(at)).redeemed).toEqual([at]);
  expect(threads.activity(reserved(at, at + 2))).toMatchObject({ activeTurns: 0, redeemed: [at, at + 2] });
});

it("a thread is opened once, also when it is told late that its lock went", async () => {
  const { clock, threads, open, reserved } = home();
  const [first, second] = [clock.now(), clock.now() + 1];
  const thread = open(first);
  threads.opened([thread], NOBODY);
  await clock.advance(10 * SEC);
  threads.opened([], NOBODY);
  threads.look(fail);
  await clock.advance(10 * SEC);
  threads.look(fail);
  threads.opened([], new Set([thread.id]));
  expect(threads.activity(reserved(first, second))).toMatchObject({ activeTurns: 1, redeemed: [first] });
});

it("is looked at a little longer than it is open, and not for ever", async () => {
  const { clock, threads, open } = home();
  threads.opened([open(clock.now())], NOBODY);
  threads.opened([], NOBODY);
  for (const isUnsettled of [true, true, true, false]) {
    threads.look(fail);
    expect(threads.isUnsettled).toBe(isUnsettled);
    await clock.advance(1001);
  }
});

it("a lock that came and went is of a thread only when that is a new one", () => {
  const { clock, threads } = home();
  threads.opened([], new Set([threadId(clock.now() - 11 * MIN), "t1"]));
  expect(threads.isUnsettled).toBe(false);
  threads.opened([], new Set([threadId(clock.now() - 9 * MIN)]));
  expect(threads.isUnsettled).toBe(true);
  expect(threads.isOpen).toBe(false);
  expect(threads.folders()).toEqual([]);
});

it("a rollout that can't be read hides no other, and is not followed for ever either", async () => {
  const { clock, dir, threads, open } = home();
  const day = join(dir, "sessions", "2026", "11");
  mkdirSync(join(day, "20"), { recursive: true });
  writeFileSync(join(day, "19"), "no folder");
  const [bad, good] = [open(clock.now() - 86_400_000), open(clock.now())];
  writeFileSync(join(day, "20", `rollout-x-${good.id}.jsonl`), `${started(clock.now())}\n`);
  threads.opened([bad, good], NOBODY);
  const failures: unknown[] = [];
  expect(threads.look((error) => failures.push(error))).toHaveLength(1);
  expect(failures).toHaveLength(1);
  expect(threads.activity(undefined).turns).toBe(1);
  threads.opened([good], NOBODY);
  await clock.advance(5 * SEC);
  threads.look(() => {});
  threads.look(fail);
});
