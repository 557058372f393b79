import type { Finding } from "../../core/doctor/finding.ts";
import type { DoctorOutput } from "../output/doctor.ts";
import { jsonText } from "../output/json.ts";
import { printable } from "../../core/text/printable.ts";

const LONGEST = 4096;

/** The output of `agentlb doctor`: a line per finding, and below a fault its cure. */
export function doctorText(findings: readonly Finding[]): string {
  const lines = findings.map(({ severity, what, cure }) =>
    severity === "fault"
      ? `fault  ${printable(what, LONGEST)}\n       ${printable(cure, LONGEST)}`
      : `note   ${printable(what, LONGEST)}${cure === "nothing to do" ? "" : `; ${printable(cure, LONGEST)}`}`
  );
  const faults = findings.filter(({ severity }) => severity === "fault").length;
  const sum = faults === 0 ? "nothing to mend" : `${faults} ${faults === 1 ? "thing" : "things"} to mend`;
  return `${[...lines, sum].join("\n")}\n`;
}

/** The output of `agentlb doctor --json`. */
export function doctorJson(findings: readonly Finding[]): string {
  const faults = findings.filter(({ severity }) => severity === "fault").length;
  return jsonText<DoctorOutput>({ schema: "agentlb.doctor/1", faults, findings });
}
