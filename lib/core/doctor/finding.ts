import { type CheckName, CHECKS, type Severity } from "./checks.ts";

/** A repair that `agentlb doctor --fix` can make. */
export type Repair =
  /** Takes the rights of others away. */
  | { readonly kind: "close"; readonly path: string; readonly isFolder: boolean }
  /** Renames a file that can't be read; the next command makes a new one. */
  | { readonly kind: "put aside"; readonly path: string }
  /** The same for status.json, while no supervisor runs. */
  | { readonly kind: "put status aside"; readonly path: string }
  | { readonly kind: "remove pid"; readonly path: string; readonly pid: number }
  /** Forbids Codex its background processes in the settings of a home. */
  | { readonly kind: "quiet"; readonly home: string }
  /** Finishes the restoring of a backup. */
  | { readonly kind: "restore" };

/** One finding and its advice. */
export interface Finding {
  readonly check: CheckName;
  readonly severity: Severity;
  /** The finding, without a full stop. */
  readonly what: string;
  readonly cure: string;
  /** The repair that `--fix` can make; undefined when there is none that is safe. */
  readonly repair?: Repair;
}

/** A finding of a check; `target` fills the `%` of its advice. */
export function finding(check: CheckName, what: string, target = "", repair?: Repair): Finding {
  const { severity, cure } = CHECKS[check];
  const found = { check, severity, what, cure: cure.replace("%", () => target) };
  return repair === undefined ? found : { ...found, repair };
}

/** Tells whether a user should repair something. */
export function hasFault(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "fault");
}
