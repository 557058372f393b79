import { COMMENT, splitLines, strip } from "./whole.ts";

/** What a configuration file says of one key. */
export interface ConfigEntry {
  /** The value as it stands in the file, trimmed, its comment included. */
  readonly raw: string;
  /** The value as the predecessor's line reader understood it, or was meant to. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** Lines of YAML that say what no single line can: the key's own, and those that belong to it. */
  readonly block: string | undefined;
}

/**
 * The entries of a configuration, line by line: `key: value` wherever it stands, nesting ignored, the last one wins.
 * Only a key in `keys` can have a block.
 */
export function readLines(text: string, keys: ReadonlySet<string>): Map<string, ConfigEntry> {
  const entries = new Map<string, ConfigEntry>();
  const lines = splitLines(text.startsWith("\ufeff") ? text.slice(1) : text);
  for (let at = 0; at < lines.length; at++) {
    const line = strip(lines[at]!);
    const colon = line.indexOf(":");
    if (line.startsWith("#") || colon < 0) continue;
    const key = strip(line.slice(0, colon));
    if (key === "") continue;
    const raw = strip(line.slice(colon + 1));
    const isOurs = keys.has(key);
    const length = isOurs ? blockLength(lines.slice(at), raw) : 1;
    const block = length > 0 && (length > 1 || needsYaml(raw)) && isOurs
      ? lines.slice(at, at + length).join("\n")
      : undefined;
    entries.set(key, { raw, value: valueOf(raw), line: at + 1, block });
    if (block !== undefined) at += length - 1;
  }
  return entries;
}

/** A value without its quotes or its comment. */
export function valueOf(raw: string): string {
  const quote = raw[0];
  if (quote !== '"' && quote !== "'") return strip(withoutComment(raw));
  for (let end = raw.indexOf(quote, 1); end > 0; end = raw.indexOf(quote, end + 1)) {
    const rest = raw.slice(end + 1);
    if (withoutComment(rest) === "" || /^\s+#/.test(rest)) return raw.slice(1, end);
  }
  return raw.slice(1);
}

function withoutComment(text: string): string {
  const start = COMMENT.exec(text)?.index;
  return start === undefined ? text : text.slice(0, start);
}

/** A list in brackets that is no JSON, the start of one, or of a block of text. */
function needsYaml(raw: string): boolean {
  const value = strip(withoutComment(raw));
  return /^[|>][+-]?\d?[+-]?$/.test(value) || (value.startsWith("[") && jsonList(raw) === undefined);
}

/** How many lines, from the key's own, belong to it. */
function blockLength(lines: readonly string[], raw: string): number {
  const value = strip(withoutComment(raw));
  const rest = lines.slice(1);
  const indent = /^\s*/.exec(lines[0]!)![0].length;
  const isDeeper = (line: string) => /^\s*/.exec(line)![0].length > indent;
  const isBlank = (line: string) => strip(line) === "";
  let length = 0;
  if (value === "") {
    const first = rest.findIndex((line) => !isBlank(line) && !strip(line).startsWith("#"));
    if (first < 0 || !/^\s*-(\s|$)/.test(rest[first]!)) return 1;
    const isPart = (line: string) => isBlank(line) || /^\s*(-(\s|$)|#)/.test(line) || isDeeper(line);
    length = rest.findIndex((line) => !isPart(line));
  } else if (/^[|>]/.test(value) && needsYaml(raw)) {
    length = rest.findIndex((line) => !isBlank(line) && !isDeeper(line));
  } else if (value.startsWith("[") && !value.includes("]")) {
    const close = rest.findIndex((line) => withoutComment(line).includes("]"));
    return close < 0 ? 1 : close + 2;
  } else {
    return 1;
  }
  return length < 0 ? lines.length : length + 1;
}

/** The JSON array that a value is, perhaps with a comment behind it. */
export function jsonList(raw: string): unknown[] | undefined {
  if (!raw.startsWith("[")) return undefined;
  for (const { index } of raw.matchAll(/\](?=\s*(?:$|\s#))/g)) {
    try {
      return JSON.parse(raw.slice(0, index + 1));
    } catch {
      continue; // that bracket was in a text
    }
  }
  return undefined;
}
