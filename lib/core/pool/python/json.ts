import { DEEPEST, isTooDeep } from "../../text/json.ts";
import { type Whole, whole } from "./whole.ts";

/** A number that is not whole, as written: no digit is lost. */
export class RawNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | Whole | RawNumber | readonly Json[] | JsonMap | JsonRecord;
/** An object whose keys keep their order, whatever they look like. */
export type JsonMap = Map<string, Json>;
/** An object as `JSON.parse` returns it, which keeps thousands of entries cheap. Only its own keys may be read. */
export interface JsonRecord {
  readonly [key: string]: Json;
}

/** Matches input that `JSON.parse` refuses or changes: numbers not whole and small, keys that look like numbers. */
const UNUSUAL = /(?:^|[:[,])\s*(?:-?\d+[.eE]|-?\d{16}|-?Infinity|NaN)|"\d+"\s*:/;

/** A text as Python's `json.loads` reads it, NaN and Infinity included. Throws SyntaxError. */
export function parseJson(text: string): Json {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (UNUSUAL.test(body)) return new Reader(body).document();
  const value: Json = JSON.parse(body);
  if (isTooDeep(value)) throw new SyntaxError("nested too deeply");
  return value;
}

/** A value as Python's `json.dumps(value, ensure_ascii=False, indent=2)` writes it; numbers as they were read. */
export function renderJson(value: Json): string {
  const plain = plainOf(value);
  if (plain !== undefined) {
    try {
      return JSON.stringify(plain, null, 2);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // a bigint among the numbers
    }
  }
  return rendered(value, "");
}

/** The entries of an object, undefined for any other value. */
export function fieldsOf(value: Json | undefined): JsonMap | undefined {
  if (value instanceof Map) return value;
  return isRecord(value) ? new Map(Object.entries(value)) : undefined;
}

export function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map) &&
    !(value instanceof RawNumber);
}

/** The same value for `JSON.stringify`, which is fast; undefined when that would change it. */
function plainOf(value: Json): unknown {
  if (value instanceof Map) {
    const object: Record<string, unknown> = {};
    for (const [key, child] of value) {
      const plain = plainOf(child);
      if (plain === undefined || /^(\d|__proto__$)/.test(key)) return undefined;
      object[key] = plain;
    }
    return object;
  }
  if (Array.isArray(value)) {
    const list = value.map(plainOf);
    return list.includes(undefined) ? undefined : list;
  }
  return value instanceof RawNumber ? undefined : value;
}

function rendered(value: Json, indent: string): string {
  const inner = `${indent}  `;
  const fields = fieldsOf(value);
  if (fields !== undefined) {
    const lines = Array.from(
      fields,
      ([key, child]) => `${inner}${JSON.stringify(key)}: ${rendered(child, inner)}`,
    );
    return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${indent}}`;
  }
  if (Array.isArray(value)) {
    const lines = value.map((child) => `${inner}${rendered(child, inner)}`);
    return lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n${indent}]`;
  }
  if (value instanceof RawNumber) return value.text;
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

const SPACES = /[ \t\n\r]*/y;
// deno-lint-ignore no-control-regex
const STRING = /"(?:[^"\\\0-\x1f]|\\.)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORDS = new Map<string, Json>([
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", new RawNumber("NaN")],
  ["Infinity", new RawNumber("Infinity")],
  ["-Infinity", new RawNumber("-Infinity")],
]);

/** One pass over a text. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value(0);
    this.#token(SPACES);
    if (this.#at < this.#text.length) this.#refuse();
    return value;
  }

  #value(depth: number): Json {
    if (depth > DEEPEST) throw new SyntaxError("nested too deeply");
    this.#token(SPACES);
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#list(depth);
    if (first === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#number();
  }

  #object(depth: number): Json {
    const map: JsonMap = new Map();
    for (let isMore = !this.#opened("{", "}"); isMore; isMore = this.#isMore("}")) {
      this.#token(SPACES);
      const key = this.#string();
      this.#token(SPACES);
      this.#expect(":");
      map.set(key, this.#value(depth + 1));
    }
    return map;
  }

  #list(depth: number): Json {
    const list: Json[] = [];
    for (let isMore = !this.#opened("[", "]"); isMore; isMore = this.#isMore("]")) {
      list.push(this.#value(depth + 1));
    }
    return list;
  }

  #string(): string {
    const token = this.#token(STRING);
    return token === undefined ? this.#refuse() : JSON.parse(token);
  }

  #number(): Json {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    if (found === null) return this.#refuse();
    this.#at = NUMBER.lastIndex;
    const [token, fraction, exponent] = found;
    const isWhole = fraction === undefined && exponent === undefined;
    return isWhole ? whole(BigInt(token)) : new RawNumber(token);
  }

  /** Tells whether a list or object that opens here closes at once. */
  #opened(open: string, close: string): boolean {
    this.#expect(open);
    this.#token(SPACES);
    if (this.#text[this.#at] !== close) return false;
    this.#at++;
    return true;
  }

  #isMore(close: string): boolean {
    this.#token(SPACES);
    const isMore = this.#text[this.#at] === ",";
    this.#expect(isMore ? "," : close);
    return isMore;
  }

  #expect(char: string): void {
    if (this.#text[this.#at] !== char) this.#refuse();
    this.#at++;
  }

  #token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#text)?.[0];
    if (token !== undefined) this.#at = pattern.lastIndex;
    return token;
  }

  #refuse(): never {
    throw new SyntaxError(
      this.#at < this.#text.length ? `unexpected character at ${this.#at}` : "it ends too early",
    );
  }
}
