import type { SupervisorReport } from "../../app/daemon/report.ts";
import { ELSEWHERE } from "../../app/daemon/whereabouts.ts";
import { jsonText } from "../output/json.ts";
import type { SupervisorOutput } from "../output/supervisor.ts";
import { printable } from "../../core/text/printable.ts";
import { formatMoment, formatSpan, formatTime } from "../../core/text/time.ts";

const TROUBLES = {
  codex: "it has no codex that starts",
  network: "it has no network",
} as const;

/** The output of `agentlb supervisor status`. */
export function supervisorText({ where, record }: SupervisorReport, nowMs: number): string {
  if (where.at === "nowhere") return "supervisor is not running\n";
  const { pid, version } = identityIn(where);
  const lines = [where.at === "here" ? `supervisor is running (pid ${pid})` : ELSEWHERE];
  if (record !== undefined) {
    const { startedMs, origin, has, trouble } = record;
    const by = origin.program === "" ? "" : `, by ${printable(origin.program)}`;
    lines.push(
      `since    ${formatMoment(startedMs, nowMs)} (${formatSpan(Math.max(0, nowMs - startedMs))})`,
      `from     ${printable(origin.cwd || "-", 4096)}${by}`,
      `codex    ${printable(has.codex || "not found", 4096)}`,
    );
    if (trouble !== undefined) {
      lines.push(`trouble  ${TROUBLES[trouble.kind]} since ${formatMoment(trouble.sinceMs, nowMs)}`);
    }
  }
  lines.push(`version  ${printable(version)}`);
  return `${lines.join("\n")}\n`;
}

/** The output of `agentlb supervisor status --json`. */
export function supervisorJson({ where, record }: SupervisorReport): string {
  const identity = where.at === "nowhere" ? undefined : identityIn(where);
  return jsonText<SupervisorOutput>({
    schema: "agentlb.supervisor/1",
    running: where.at !== "nowhere",
    where: where.at,
    pid: identity?.pid,
    version: identity?.version,
    since: record && formatTime(record.startedMs),
    from: record && { cwd: record.origin.cwd, program: record.origin.program },
    codex: record?.has.codex,
    trouble: record?.trouble &&
      { kind: record.trouble.kind, since: formatTime(record.trouble.sinceMs) },
  });
}

function identityIn(where: Exclude<SupervisorReport["where"], { at: "nowhere" }>) {
  return where.at === "here" ? where.identity : where.who;
}
