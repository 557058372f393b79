import type { Severity } from "../../core/doctor/checks.ts";

/** What `agentlb doctor --json` prints. */
export interface DoctorOutput {
  readonly schema: "agentlb.doctor/1";
  /** The number of faults; with any the exit code is 1. */
  readonly faults: number;
  readonly findings: readonly DoctorFinding[];
}

/** One finding and its advice. */
export interface DoctorFinding {
  /** The name of the check, as in docs/doctor.md. */
  readonly check: string;
  readonly severity: Severity;
  /** The finding, in words. */
  readonly what: string;
  /** What to do about it, in words. */
  readonly cure: string;
}
