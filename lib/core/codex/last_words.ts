import { printable } from "../text/printable.ts";
import { withoutColours, withoutSecrets } from "../text/secrets.ts";
import type { ProbeFault } from "./reasons.ts";

/** The end of a Codex process and its output. */
export interface LastWords {
  readonly exit: { readonly code: number } | { readonly signal: string } | { readonly error: Error };
  /** The end of its stderr. */
  readonly stderr: string;
  /** The path of the program. */
  readonly program: string;
}

/** The fault of an app-server that ended without an answer: the reason as far as known, without secrets. */
export function endedWith({ exit, stderr, program }: LastWords): ProbeFault {
  const said = lastLine(stderr);
  const how = "code" in exit ? `exit ${exit.code}` : "signal" in exit ? exit.signal : "no process";
  const where = `(${printable(program, LONGEST_PROGRAM)})`;
  return { kind: "ended", detail: [how, ...said === "" ? [] : [said], where].join(" ") };
}

/** The last line that is not empty, safe to show. */
function lastLine(stderr: string): string {
  const lines = withoutSecrets(withoutColours(stderr)).split(/[\r\n]+/).map((line) => line.trim());
  return printable(lines.findLast((line) => line !== "") ?? "", LONGEST_LINE);
}

const LONGEST_LINE = 160;
const LONGEST_PROGRAM = 200;
