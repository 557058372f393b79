import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Around, goOn, type GoOnOptions, type RunEnd } from "../../../lib/app/thread/going_on/go_on.ts";
import { promiseStore } from "../../../lib/app/thread/going_on/promises.ts";
import { type Left, SETTLES_MS } from "../../../lib/core/thread/continuation.ts";

const START = Date.parse("2026-11-20T12:00:00.000Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_HOURS = 24 * 7;

interface Service {
  /** What is left at a moment. */
  left(now: number, lastTurnAt: number): Partial<Left>;
  /** What a start gets done, and how its turn ends; by default it is refused at once. */
  turn?(
    start: number,
  ): { readonly hasWorked: boolean; readonly end?: "completed" | "limit"; readonly code?: RunEnd };
}

/** Goes on against a service, with a clock that only waiting moves. */
async function against(service: Service, options: Partial<GoOnOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const layout = { promises: join(folder, "promises"), promisesLock: join(folder, "lock") };
  let now = START;
  let lastTurn: { at: number; end: "limit" | "completed" } = { at: START - 1000, end: "limit" };
  const starts: number[] = [];
  const refreshes: number[] = [];
  const clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  const store = promiseStore({ clock, random: () => 0.5 }, layout, {
    self: { pid: 7, startTime: "1", bootId: "b" },
    isAlive: () => true,
    locked: (action) => Promise.resolve(action()),
  });
  const around: Around = {
    clock,
    store,
    about: { thread: "t", alias: "a", home: "/home", cwd: "/work", firstWords: "do it" },
    look: () => ({ isOpen: false, lastTurn, leavesMarker: true }),
    left: () => ({ isUsedUp: false, untilMs: undefined, isPaid: false, ...service.left(now, lastTurn.at) }),
    refresh() {
      refreshes.push(now - START);
      return Promise.resolve();
    },
    pause(lookMs) {
      now = Math.max(lookMs, now + 1);
      return Promise.resolve();
    },
    ask: () => Promise.resolve(undefined),
    check() {},
    prepare: () =>
      Promise.resolve(() => {
        starts.push(now - START);
        now += 2000;
        const turn = service.turn?.(starts.length) ?? { hasWorked: false };
        lastTurn = { at: now, end: turn.end ?? "limit" };
        return Promise.resolve({ end: turn.code ?? 1, hasWorked: turn.hasWorked });
      }),
  };
  const outcome = await goOn(around, {
    isOff: false,
    waits: true,
    isAttended: false,
    unattendedMs: 12 * HOUR_MS,
    deadline: Infinity,
    ...options,
  });
  return { outcome, starts, refreshes, elapsedMs: now - START, promises: store.all() };
}

const MONTH = { unattendedMs: 30 * DAY_MS };

describe("a service that refuses for a month", () => {
  it("though it says that something is left, is asked three times", async () => {
    const { outcome, starts, elapsedMs, promises } = await against({ left: () => ({}) }, MONTH);
    expect(outcome.obstacle).toEqual({ why: "no progress", tries: 3 });
    const pause = 2000 + SETTLES_MS;
    expect(starts).toEqual([0, 10 * 60_000 + pause, 70 * 60_000 + 2 * pause]);
    expect(elapsedMs).toBeLessThan(2 * HOUR_MS);
    expect(promises).toEqual([]);
  });

  it("at every reset that it names, is asked at three of them", async () => {
    const left = (now: number, at: number) =>
      now < at + 5 * HOUR_MS ? { isUsedUp: true, untilMs: at + 5 * HOUR_MS } : {};
    const { outcome, starts, refreshes } = await against({ left }, MONTH);
    expect(outcome.obstacle).toEqual({ why: "no progress", tries: 3 });
    expect(starts).toHaveLength(3);
    // One more reading is asked for just before each.
    expect(starts.map((ms, index) => ms - refreshes[index]!)).toEqual(Array(3).fill(5000 + SETTLES_MS));
    expect(starts[0]).toBeGreaterThanOrEqual(5 * HOUR_MS - 1000);
  });

  it("is asked no more after the time that may go on unattended", async () => {
    const { outcome, starts } = await against({ left: () => ({ isUsedUp: true }) });
    expect(outcome.obstacle).toEqual({ why: "too long", untilMs: undefined });
    expect(starts).toEqual([]);
  });
});

describe("a month of work", () => {
  const left = (now: number, at: number) => {
    const untilMs = at + WEEK_HOURS * HOUR_MS;
    return now < untilMs ? { isUsedUp: true, untilMs } : {};
  };

  it("goes on once after each reset, until it is done", async () => {
    const turn = (start: number) => ({
      hasWorked: true,
      ...(start === 4 ? { end: "completed", code: 0 } as const : {}),
    });
    const { outcome, starts, promises } = await against({ left, turn }, { unattendedMs: 40 * DAY_MS });
    expect(outcome).toEqual({ obstacle: undefined, end: 0 });
    expect(starts.map((ms) => Math.round(ms / DAY_MS))).toEqual([7, 14, 21, 28]);
    expect(promises).toEqual([]);
  });

  it("ends with the run that the user ends", async () => {
    const turn = () => ({ hasWorked: true, code: "SIGINT" } as const);
    const { outcome, starts } = await against({ left, turn }, { unattendedMs: 40 * DAY_MS });
    expect(outcome).toEqual({ obstacle: undefined, end: "SIGINT" });
    expect(starts).toHaveLength(1);
  });
});

it("without a wait it goes on once, and says until when the limit is used up again", async () => {
  const left = (_now: number, at: number) => at < START ? {} : { isUsedUp: true, untilMs: at + HOUR_MS };
  const { outcome, starts, promises } = await against({ left, turn: () => ({ hasWorked: true }) }, {
    waits: false,
  });
  expect(outcome).toEqual({ obstacle: { why: "used up", untilMs: START + 2000 + HOUR_MS }, end: 1 });
  expect(starts).toEqual([0]);
  expect(promises).toEqual([]);
});
