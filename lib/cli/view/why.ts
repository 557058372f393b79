import { probeResultIn } from "../../core/codex/reasons.ts";
import { printable } from "../../core/text/printable.ts";
import type { Verdict } from "../../core/pick/score.ts";
import type { Change } from "../../core/pick/why.ts";
import { boundWords } from "../../app/pick/bound.ts";
import { drawTable } from "../../app/pick/report.ts";
import type { Explanation } from "../../app/pick/why.ts";
import { jsonText } from "../output/json.ts";
import type { WhyOutput } from "../output/pick.ts";
import { shownFigure } from "./lines.ts";

const HEADER = ["SEL", "ALIAS", "USAGE", "BUSY", "RESTARTS", "STALENESS", "SCORE", "REASON"];
const AFTER_SCORE = HEADER.indexOf("SCORE") + 1;

/** The table and the sentences of `agentlb why`. */
export async function whyText(
  { decision, policy, changes, candidates, bound }: Explanation,
): Promise<string> {
  const picked = decision.winner?.alias ?? decision.comesBackFirst?.alias;
  const widen = (cells: readonly string[], cell: string) =>
    policy === "score" ? cells : cells.toSpliced(AFTER_SCORE, 0, cell);
  const rows = decision.verdicts.map((verdict) => {
    const figure = decision.figures.get(verdict.alias);
    return widen(
      cellsOf(verdict, verdict.alias === picked),
      figure === undefined ? "-" : shownFigure(figure),
    );
  });
  const table = await drawTable(widen(HEADER, policy.toUpperCase()), rows);
  const mode = decision.mode === undefined ? "" : `, at present ${decision.mode}`;
  const how = decision.winner === undefined
    ? "nobody is picked on merit"
    : `picked: ${printable(picked ?? "")}`;
  const faults = candidates.flatMap(faultLine).join("");
  const only = bound === undefined ? "" : `${boundWords(bound)}\n`;
  return `${table}${faults}${only}${how} (policy ${policy}${mode})\n${changes.map(sentenceOf).join("")}`;
}

/** The output of `agentlb why --json`. */
export function whyJson({ decision, policy, changes, bound }: Explanation): string {
  const { winner, comesBackFirst, figures, mode } = decision;
  return jsonText<WhyOutput>({
    schema: "agentlb.why/1",
    policy,
    mode,
    picked: winner?.alias ?? null,
    comesBackFirst: comesBackFirst?.alias,
    bound: bound && { folder: bound.folder, sessions: bound.aliases },
    sessions: decision.verdicts.map((verdict) => ({ ...verdict, figure: figures.get(verdict.alias) })),
    changes,
  });
}

function cellsOf(verdict: Verdict, isPicked: boolean): string[] {
  const ends = [isPicked ? "*" : "", printable(verdict.alias), `${verdict.usage}%`];
  if (!verdict.eligible) return [...ends, "-", "-", "-", "-", printable(verdict.reason)];
  const { busy, restarts, staleness } = verdict.terms;
  return [
    ...ends,
    ...[busy, restarts, staleness].map((term) => String(-term || 0)),
    String(verdict.score),
    printable(verdict.reason),
  ];
}

/** `work: app-server ended without an answer: exit 1 no version is set (/usr/bin/codex)`: too long for a column. */
function faultLine({ alias, status: { lastProbeResult } }: Explanation["candidates"][number]): string[] {
  const result = probeResultIn(lastProbeResult);
  const isCut = result !== undefined && "detail" in result && result.detail !== undefined;
  return isCut ? [`${printable(alias)}: ${printable(lastProbeResult)}\n`] : [];
}

/** `work with 12 % less left of its short window: personal would be picked`. */
function sentenceOf({ alias, of, by, then }: Change): string {
  const size = Math.abs(by);
  const what = of === "turns"
    ? `${size} ${size === 1 ? "turn" : "turns"} ${by > 0 ? "more" : "fewer"} under way`
    : `${size} % ${by > 0 ? "more" : "less"} left of its ${of} window`;
  const outcome = then === undefined ? "nobody would be picked" : `${printable(then)} would be picked`;
  return `  ${printable(alias)} with ${what}: ${outcome}\n`;
}
