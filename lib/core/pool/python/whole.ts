/** Python's types where JavaScript's differ, as the predecessor used them. */

/** `str.isspace` */
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const IS_SPACE = new RegExp(`[${SPACE}]`);
// deno-lint-ignore no-control-regex
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** Matches a `#` that starts a comment: at the very start, or after white space. */
export const COMMENT = new RegExp(`(?:^|(?<=[${SPACE}]))#`);

/** `str.strip()` */
export function strip(text: string): string {
  const [from, to] = bare(text);
  return text.slice(from, to);
}

/** Where a text without its white space begins and ends: a pattern would look at each run of it again and again. */
function bare(text: string): readonly [from: number, to: number] {
  let [from, to] = [0, text.length];
  while (from < to && IS_SPACE.test(text[from]!)) from++;
  while (to > from && IS_SPACE.test(text[to - 1]!)) to--;
  return [from, to];
}

/** `str.splitlines()` */
export function splitLines(text: string): string[] {
  const lines = text.split(LINE_END);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A whole number of any size: a bigint only where a number would lose digits. */
export type Whole = number | bigint;

/** The number after this one. */
export function successor(value: Whole): Whole {
  return whole(BigInt(value) + 1n);
}

/** `index mod length` as in Python: never negative. */
export function modulo(value: Whole, length: number): number {
  const rest = Number(BigInt(value) % BigInt(length));
  return rest < 0 ? rest + length : rest;
}

export function whole(value: bigint): Whole {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

const DIGITS = /^[+-]?\p{Nd}+(?:_\p{Nd}+)*$/u;
const MOST_DIGITS = 4300;

/** `int(text)`; undefined where Python raises. */
export function wholeOfText(text: string): Whole | undefined {
  const [from, to] = bare(text);
  const number = text.slice(from, to);
  // `int` accepts less white space than `str.strip`.
  // deno-lint-ignore no-control-regex
  if (!DIGITS.test(number) || /[\x1c-\x1f]/.test(text)) return undefined;
  const digits = number.replace(/[+_-]/g, "");
  if (digits.length > MOST_DIGITS) return undefined;
  const value = BigInt(/^\d+$/.test(digits) ? digits : Array.from(digits, digitOf).join(""));
  return whole(number.startsWith("-") ? -value : value);
}

/** `int(float)`; undefined where Python raises. */
export function wholeOfFloat(value: number): Whole | undefined {
  return Number.isFinite(value) ? whole(BigInt(Math.trunc(value))) : undefined;
}

/** The decimal digits of every script are in runs of ten. */
function digitOf(char: string): number {
  const code = char.codePointAt(0)!;
  let start = code;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(start - 1))) start--;
  return (code - start) % 10;
}

/**
 * `datetime.now().isoformat(timespec="seconds")`: local, without a zone. `offset` is the number of seconds that local
 * clocks are ahead of Greenwich; asking the runtime for it is slow.
 */
export function localTime(ms: number, offset?: number): string {
  if (offset !== undefined) return new Date(ms + offset * 1000).toISOString().slice(0, 19);
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

const ESCAPES = new Map([["\\", "\\\\"], ["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);

/** `repr(text)` */
export function quotedAsPython(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = Array.from(text, (char) => {
    if (char === quote) return `\\${char}`;
    const short = ESCAPES.get(char);
    if (short !== undefined) return short;
    if (char === " " || !/[\p{C}\p{Z}]/u.test(char)) return char;
    const hex = char.codePointAt(0)!.toString(16);
    return hex.length <= 2
      ? `\\x${hex.padStart(2, "0")}`
      : hex.length <= 4
      ? `\\u${hex.padStart(4, "0")}`
      : `\\U${hex.padStart(8, "0")}`;
  });
  return `${quote}${inside.join("")}${quote}`;
}
