import { standingsOf } from "../../core/pick/report/standing.ts";
import { sortRows } from "../../core/pick/report/row_order.ts";
import type { Terms } from "../../core/pick/score.ts";
import type { Face } from "../../core/text/screen/face.ts";
import type { Sheet } from "../../core/text/screen/sheet.ts";
import { boundWords } from "../../app/pick/bound.ts";
import type { Explanation } from "../../app/pick/why.ts";
import { shownFigure } from "../view/lines.ts";
import { faultLine, sentenceOf } from "../view/why.ts";
import { plainColumn } from "./draw.ts";
import { reasonColumn, resetColumn, sessionColumn, windowColumns } from "./status.ts";
import { summaryLines } from "./summary.ts";
import { windowTitle } from "./windows.ts";

/** The rank at which the terms yield: the windows that they come from tell most of it. */
const TERMS = 15;

/** The sheet of `agentlb why`: the score and its terms, and what would change the pick. */
export function whySheet(explanation: Explanation, nowMs: number, face: Face): Sheet {
  const { decision, policy, changes, candidates, bound } = explanation;
  const selected = decision.winner?.alias;
  const rows = sortRows(standingsOf(candidates, decision, nowMs), selected);
  const term = (of: keyof Terms) =>
    rows.map(({ verdict }) => verdict.eligible ? String(Math.abs(verdict.terms[of])) : "-");
  const right = { isRight: true };
  const picked = rows.findIndex(({ alias }) => alias === selected);
  const mode = decision.mode === undefined ? "" : `, at present ${decision.mode}`;
  return {
    columns: [
      sessionColumn(rows.map(({ alias }) => alias), selected),
      ...windowColumns(rows, nowMs, face),
      resetColumn(rows, nowMs),
      plainColumn("USAGE", rows.map(({ verdict }) => String(verdict.usage)), TERMS, right),
      plainColumn("- BUSY", term("busy"), TERMS, right),
      plainColumn("- RESTARTS", term("restarts"), TERMS, right),
      plainColumn("- STALENESS", term("staleness"), TERMS, right),
      plainColumn(
        "= SCORE",
        rows.map(({ verdict }) => verdict.eligible ? String(verdict.score) : "-"),
        undefined,
        right,
      ),
      ...(policy === "score" ? [] : [
        plainColumn(
          policy.toUpperCase(),
          rows.map(({ figure }) => figure === undefined ? "-" : shownFigure(figure)),
          undefined,
          right,
        ),
      ]),
      reasonColumn(rows, nowMs),
    ],
    picked: picked < 0 ? undefined : picked,
    notes: [
      ...candidates.flatMap(faultLine),
      ...(changes.length === 0 ? [] : ["what would change the pick:"]),
      ...rows.flatMap(({ alias, gauges }) =>
        changes.filter((change) => change.alias === alias).map((change) =>
          `  ${
            sentenceOf(change, (of) =>
              ` (${windowTitle(gauges[of]?.durationMs, of === "short").toLowerCase()})`)
          }`
        )
      ),
    ],
    closing: [
      ...(bound === undefined ? [] : [boundWords(bound)]),
      `policy: ${policy}${mode}${
        policy === "score" ? "" : `: the highest ${policy.toUpperCase()} is picked`
      }`,
      ...summaryLines(rows, selected, nowMs),
    ],
    of: "sessions",
  };
}
