import { expect, test } from "vitest";
import { pickedLine, refusedLine } from "../../../lib/cli/view/lines.ts";
import type { Picked } from "../../../lib/app/pick/choose.ts";
import type { Ineligible } from "../../../lib/core/pick/score.ts";

const USED_UP: Ineligible = {
  alias: "a",
  eligible: false,
  usage: 0,
  reason: "exhausted",
  kind: "exhausted",
  final: true,
};

function returning(verdict: Ineligible): Picked {
  const picked = { alias: "a", home: "/home/a", isRenewing: false, leavesProcesses: false };
  return { ...picked, ground: { on: "return", verdict } };
}

test.each<[string, Partial<Ineligible>]>([
  ["everything is used up; using a, which comes back in 2h", { comesBackMs: 7_200_000 }],
  ["everything is used up; using a (reset time unknown)", {}],
  ["everything is used up; using a, which has credits to go on with", { onCredits: true }],
])("when nothing is left: %s", (line, more) => {
  expect(pickedLine(returning({ ...USED_UP, ...more }), 0)).toBe(line);
});

test.each(
  [
    ["disabled", "limits are not refreshed while AGENTLB_SUPERVISOR_DISABLED=1"],
    ["not running", "start the supervisor: agentlb supervisor start --background"],
    ["running", "see: agentlb status"],
  ] as const,
)("when no session is eligible and the supervisor is %s, the line says what helps", (is, advice) => {
  const stale: Ineligible = { ...USED_UP, reason: "stale", kind: "reading" };
  expect(refusedLine("a", [stale], is)).toBe(
    `no session is eligible (a: stale); using a (next in turn); ${advice}`,
  );
});
