import { type Chance, oneOf } from "./inputs.ts";

/** Marks a text that is put into the JSON as it is: what `JSON.stringify` would never write. */
const RAW = "\u0001";
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  99.5,
  1e308,
  2 ** 53,
  2 ** 31,
  -(2 ** 63),
  "",
  " ",
  "a",
  "../a",
  "/a",
  "\ud800",
  "\u202e\x1b[31m",
  "2026-11-20T10:20:55.123Z",
  "9999-12-31T23:59:59Z",
  "x".repeat(600),
  [],
  {},
  [[]],
  [null],
  { a: { b: 1 } },
  { toString: 1, valueOf: null },
  `${RAW}1e999`,
  `${RAW}-0`,
  `${RAW}1.50`,
  `${RAW}12345678901234567890`,
  `${RAW}{'__proto__':{'x':1}}`,
  `${RAW}{'a':1,'a':2}`,
];
const ODD_KEYS = [
  "",
  "a",
  "1",
  "2",
  "__proto__",
  "constructor",
  "toString",
  "later",
  "v",
  "\n",
  "\ud800",
  "/p/a.json",
];

/** JSON with a few things in it that are other than in one of the `values`; now and then nested very deeply. */
export function jsonFrom(values: readonly unknown[], chance: Chance): string {
  const often = 0.01 + chance() * 0.15;
  const value = twisted(oneOf(values, chance), often, values, chance);
  return JSON.stringify(value).replace(/"\\u0001([^"]*)"/g, (_, raw: string) => raw.replaceAll("'", '"'));
}

function twisted(value: unknown, often: number, others: readonly unknown[], chance: Chance): unknown {
  if (chance() < often) return another(value, others, chance);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const list = value.map((each) => twisted(each, often, others, chance));
    if (chance() < often) list.push(another(list[0], others, chance));
    return list;
  }
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (chance() < often / 2) return [];
    return [[chance() < often / 2 ? oneOf(ODD_KEYS, chance) : key, twisted(each, often, others, chance)]];
  });
  if (chance() < often) entries.push([oneOf(ODD_KEYS, chance), another(undefined, others, chance)]);
  return Object.fromEntries(entries);
}

function another(value: unknown, others: readonly unknown[], chance: Chance): unknown {
  const kind = chance();
  if (kind < 0.01) return deep(chance);
  if (kind < 0.1) return oneOf(others, chance);
  if (kind < 0.2 && typeof value === "number") return value + Math.floor(chance() * 1000) - 500;
  if (kind < 0.2 && typeof value === "string") return `${value}${oneOf(ODD_KEYS, chance)}`;
  if (kind < 0.25) return [value];
  if (kind < 0.35) return Math.floor(chance() * 1e6);
  if (kind < 0.4) return Math.floor(chance() * 1e6).toString(36);
  return oneOf(ODD_VALUES, chance);
}

function deep(chance: Chance): string {
  const levels = chance() < 0.9 ? 1 + Math.floor(chance() * 700) : 20_000;
  return chance() < 0.5
    ? `${RAW}${"[".repeat(levels)}${"]".repeat(levels)}`
    : `${RAW}${"{'a':".repeat(levels)}1${"}".repeat(levels)}`;
}

/** The values in texts that are JSON. */
export function valuesIn(texts: readonly string[]): unknown[] {
  return texts.flatMap((text) => {
    try {
      return [JSON.parse(text)];
    } catch {
      return [];
    }
  });
}
