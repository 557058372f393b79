import { Failure } from "../../core/text/failure.ts";
import { parseSpan } from "../../core/text/span.ts";

/** The span of `--timeout`, or of another option, in milliseconds. Throws the usage failure. */
export function timeoutIn(text: string, option = "--timeout"): number {
  const ms = parseSpan(text);
  if (ms !== undefined) return ms;
  throw new Failure("usage", `${option} takes a span such as 90s, 2h or 1h30m, not '${text}'`);
}
