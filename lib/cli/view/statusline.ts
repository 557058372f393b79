import { type Glimpse, resetOf, tightestOf } from "../../core/pick/report/statusline.ts";
import type { Gauge } from "../../core/quota/windows.ts";
import { definedFields } from "../../core/text/json.ts";
import { formatTime } from "../../core/text/time.ts";
import { jsonText } from "../output/json.ts";
import type { StatuslineOutput } from "../output/statusline.ts";

/** The output of `agentlb statusline --json`. */
export function statuslineJson(glimpse: Glimpse | undefined): string {
  return jsonText<StatuslineOutput>({ schema: "agentlb.statusline/1", ...fieldsOf(glimpse) });
}

function fieldsOf(glimpse: Glimpse | undefined): Omit<StatuslineOutput, "schema"> {
  if (glimpse === undefined) return { withRoom: 0, sessions: 0 };
  const { alias, isHere, verdict, gauges, pick, withRoom, sessions } = glimpse;
  const reset = resetOf(glimpse);
  return {
    alias,
    isHere,
    eligible: verdict.eligible,
    reason: verdict.reason,
    ...definedFields({
      leftPercent: tightestOf(glimpse)?.left,
      short: windowOf(gauges.short),
      long: windowOf(gauges.long),
      resetsAt: reset === undefined ? undefined : formatTime(reset),
      pick,
    }),
    withRoom,
    sessions,
  };
}

function windowOf(gauge: Gauge | undefined): StatuslineOutput["short"] {
  if (gauge === undefined) return undefined;
  const { left, resetsAtMs } = gauge;
  return { percent: left, resetsAt: resetsAtMs === undefined ? undefined : formatTime(resetsAtMs) };
}
