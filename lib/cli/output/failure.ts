import { EXIT, Failure, type FailureCode, wordsOf } from "../../core/text/failure.ts";
import { printableLines } from "../../core/text/printable.ts";
import { jsonText } from "./json.ts";

/** What every command prints with `--json` when it fails; its words are on stderr, too. */
export interface ErrorOutput {
  readonly schema: "agentlb.error/1";
  /** The kind of failure; "bug" when the program itself is wrong. */
  readonly code: FailureCode | "bug";
  /** The exit code of the program. */
  readonly exitCode: number;
  /** What can't be done, to what, and why, in words. */
  readonly message: string;
  /** What to do about it, in words. */
  readonly hint?: string;
}

/** The object for anything thrown. */
export function failureJson(thrown: unknown, code: ErrorOutput["code"]): string {
  const hint = thrown instanceof Failure ? thrown.hint : undefined;
  return jsonText<ErrorOutput>({
    schema: "agentlb.error/1",
    code,
    exitCode: code === "bug" ? EXIT.failed : EXIT[code],
    message: printableLines(wordsOf(thrown)),
    ...(hint === undefined ? {} : { hint: printableLines(hint) }),
  });
}

/** Prints the object for anything thrown; where stdout takes nothing, the words on stderr have to do. */
export function printFailure(
  host: { out(text: string): void },
  thrown: unknown,
  code: ErrorOutput["code"],
): void {
  try {
    host.out(failureJson(thrown, code));
  } catch {
    // What is wrong with stdout may be the failure itself.
  }
}
