/** A parsed JSON object as a map: its keys come from files, and are never looked up on a prototype. */
export type JsonObject = ReadonlyMap<string, unknown>;

/** The entries of a JSON object, undefined for any other value. */
export function objectOf(value: unknown): JsonObject | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

/** A parsed JSON object for lookups only; cheaper to make than a `JsonObject`. */
export interface Fields {
  get(key: string): unknown;
}

/** The fields of a JSON object, undefined for any other value. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const object = value as Readonly<Record<string, unknown>>;
  return { get: (key) => Object.hasOwn(object, key) ? object[key] : undefined };
}

/**
 * A parsed JSON object for direct access to fields that no object inherits, such as `pid`; undefined for any other value.
 * Many times faster than `Fields`, for files with a thousand records that every start reads.
 */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Tells whether two values have the same JSON; the order of keys counts, and undefined fields don't. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [these, those] = [a, b].map((value) =>
    Object.entries(value).filter(([, field]) => field !== undefined)
  );
  return these!.length === those!.length &&
    these!.every(([key, field], at) => key === those![at]![0] && isSameJson(field, those![at]![1]));
}

/** Drops undefined fields. */
export function definedFields<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const known: { [K in keyof T]?: T[K] } = {};
  for (const key of Object.keys(fields) as (keyof T)[]) {
    if (fields[key] !== undefined) known[key] = fields[key];
  }
  return known as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Sets a field that has a value. Faster than `definedFields`, for objects made a thousand times at every start. */
export function setField<T extends object, K extends keyof T>(
  target: T,
  key: K,
  value: T[K] | undefined,
): void {
  if (value !== undefined) target[key] = value;
}

/** The deepest nesting of a value that is written again; recursion and indentation cost too much below. */
export const DEEPEST = 500;

/** Tells whether a parsed value is nested too deeply to be written again. */
export function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels < 0 || Object.values(value).some((child) => isTooDeep(child, levels - 1));
}

const HALF_PAIRS = /\p{Cs}/gu;

/** Text that every JSON reader accepts: half a surrogate pair, which Rust's rejects, becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(HALF_PAIRS, "\ufffd");
}

/** Pretty JSON of an object whose keys keep the given order, even when they look like numbers. */
export function renderObject(entries: Iterable<readonly [string, unknown]>): string {
  const lines = Array.from(
    entries,
    ([key, value]) => `${JSON.stringify(wellFormed(key))}: ${JSON.stringify(value, wellFormedValue, 2)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${indent(lines.join(",\n"))}\n}`;
}

/** JSON of an object with one line for each key, however long. */
export function renderLines(entries: Iterable<readonly [string, unknown]>): string {
  const lines = Array.from(
    entries,
    ([key, value]) => `  ${JSON.stringify(wellFormed(key))}: ${JSON.stringify(value, wellFormedValue)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n}`;
}

/** A rendered text inside an object one level deeper. */
export function indent(text: string): string {
  return `  ${text.replaceAll("\n", "\n  ")}`;
}

function wellFormedValue(_key: string, value: unknown): unknown {
  return typeof value === "string" ? wellFormed(value) : value;
}

/** Characters that JSON allows in a text and that may steer a terminal or hide: it has escapes for them. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** A text of JSON in which nothing steers a terminal; its line breaks stay. */
export function escaped(json: string): string {
  return json.replace(
    UNSEEN,
    (char) => Array.from({ length: char.length }, (_, at) => unit(char, at)).join(""),
  );
}

function unit(char: string, at: number): string {
  return `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`;
}
