import type { Severity } from "../../core/doctor/checks.ts";

/** What `agentlb doctor --json` prints. */
export interface DoctorOutput {
  readonly schema: "agentlb.doctor/1";
  /** The number of faults, after the repairs of `--fix`; with any the exit code is 1. */
  readonly faults: number;
  readonly findings: readonly DoctorFinding[];
  /** The space that each session's home takes on the disk. */
  readonly homes: readonly DoctorHome[];
  /** The repairs that `--fix` tried; absent without it. */
  readonly repairs?: readonly DoctorRepair[];
  /** The file that `--bundle` wrote; absent without it. */
  readonly bundle?: string;
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
  /** True when `--fix` can repair it. */
  readonly canFix: boolean;
}

/** The home of a session. */
export interface DoctorHome {
  readonly alias: string;
  /** The bytes that it takes on the disk. */
  readonly bytes: number;
}

/** A repair that was tried. */
export interface DoctorRepair {
  /** The check that found the need for it. */
  readonly check: string;
  readonly isDone: boolean;
  /** What was done, or why it failed, in words. */
  readonly what: string;
}
