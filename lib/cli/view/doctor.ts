import type { HomeSize } from "../../app/doctor/disk.ts";
import type { Repaired } from "../../app/doctor/repair.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import type { DoctorOutput } from "../output/doctor.ts";
import { jsonText } from "../output/json.ts";
import { printable } from "../../core/text/printable.ts";
import { formatBytes } from "../../core/system/bytes.ts";

const LONGEST = 4096;
/** So many homes are named, the largest first. */
const MOST_HOMES = 8;

/** Everything that `agentlb doctor` says. */
export interface Examined {
  readonly findings: readonly Finding[];
  readonly homes: readonly HomeSize[];
  /** The repairs that were tried; undefined without `--fix`. */
  readonly repairs: readonly Repaired[] | undefined;
  /** The file with the report; undefined without `--bundle`. */
  readonly bundle: string | undefined;
}

/** The output of `agentlb doctor`: the repairs, a line per finding, below a fault its cure, and the homes' sizes. */
export function doctorText({ findings, homes, repairs = [], bundle }: Examined): string {
  const done = repairs.map(({ done, problem }) =>
    done === undefined ? `failed ${printable(problem ?? "", LONGEST)}` : `fixed  ${printable(done, LONGEST)}`
  );
  const lines = findings.map(({ severity, what, cure, repair }) =>
    severity === "fault"
      ? `fault  ${printable(what, LONGEST)}\n       ${printable(cure, LONGEST)}${
        repair === undefined || cure.includes("--fix") ? "" : "; or run: agentlb doctor --fix"
      }`
      : `note   ${printable(what, LONGEST)}${cure === "nothing to do" ? "" : `; ${printable(cure, LONGEST)}`}`
  );
  const sizes = homes.length === 0 ? [] : [`disk   ${sizesText(homes)}`];
  const faults = findings.filter(({ severity }) => severity === "fault").length;
  const sum = faults === 0 ? "nothing to mend" : `${faults} ${faults === 1 ? "thing" : "things"} to mend`;
  const written = bundle === undefined
    ? []
    : [`report in ${printable(bundle, LONGEST)}; read it before you share it`];
  return `${[...done, ...lines, ...sizes, sum, ...written].join("\n")}\n`;
}

/** The sum, and the largest homes. */
function sizesText(homes: readonly HomeSize[]): string {
  const sum = homes.reduce((all, { bytes }) => all + bytes, 0);
  const shown = [...homes].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_HOMES)
    .map(({ alias, bytes }) => `${printable(alias)} ${formatBytes(bytes)}`);
  const more = homes.length - shown.length;
  const rest = more === 0 ? [] : [`and ${more} more`];
  return `${formatBytes(sum)} in sessions: ${[...shown, ...rest].join(", ")}`;
}

/** The output of `agentlb doctor --json`. */
export function doctorJson({ findings, homes, repairs, bundle }: Examined): string {
  return jsonText<DoctorOutput>({
    schema: "agentlb.doctor/1",
    faults: findings.filter(({ severity }) => severity === "fault").length,
    findings: findings.map(({ repair, ...finding }) => ({ ...finding, canFix: repair !== undefined })),
    homes,
    ...(repairs === undefined ? {} : {
      repairs: repairs.map(({ check, done, problem }) => ({
        check,
        isDone: done !== undefined,
        what: done ?? problem ?? "",
      })),
    }),
    ...(bundle === undefined ? {} : { bundle }),
  });
}
