import { type Json, type JsonMap, RawNumber } from "./json.ts";
import { type Whole, wholeOfFloat, wholeOfText } from "./python.ts";

/** Called with a line for the user about a value that makes no sense. */
export type Report = (problem: string) => void;

/** `int(value)` as Python has it; undefined where it raises. */
export function wholeOf(value: Json): Whole | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return wholeOfText(value);
  return value instanceof RawNumber ? wholeOfFloat(Number(value.text)) : undefined;
}

/** Whether everything in a map is a number that can be counted on with; so it is unless somebody meddled. */
function isUsual(map: JsonMap): map is Map<string, number> {
  for (const value of map.values()) {
    if (typeof value !== "number" || value < 0) return false;
  }
  return true;
}

/** The numbers of an object, never below 0; what is no number is reported and left out. */
export function wholesOf(value: Json | undefined, key: string, report: Report): Map<string, Whole> {
  const numbers = new Map<string, Whole>();
  if (value === undefined || value === null) return numbers;
  if (!(value instanceof Map)) {
    report(`${key} is no object`);
    return numbers;
  }
  if (isUsual(value)) return value;
  for (const [path, child] of value) {
    const number = wholeOf(child);
    if (number === undefined) report(`${key} of ${path} is no whole number`);
    else numbers.set(path, number < 0 ? 0 : number);
  }
  return numbers;
}
