import { standingsOf } from "../../core/pick/report/standing.ts";
import { sortRows } from "../../core/pick/report/row_order.ts";
import type { Terms } from "../../core/pick/score.ts";
import type { ScoreSettings } from "../../core/pick/settings.ts";
import type { Column } from "../../core/text/screen/columns.ts";
import type { Face } from "../../core/text/screen/face.ts";
import { printable } from "../../core/text/printable.ts";
import type { Sheet } from "../../core/text/screen/sheet.ts";
import { boundWords } from "../../app/pick/bound.ts";
import type { Explanation } from "../../app/pick/why.ts";
import { shownFigure } from "../view/lines.ts";
import { faultLine, sentenceOf } from "../view/why.ts";
import { plainColumn } from "./draw.ts";
import { reasonColumn, resetColumn, sessionColumn, windowColumns } from "./status.ts";
import { summaryLines } from "./summary.ts";
import { windowTitle } from "./windows.ts";

/** The ranks at which columns yield: the terms of the score are what is asked for, so the bars go first. */
const RANK = { bars: [12, 13, 14], resets: 15, terms: 22 } as const;

/** The sheet of `agentlb why`: the score and its terms, and what would change the pick. */
export function whySheet(
  explanation: Explanation,
  settings: ScoreSettings,
  nowMs: number,
  face: Face,
): Sheet {
  const { decision, policy, changes, candidates, bound, pausedWinners: paused } = explanation;
  const selected = decision.winner?.alias;
  const rows = sortRows(standingsOf(candidates, decision, nowMs), selected);
  const right = { isRight: true };
  /** A column of what is taken off; none where nothing is. */
  const term = (title: string, of: keyof Terms): Column[] => {
    const isNone = rows.every(({ verdict }) => !verdict.eligible || verdict.terms[of] === 0);
    const cells = rows.map(({ verdict }) => verdict.eligible ? String(Math.abs(verdict.terms[of])) : "-");
    return isNone ? [] : [plainColumn(title, cells, RANK.terms, right)];
  };
  const picked = rows.findIndex(({ alias }) => alias === selected);
  const mode = decision.mode === undefined ? "" : `, at present ${decision.mode}`;
  return {
    columns: [
      sessionColumn(rows.map(({ alias }) => alias), selected),
      ...windowColumns(rows, nowMs, face, RANK.bars),
      resetColumn(rows, nowMs, RANK.resets),
      plainColumn("LEFT", rows.map(({ verdict }) => String(verdict.usage)), RANK.terms, right),
      ...term("- BUSY", "busy"),
      ...term("- RESTARTS", "restarts"),
      ...term("- STALENESS", "staleness"),
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
    again: picked < 0 ? [] : [picked],
    notes: [
      ...candidates.flatMap(faultLine),
      ...(changes.length + paused.length === 0 ? [] : ["what would change the pick:"]),
      ...rows.flatMap(({ alias, gauges }) =>
        changes.filter((change) => change.alias === alias).map((change) =>
          `  ${
            sentenceOf(change, (of) =>
              ` (${windowTitle(gauges[of]?.durationMs, of === "short").toLowerCase()})`)
          }`
        )
      ),
      ...paused.map((alias) => `  ${printable(alias)} not paused: it would be picked`),
    ],
    closing: [
      ...(bound === undefined ? [] : [boundWords(bound)]),
      leftLine(settings),
      `policy: ${policy}${mode}: the highest ${policy.toUpperCase()} is picked`,
      ...summaryLines(rows, selected, nowMs),
    ],
    of: "sessions",
  };
}

/** `LEFT: 60 % of the short window and 40 % of the long one; BUSY: 5 for each turn` */
function leftLine(
  { usagePrimaryWeightPercent: short, usageSecondaryWeightPercent: long, busyPenalty }: ScoreSettings,
): string {
  const percent = (weight: number) => `${Math.round(100 * weight / Math.max(short + long, 1))} %`;
  const weights = `${percent(short)} of the short window and ${percent(long)} of the long one`;
  return `LEFT: ${weights}; BUSY: ${busyPenalty} for each turn`;
}
