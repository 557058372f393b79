/** Evenly spread over [0, 1), the same for the same seed. */
export type Chance = () => number;

/** Mulberry32: small, fast, and good enough to choose mutations. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function oneOf<T>(items: readonly T[], chance: Chance): T {
  return items[Math.floor(chance() * items.length)]!;
}

/** Texts that trouble parsers of any kind. */
const ODD = [
  ..."\0\n\r\t\v\x1b\x7f\x85\x9b\u00a0\u00ad\u200b\u200e\u202e\u2028\u2029\ufeff\ufffd\ud800\udfff\u{1f600}é\u0301",
  ..."\"'`\\{}[]():;,.=#*?!&|<>~^$%@+-_/ 0",
  "\r\n",
  '""',
  "null",
  "true",
  "-0",
  "1e999",
  "-1e-999",
  "1E5",
  "0x10",
  "9007199254740993",
  "123456789012345678901234567890",
  "-9223372036854775808",
  "0.1",
  "NaN",
  "Infinity",
  "__proto__",
  "constructor",
  "toString",
  "\\u0000",
  "\\ud800",
  "\\u2028",
  "\\x",
  "../",
  "/etc/passwd",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  '{"a":1}',
  "[1,[2]]",
  '{"__proto__":{"polluted":1}}',
  '"a":1,"a":2',
  "\x1b]0;title\x07",
];
/** Openings that nest. */
const OPENINGS = ["[", '{"a":', "[[", "(", "{", '"', "'", "a.", "- ", "\\"];
const CLOSINGS: Readonly<Record<string, string>> = { "[": "]", '{"a":': "}", "[[": "]]", "(": ")", "{": "}" };

/** Where inputs come from: whole texts to begin with, and pieces of the format. */
export interface Sources {
  readonly seeds: readonly string[];
  readonly pieces: readonly string[];
  /** The longest input; longer ones are cut. */
  readonly longest: number;
  /** Makes an input that is well-formed, but not what is expected: half of all inputs are such ones. */
  readonly wellFormed?: (chance: Chance) => string;
}

/** One input: well-formed, or a seed or a heap of pieces with up to six changes. */
export function inputFrom({ seeds, pieces, longest, wellFormed }: Sources, chance: Chance): string {
  if (wellFormed !== undefined && chance() < 0.5) return wellFormed(chance);
  const piece = () => chance() < 0.6 && pieces.length > 0 ? oneOf(pieces, chance) : oneOf(ODD, chance);
  let text = chance() < 0.85 ? oneOf(seeds, chance) : heap(piece, chance);
  for (let left = 1 + Math.floor(chance() * 6); left > 0; left--) text = changed(text, seeds, piece, chance);
  return text.length > longest ? text.slice(0, longest) : text;
}

function heap(piece: () => string, chance: Chance): string {
  return Array.from({ length: 1 + Math.floor(chance() * 24) }, piece).join("");
}

function changed(text: string, seeds: readonly string[], piece: () => string, chance: Chance): string {
  const [a, b] = [Math.floor(chance() * (text.length + 1)), Math.floor(chance() * (text.length + 1))];
  const [from, to] = a < b ? [a, b] : [b, a];
  const near = Math.min(text.length, from + 1 + Math.floor(chance() * 8));
  const kind = chance();
  if (kind < 0.3) return text.slice(0, from) + piece() + text.slice(from);
  if (kind < 0.45) return text.slice(0, from) + piece() + text.slice(near);
  if (kind < 0.55) return text.slice(0, from) + text.slice(near);
  if (kind < 0.6) return text.slice(0, from) + text.slice(to);
  if (kind < 0.65) return text.slice(0, to) + text.slice(from);
  if (kind < 0.7) return text.slice(0, from);
  if (kind < 0.78) return withNumber(text, a, piece);
  if (kind < 0.86) return text.slice(0, from) + String.fromCharCode(chance() * 0x180) + text.slice(from);
  if (kind < 0.94) {
    const other = oneOf(seeds, chance);
    return text.slice(0, from) + other.slice(Math.floor(chance() * other.length));
  }
  if (kind < 0.98) return nested(text, from, 1 + Math.floor(chance() * 12), chance);
  if (kind < 0.9985) {
    return text.slice(0, from) + piece().repeat(1 + Math.floor(chance() * 300)) + text.slice(from);
  }
  // The rare ones cost most of the time, and find what is not linear.
  if (kind < 0.9992) return nested(text, from, 2000 + Math.floor(chance() * 18_000), chance);
  return text.slice(0, from) + piece().repeat(2000 + Math.floor(chance() * 18_000)) + text.slice(to);
}

/** The text with its next number replaced. */
function withNumber(text: string, from: number, piece: () => string): string {
  const found = /-?\d+(?:\.\d+)?/.exec(text.slice(from, from + 400));
  if (found === null) return text;
  const at = from + found.index;
  return text.slice(0, at) + piece() + text.slice(at + found[0].length);
}

function nested(text: string, at: number, levels: number, chance: Chance): string {
  const opening = oneOf(OPENINGS, chance);
  const closing = chance() < 0.7 ? CLOSINGS[opening] ?? "" : "";
  const inner = chance() < 0.5 ? "1" : "";
  return text.slice(0, at) + opening.repeat(levels) + inner + closing.repeat(levels) + text.slice(at);
}

/** A number for a text by which inputs are told apart: 53 bits, so that a million differ (cyrb53, public domain). */
export function fingerprint(text: string): number {
  let [h1, h2] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    h1 = Math.imul(h1 ^ code, 2654435761);
    h2 = Math.imul(h2 ^ code, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return 4294967296 * (2097151 & h2) + (h1 >>> 0);
}
