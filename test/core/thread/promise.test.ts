import { describe, expect, it } from "vitest";
import { parsePromise, type Promised, renderPromise, stateOf } from "../../../lib/core/thread/promise.ts";

const PROMISE: Promised = {
  thread: "01a22d37-1ae6-7ce0-b207-f6691be7d198",
  alias: "work",
  home: "/home/u/.agentlb/sessions/work",
  cwd: "/src",
  firstWords: 'fix "it"\n',
  by: { pid: 42, startTime: "123", bootId: "boot" },
  since: 1_796_000_000_123,
  boundary: 1_795_999_000_456,
  step: "starting",
  untilMs: 1_796_010_000_000,
  isSeenUsedUp: true,
  tries: 2,
};

describe("a promise", () => {
  it("reads back as it was written", () => {
    expect(parsePromise(renderPromise(PROMISE))).toEqual(PROMISE);
    const bare = { ...PROMISE, alias: undefined, untilMs: undefined, step: "waiting" } as const;
    expect(parsePromise(renderPromise(bare))).toEqual(bare);
  });

  it.each([
    "",
    "{}",
    "[]",
    renderPromise(PROMISE).replace("starting", "half"),
    renderPromise(PROMISE).slice(0, 90),
  ])(
    "is not read from %j",
    (text) => expect(() => parsePromise(text)).toThrow(),
  );

  it.each(
    [
      ["waiting", true, undefined, undefined, "waiting"],
      ["starting", true, undefined, undefined, "running"],
      ["starting", true, undefined, 1, "waiting"],
      ["waiting", false, undefined, undefined, "interrupted"],
      ["starting", false, PROMISE.boundary, undefined, "uncertain"],
      ["starting", false, undefined, undefined, "uncertain"],
      ["starting", false, PROMISE.boundary + 1, undefined, "interrupted"],
    ] as const,
  )(
    "%s, kept by a living process: %s, last turn %s, until %s: %s",
    (step, isHeld, lastTurnAt, untilMs, state) => {
      expect(stateOf({ ...PROMISE, step, untilMs }, isHeld, lastTurnAt)).toBe(state);
    },
  );
});
