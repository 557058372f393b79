import { expect, test } from "vitest";
import { eventIn } from "../../../lib/core/event/event.ts";

const EVENT = { schema: "agentlb.event/1", at: "2026-11-20T12:00:00.000Z", kind: "exhausted", alias: "a" };

test.each([
  { reason: [] },
  { alias: 3 },
  { comesBackAt: null },
  { window: "\u001b[31m" },
  { leftPercent: "\u001b[31m" },
  { thread: { toString: 1 } },
])("a line with %j is no event", (odd) => {
  expect(eventIn(JSON.stringify(EVENT))).toEqual(EVENT);
  expect(eventIn(JSON.stringify({ ...EVENT, ...odd }))).toBeUndefined();
});
