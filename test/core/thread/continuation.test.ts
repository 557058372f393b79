import { describe, expect, it } from "vitest";
import {
  afterStart,
  type Facts,
  MOST_TRIES,
  nextStep,
  SETTLES_MS,
} from "../../../lib/core/thread/continuation.ts";
import type { Promised } from "../../../lib/core/thread/promise.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ENDED = NOW - 5 * MINUTE_MS;

const PROMISE: Promised = {
  thread: "t",
  alias: "a",
  home: "/home",
  cwd: "/work",
  firstWords: "do it",
  by: { pid: 7, startTime: "1", bootId: "b" },
  since: NOW,
  boundary: ENDED,
  step: "waiting",
  untilMs: undefined,
  isSeenUsedUp: false,
  tries: 0,
};

type Given = Partial<Omit<Facts, "wish" | "left">> & {
  readonly wish?: Partial<Facts["wish"]>;
  readonly left?: Partial<Facts["left"]>;
};

function step({ wish, left, ...given }: Given = {}) {
  return nextStep({
    now: NOW,
    isOff: false,
    isOpen: false,
    lastTurn: { at: ENDED, end: "limit" },
    leavesMarker: true,
    promise: undefined,
    heldBy: undefined,
    left: { isUsedUp: false, untilMs: undefined, isPaid: false, ...left },
    wish: {
      waits: true,
      isAttended: true,
      confirmedAt: undefined,
      since: NOW,
      unattendedMs: 12 * HOUR_MS,
      deadline: Infinity,
      ...wish,
    },
    ...given,
  });
}

const stopped = (why: string, more: object = {}) => ({ act: "stop", obstacle: { why, ...more } });

describe("a thread that a used-up limit ended", () => {
  it("goes on at once when something is left", () => {
    expect(step()).toEqual({ act: "go" });
    expect(step({ wish: { waits: false } })).toEqual({ act: "go" });
  });

  it("waits for the reset, and a moment longer for the clock of the service", () => {
    const untilMs = NOW + HOUR_MS;
    expect(step({ left: { isUsedUp: true, untilMs } }))
      .toEqual({ act: "wait", lookMs: untilMs + SETTLES_MS, untilMs });
  });

  it("waits for that moment also once the windows show that the reset has come, but not after an early one", () => {
    const promise: Promised = { ...PROMISE, untilMs: NOW, isSeenUsedUp: true };
    const settled = { act: "wait", lookMs: NOW + SETTLES_MS, untilMs: NOW };
    expect(step({ promise })).toEqual(settled);
    expect(step({ promise, now: NOW + SETTLES_MS })).toEqual({ act: "go" });
    expect(step({ promise, now: NOW - 1 })).toEqual({ act: "go" });
  });

  it("looks again after a minute when nobody knows the end", () => {
    expect(step({ left: { isUsedUp: true } })).toEqual({
      act: "wait",
      lookMs: NOW + MINUTE_MS,
      untilMs: undefined,
    });
    const untilMs = NOW - 1;
    expect(step({ left: { isUsedUp: true, untilMs } })).toEqual({
      act: "wait",
      lookMs: NOW + MINUTE_MS,
      untilMs,
    });
  });

  it("is only told of when nobody asked to wait", () => {
    const untilMs = NOW + HOUR_MS;
    expect(step({ left: { isUsedUp: true, untilMs }, wish: { waits: false } }))
      .toEqual(stopped("used up", { untilMs }));
  });

  it("is not waited for beyond what may go on unattended", () => {
    const untilMs = NOW + 13 * HOUR_MS;
    expect(step({ left: { isUsedUp: true, untilMs } })).toEqual(stopped("too long", { untilMs }));
    const wish = { since: NOW - 12 * HOUR_MS };
    expect(step({ left: { isUsedUp: true }, wish })).toEqual(stopped("too long", { untilMs: undefined }));
  });

  it("is waited for until the given time only", () => {
    const untilMs = NOW + HOUR_MS;
    const left = { isUsedUp: true, untilMs };
    expect(step({ left, wish: { deadline: NOW + MINUTE_MS } })).toMatchObject({ lookMs: NOW + MINUTE_MS });
    expect(step({ left, wish: { deadline: NOW } })).toEqual(stopped("timed out", { untilMs }));
  });

  it("never waits for what costs money, though the user may go on", () => {
    expect(step({ left: { isPaid: true } })).toEqual(stopped("money"));
    expect(step({ left: { isPaid: true }, wish: { waits: false } })).toEqual({ act: "go" });
    expect(step({ left: { isPaid: true }, wish: { waits: false, isAttended: false } })).toEqual(
      stopped("money"),
    );
  });

  it("is left alone when it is switched off, open, or another process is at it", () => {
    expect(step({ isOff: true, isOpen: true })).toEqual(stopped("off"));
    expect(step({ isOpen: true })).toEqual(stopped("open"));
    expect(step({ heldBy: 42, isOpen: true })).toEqual(stopped("promised", { pid: 42 }));
  });
});

describe("a thread that ended otherwise", () => {
  it("has nothing to go on with when its turn was completed, or it has none", () => {
    expect(step({ lastTurn: { at: ENDED, end: "completed" } })).toEqual(stopped("done"));
    expect(step({ lastTurn: undefined })).toEqual(stopped("done"));
  });

  it("is asked about when its Codex marks no turns at all", () => {
    const given: Given = { lastTurn: undefined, leavesMarker: false };
    expect(step(given)).toEqual({ act: "ask", doubt: "no marker" });
    expect(step({ ...given, wish: { confirmedAt: 0 } })).toEqual({ act: "go" });
  });

  it.each(
    [
      ["running", true, "killed"],
      ["other", true, "interrupted"],
      ["login", true, "interrupted"],
      ["other", false, "no marker"],
    ] as const,
  )("is asked about after %s (marker: %s)", (end, leavesMarker, doubt) => {
    const given: Given = { lastTurn: { at: ENDED, end }, leavesMarker };
    expect(step(given)).toEqual({ act: "ask", doubt });
    expect(step({ ...given, wish: { confirmedAt: ENDED } })).toEqual({ act: "go" });
    // The answer holds for this turn's end only.
    expect(step({ ...given, wish: { confirmedAt: ENDED - 1 } })).toEqual({ act: "ask", doubt });
  });
});

describe("a start that was recorded", () => {
  const promise: Promised = { ...PROMISE, step: "starting" };

  it("is asked about while nothing shows that it took place", () => {
    expect(step({ promise })).toEqual({ act: "ask", doubt: "uncertain" });
    expect(step({ promise, wish: { confirmedAt: ENDED } })).toEqual({ act: "go" });
  });

  it("is over once the thread has gone on", () => {
    expect(step({ promise, lastTurn: { at: ENDED + 1, end: "limit" } })).toEqual({ act: "go" });
    expect(step({ promise, lastTurn: { at: ENDED + 1, end: "completed" } })).toEqual(stopped("done"));
  });
});

describe("a service that refuses again", () => {
  it("is tried again after ten minutes, then after an hour, then no more", () => {
    const refusedAt = NOW - MINUTE_MS;
    const lastTurn = { at: refusedAt, end: "limit" } as const;
    const after = (tries: number) => step({ lastTurn, promise: { ...PROMISE, tries } });
    expect(after(1)).toMatchObject({ act: "wait", untilMs: refusedAt + 10 * MINUTE_MS });
    expect(after(2)).toMatchObject({ act: "wait", untilMs: refusedAt + 60 * MINUTE_MS });
    expect(after(MOST_TRIES)).toEqual(stopped("no progress", { tries: MOST_TRIES }));
  });

  it("is tried at once when the limit was seen used up, and has ended since", () => {
    expect(step({ promise: { ...PROMISE, tries: 1, isSeenUsedUp: true } })).toEqual({ act: "go" });
  });

  it("is counted anew once a turn got anything done", () => {
    const promise: Promised = { ...PROMISE, step: "starting", tries: 2, isSeenUsedUp: true };
    expect(afterStart(promise, NOW, true)).toMatchObject({ step: "waiting", boundary: NOW, tries: 0 });
    expect(afterStart(promise, NOW, false)).toMatchObject({ tries: 2, isSeenUsedUp: false });
  });
});
