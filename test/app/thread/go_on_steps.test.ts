import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type Around,
  goOn,
  type GoOnOptions,
  type ThreadNow,
} from "../../../lib/app/thread/going_on/go_on.ts";
import { promiseStore } from "../../../lib/app/thread/going_on/promises.ts";
import type { Left } from "../../../lib/core/thread/continuation.ts";
import { parsePromise, type Promised } from "../../../lib/core/thread/promise.ts";

const START = Date.parse("2026-11-20T12:00:00.000Z");
const HOUR_MS = 3_600_000;
const ENDED = START - 1000;

const PROMISE: Promised = {
  thread: "t",
  alias: "a",
  home: "/home",
  cwd: "/work",
  firstWords: "do it",
  by: { pid: 8, startTime: "8", bootId: "b" },
  since: START - HOUR_MS,
  boundary: ENDED,
  step: "waiting",
  untilMs: undefined,
  isSeenUsedUp: false,
  tries: 2,
};

interface World {
  readonly left?: Partial<Left>;
  readonly thread?: Partial<ThreadNow>;
  /** A promise that is there before; its process has ended unless `isHeld`. */
  readonly before?: Partial<Promised>;
  readonly isHeld?: boolean;
  readonly answer?: boolean;
  /** What a run does with the thread, and how it ends. */
  readonly run?: (world: { thread: ThreadNow; now: number }) => number | NodeJS.Signals;
  readonly onPause?: (world: { left: Left; now: number }) => void;
}

async function went(given: World = {}, options: Partial<GoOnOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const layout = { promises: join(folder, "promises"), promisesLock: join(folder, "lock") };
  const file = join(layout.promises, "t.json");
  const world = {
    now: START,
    thread: {
      isOpen: false,
      lastTurn: { at: ENDED, end: "limit" },
      leavesMarker: true,
      ...given.thread,
    } as ThreadNow,
    left: { isUsedUp: false, untilMs: undefined, isPaid: false, ...given.left } as Left,
  };
  const clock = { now: () => world.now, monotonic: () => world.now, sleep: () => Promise.resolve() };
  const store = promiseStore({ clock, random: () => 0.5 }, layout, {
    self: { pid: 7, startTime: "1", bootId: "b" },
    isAlive: ({ pid }) => pid === 7 || given.isHeld === true,
    locked: (action) => Promise.resolve(action()),
  });
  if (given.before !== undefined) await store.claim({ ...PROMISE, ...given.before });
  const asked: string[] = [];
  const onDisk = () => parsePromise(readFileSync(file, "utf8"));
  const kept: Promised[] = [];
  const atStart: Promised[] = [];
  const around: Around = {
    clock,
    store,
    about: { thread: "t", alias: "a", home: "/home", cwd: "/work", firstWords: "do it" },
    look: () => world.thread,
    left: () => world.left,
    refresh: () => Promise.resolve(),
    pause(lookMs) {
      kept.push(onDisk());
      world.now = Math.max(lookMs, world.now + 1);
      given.onPause?.(world);
      return Promise.resolve();
    },
    ask(doubt) {
      asked.push(doubt);
      return Promise.resolve(given.answer);
    },
    check() {},
    prepare: () =>
      Promise.resolve(() => {
        atStart.push(onDisk());
        const end = given.run?.(world) ?? 0;
        return Promise.resolve({ end, hasWorked: true });
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
  return { outcome, asked, kept, atStart, promises: store.all() };
}

const completed = (world: { thread: ThreadNow; now: number }) => {
  world.now += 1000;
  world.thread = { ...world.thread, lastTurn: { at: world.now, end: "completed" } };
  return 0;
};

describe("the promise on disk", () => {
  it("says while it waits what it waits for, and at the start that Codex is started, from which turn", async () => {
    const untilMs = START + HOUR_MS;
    const { kept, atStart, outcome, promises } = await went({
      left: { isUsedUp: true, untilMs },
      onPause: (world) => {
        if (world.now >= untilMs) world.left = { ...world.left, isUsedUp: false, untilMs: undefined };
      },
      run: completed,
    });
    expect(kept[0]).toMatchObject({
      step: "waiting",
      since: START,
      boundary: ENDED,
      untilMs,
      isSeenUsedUp: true,
      tries: 0,
      by: { pid: 7 },
    });
    expect(atStart).toMatchObject([{ step: "starting", boundary: ENDED, untilMs: undefined, tries: 1 }]);
    expect(outcome).toEqual({ obstacle: undefined, end: 0 });
    expect(promises).toEqual([]);
  });

  it("says that nothing is waited for when it goes on at once", async () => {
    const { kept, atStart } = await went({ run: completed });
    expect(kept).toEqual([]);
    expect(atStart).toMatchObject([{ step: "starting", isSeenUsedUp: false }]);
  });

  it("follows the end of the limit when that moves", async () => {
    const [first, second] = [START + HOUR_MS, START + 2 * HOUR_MS];
    let pauses = 0;
    const { kept } = await went({
      left: { isUsedUp: true, untilMs: first },
      onPause: (world) => {
        world.left = ++pauses === 1
          ? { ...world.left, untilMs: second }
          : { isUsedUp: world.now < second, untilMs: world.now < second ? second : undefined, isPaid: false };
      },
      run: completed,
    });
    expect(new Set(kept.map(({ untilMs }) => untilMs))).toEqual(new Set([first, second]));
  });

  it("of a process that was killed while it waited is taken over, and counts its starts anew", async () => {
    const { atStart, asked } = await went({ before: { tries: 3 }, run: completed });
    expect(asked).toEqual([]);
    expect(atStart).toMatchObject([{ by: { pid: 7 }, tries: 1, since: START }]);
  });

  it("of a living process is left alone", async () => {
    const { outcome, promises } = await went({ before: {}, isHeld: true });
    expect(outcome.obstacle).toEqual({ why: "promised", pid: 8 });
    expect(promises).toMatchObject([{ by: { pid: 8 } }]);
  });

  it("of a process that was killed around a start is asked about, and stays when the answer is no", async () => {
    const before = { step: "starting" } as const;
    const no = await went({ before, answer: false });
    expect(no.outcome.obstacle).toEqual({ why: "asked", doubt: "uncertain", answer: false });
    expect(no.promises).toMatchObject([{ step: "starting", by: { pid: 8 } }]);
    const yes = await went({ before, answer: true, run: completed });
    expect([yes.asked, yes.promises]).toEqual([["uncertain"], []]);
    expect(yes.atStart).toHaveLength(1);
  });

  it("of such a start stays uncertain on disk while another process waits after a yes", async () => {
    const untilMs = START + 20 * HOUR_MS;
    const options = { deadline: START + HOUR_MS, unattendedMs: 30 * HOUR_MS };
    const uncertain = await went(
      { before: { step: "starting" }, answer: true, left: { isUsedUp: true, untilMs } },
      options,
    );
    expect(uncertain.kept[0]).toMatchObject({ step: "starting", by: { pid: 7 } });
    const gone = {
      before: { step: "starting", boundary: ENDED - 1 },
      left: { isUsedUp: true, untilMs },
    } as const;
    expect((await went(gone, options)).kept[0]).toMatchObject({ step: "waiting" });
  });

  it("is removed when its thread has nothing left to do, whoever promised", async () => {
    const thread = { lastTurn: { at: ENDED, end: "completed" } } as const;
    const { outcome, promises } = await went({ before: {}, thread });
    expect([outcome.obstacle, promises]).toEqual([{ why: "done" }, []]);
  });

  it("of another process stays when this one could not go on", async () => {
    const { outcome, promises } = await went({ before: {}, thread: { isOpen: true } });
    expect(outcome.obstacle).toEqual({ why: "open" });
    expect(promises).toMatchObject([{ by: { pid: 8 } }]);
  });
});

describe("after a run", () => {
  const limited =
    (at: number, end: number | NodeJS.Signals) => (world: { thread: ThreadNow; now: number }) => {
      world.thread = { ...world.thread, lastTurn: { at, end: "limit" } };
      return end;
    };

  it.each<[string, number | NodeJS.Signals]>([["SIGINT", "SIGINT"], ["130", 130], ["143", 143]])(
    "that the user ended (%s) it is over",
    async (_, end) => {
      const { outcome, atStart } = await went({ run: limited(START + 1000, end) });
      expect(outcome).toEqual({ obstacle: undefined, end });
      expect(atStart).toHaveLength(1);
    },
  );

  it.each([["of the same turn", ENDED], ["of an earlier one", ENDED - 1]])(
    "that left a thread at the end %s it is over: nothing shows that it took place",
    async (_, at) => {
      const { outcome, atStart, promises } = await went({ run: limited(at, 1) });
      expect([outcome, atStart.length, promises]).toEqual([{ obstacle: undefined, end: 1 }, 1, []]);
    },
  );

  it("that left a thread without a turn it is over", async () => {
    const { outcome } = await went({
      run: (world) => {
        world.thread = { ...world.thread, lastTurn: undefined };
        return 1;
      },
    });
    expect(outcome).toEqual({ obstacle: undefined, end: 1 });
  });

  it("without a wait it says that the limit is used up again, and does not start again", async () => {
    const { outcome, atStart } = await went({ run: limited(START + 1000, 1) }, { waits: false });
    expect(outcome).toEqual({ obstacle: { why: "used up", untilMs: undefined }, end: 1 });
    expect(atStart).toHaveLength(1);
  });
});
