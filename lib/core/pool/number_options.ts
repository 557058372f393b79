import { Failure } from "../text/failure.ts";
import { type PoolOptions, textOption } from "./options.ts";

/** The longest wait, in seconds: a year. */
const LONGEST_SEC = 31_536_000;

/**
 * An option in seconds, as Python's `float` reads it. Throws Failure with its name otherwise, of the kind `code`: it is
 * wrong usage where Python's parser read the value itself.
 */
export function seconds(options: PoolOptions, name: string, code: "failed" | "usage" = "failed"): number {
  const text = textOption(options, name) ?? "";
  const value = /^\s*[+-]?(\d[\d_]*(?:\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(text)
    ? Number(text.replaceAll("_", ""))
    : NaN;
  if (Number.isFinite(value)) return Math.min(Math.max(value, 0), LONGEST_SEC);
  throw notANumber(name, text, "seconds", code);
}

/** An option that is a whole number. Throws Failure with its name otherwise. */
export function count(options: PoolOptions, name: string, code: "failed" | "usage" = "failed"): number {
  const text = textOption(options, name) ?? "";
  if (/^\s*[+-]?\d{1,9}\s*$/.test(text)) return Number(text);
  throw notANumber(name, text, "times", code);
}

function notANumber(name: string, text: string, what: string, code: "failed" | "usage"): Failure {
  const option = `--${name.replaceAll("_", "-")}`;
  return new Failure(code, `❌ ${option} must be a number of ${what}, not '${text}'`, { verbatim: true });
}
