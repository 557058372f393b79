import { expect, it } from "vitest";
import { notesOf } from "../../../lib/cli/view/notes.ts";
import type { Row } from "../../../lib/core/pick/report/report.ts";
import { emptySession } from "../../../lib/core/session/status.ts";

const refused = (verdict: unknown) =>
  ({
    alias: "work",
    status: { ...emptySession(), allowance: { ordinaryUsageAllowed: false } },
    verdict,
    gauges: {},
  }) as Row;
const USED_UP = refused({ eligible: false, kind: "exhausted", reason: "exhausted" });
const ON_CREDITS = refused({ eligible: true, reason: "eligible" });

it("on a terminal a refusal is told where the session's own row does not say it", () => {
  const line = ["work: ordinary use refused"];
  expect(notesOf({ rows: [USED_UP], atMs: 0 }, { mostNames: 9 })).toEqual([]);
  expect(notesOf({ rows: [ON_CREDITS], atMs: 0 }, { mostNames: 9 })).toEqual(line);
  expect(notesOf({ rows: [USED_UP], atMs: 0 })).toEqual(line);
});
