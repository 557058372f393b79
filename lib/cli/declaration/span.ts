import { Failure } from "../../core/text/failure.ts";
import { parseSpan } from "../../core/text/span.ts";

/** The value of `--timeout` in milliseconds. Throws the usage failure. */
export function timeoutIn(text: string): number {
  const ms = parseSpan(text);
  if (ms !== undefined) return ms;
  throw new Failure("usage", `--timeout takes a span such as 90s, 2h or 1h30m, not '${text}'`);
}
