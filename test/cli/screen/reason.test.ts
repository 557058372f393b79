import { expect, it } from "vitest";
import { briefReason, type Told } from "../../../lib/cli/screen/reason.ts";
import type { Ineligible } from "../../../lib/core/pick/score.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const told = (reason: string): Told => {
  const verdict: Ineligible = {
    alias: "a",
    eligible: false,
    usage: 50,
    reason,
    kind: "exhausted",
    comesBackMs: NOW,
    final: false,
  };
  return { verdict, status: undefined, ageMs: undefined };
};

it.each(["refused 12:05, until 14:35", "refused 19 Nov 23:50, until 00:12", "refused 12:05"])(
  "a refusal is brief, whatever its day: %s",
  (reason) => expect(briefReason(told(reason), NOW)).toBe("refused"),
);
