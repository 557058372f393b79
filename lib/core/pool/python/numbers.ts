import { fieldsOf, isRecord, type Json, RawNumber } from "./json.ts";
import { type Whole, wholeOfFloat, wholeOfText } from "./whole.ts";

/** Called with a line for the user about a value that makes no sense. */
export type Report = (problem: string) => void;

/** `int(value)` as in Python; undefined where it raises. */
export function wholeOf(value: Json): Whole | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return wholeOfText(value);
  return value instanceof RawNumber ? wholeOfFloat(Number(value.text)) : undefined;
}

/** Tells whether a key is a real path, of this or another platform. */
export function isPath(key: string): boolean {
  return key.startsWith("/") || /^([A-Za-z]:|\\)\\/.test(key);
}

/** Numbers by real path. A path starts with its root, so no key collides with a property of every object. */
export type Numbers = Record<string, Whole>;

/** The numbers of an object, never below 0; other values are reported and left out. */
export function numbersOf(value: Json | undefined, key: string, report: Report): Numbers {
  if (value === undefined || value === null) return {};
  if (holdsCountsOnly(value)) return value;
  const numbers: Numbers = {};
  const fields = fieldsOf(value);
  if (fields === undefined) report(`${key} is no object`);
  for (const [path, child] of fields ?? []) {
    const number = wholeOf(child);
    if (number === undefined) report(`${key} of ${path} is no whole number`);
    else if (isPath(path)) numbers[path] = number < 0 ? 0 : number;
  }
  return numbers;
}

export function highestOf(numbers: Numbers): Whole {
  let most: Whole = 0;
  for (const path in numbers) {
    if (numbers[path]! > most) most = numbers[path]!;
  }
  return most;
}

export function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) return false;
  return true;
}

/** Tells whether an object holds only numbers that are safe to count with, as it does unless edited by hand. */
function holdsCountsOnly(value: Json): value is Record<string, number> {
  if (!isRecord(value)) return false;
  for (const path in value) {
    const number = value[path]!;
    if (typeof number !== "number" || number < 0 || !isPath(path)) return false;
  }
  return true;
}
