import { COMMENT, splitLines, strip } from "./whole.ts";

/** The entry of one key in a configuration file. */
export interface ConfigEntry {
  /** The value as in the file, trimmed, with its comment. */
  readonly raw: string;
  /** The value as the predecessor's line reader understood it, or was meant to. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** Lines of YAML that no single line can express: the key's own, and those that belong to it. */
  readonly block: string | undefined;
}

/** A line without effect: an unknown key, or no key at all. */
export interface OddLine {
  /** From 1. */
  readonly line: number;
  /** The key, or the whole line where there is none. */
  readonly text: string;
  /** It belongs to a key that is unknown as well. */
  readonly isBelowOdd: boolean;
}

/** The entries of a configuration, and the lines that are not understood. */
export interface ConfigReading {
  readonly entries: ReadonlyMap<string, ConfigEntry>;
  readonly odd: readonly OddLine[];
  /** Some keys are in braces or behind an alias: only a full YAML parse finds them all. */
  readonly needsDocument: boolean;
}

/**
 * The entries of a configuration, line by line: `key: value` anywhere, nesting ignored, the last one wins. Only a key
 * in `keys` can have a block.
 */
export function readLines(text: string, keys: ReadonlySet<string>): ReadonlyMap<string, ConfigEntry> {
  return readConfigLines(text, keys).entries;
}

/** The same, with the lines that are not understood. */
export function readConfigLines(text: string, keys: ReadonlySet<string>): ConfigReading {
  const entries = new Map<string, ConfigEntry>();
  const odd: OddLine[] = [];
  const lines = splitLines(text.startsWith("\ufeff") ? text.slice(1) : text);
  let needsDocument = false;
  /** Indentation of the last unknown key: the lines below it are reported once, with it. */
  let unknownIndent = Infinity;
  for (let at = 0; at < lines.length; at++) {
    const line = strip(lines[at]!);
    if (line === "" || line.startsWith("#") || MARKER.test(line)) continue;
    const indent = indentOf(lines[at]!);
    const number = at + 1;
    if (indent <= unknownIndent) unknownIndent = Infinity;
    if (line.startsWith("{")) {
      needsDocument = true;
      at += Math.max(1, flowLength(lines.slice(at), line)) - 1;
      continue;
    }
    const colon = line.indexOf(":");
    const key = colon < 0 ? "" : bareKey(line.slice(0, colon));
    if (key === "") {
      odd.push({ line: at + 1, text: line, isBelowOdd: false });
      continue;
    }
    const value = strip(line.slice(colon + 1));
    if (!keys.has(key)) {
      entries.set(key, { raw: value, value: valueOf(value), line: at + 1, block: undefined });
      if (value.startsWith("&")) continue;
      if (key === "<<") {
        needsDocument = true;
        continue;
      }
      if (value.startsWith("{")) {
        const length = Math.max(1, flowLength(lines.slice(at), value));
        const inside = lines.slice(at, at + length).join(" ");
        at += length - 1;
        if ([...keys].some((known) => inside.includes(known))) {
          needsDocument = true;
          continue;
        }
      }
      if (holdsKey(lines.slice(at), keys)) continue;
      odd.push({ line: number, text: key, isBelowOdd: unknownIndent !== Infinity });
      if (unknownIndent === Infinity && strip(withoutComment(value)) === "") unknownIndent = indent;
      continue;
    }
    const { raw, length, isYaml } = extentOf(lines.slice(at), value, keys);
    const block = isYaml ? lines.slice(at, at + length).map(spaced).join("\n") : undefined;
    if (block !== undefined && hasAlias(block, text)) needsDocument = true;
    entries.set(key, { raw, value: valueOf(raw), line: at + 1, block });
    at += length - 1;
  }
  return { entries, odd, needsDocument };
}

/** The text as YAML accepts it: blanks for tabs that indent, and quotes around a glob that starts with an asterisk. */
export function documentText(text: string): string {
  return splitLines(text.startsWith("\ufeff") ? text.slice(1) : text)
    .map(spaced)
    // JSON with comments; a path may begin with two slashes too.
    .map((line) => line.replace(/(^|[,{}[\]])(\s*)\/\/(?=\s).*$/, "$1$2"))
    .map((line) => line.replace(/^(\s*auth_team_glob\s*:\s*)(\*[^\s#]*)/, '$1"$2"'))
    .join("\n");
}

/** Matches the start or end of a document, and YAML directives. */
const MARKER = /^(?:---|\.\.\.|%YAML)(?:\s|$)/;

function bareKey(text: string): string {
  const key = strip(text);
  return /^(["']).+\1$/s.test(key) ? key.slice(1, -1) : key;
}

function indentOf(line: string): number {
  return /^\s*/.exec(line)![0].length;
}

function spaced(line: string): string {
  return line.replace(/^\s*/, (blanks) => blanks.replaceAll("\t", "  "));
}

/** Tells whether a deeper line below a key belongs to a known key. */
function holdsKey([first, ...rest]: readonly string[], keys: ReadonlySet<string>): boolean {
  const deeper = rest.findIndex((line) => strip(line) !== "" && indentOf(line) <= indentOf(first!));
  return rest.slice(0, deeper < 0 ? rest.length : deeper).some((line) => isKeyLine(line, keys));
}

function isKeyLine(line: string, keys: ReadonlySet<string>): boolean {
  const colon = line.indexOf(":");
  return colon >= 0 && keys.has(bareKey(line.slice(0, colon)));
}

function hasAlias(block: string, text: string): boolean {
  return Array.from(block.matchAll(/(?<=[\s,[{])\*([\w-]+)/g)).some(([, name]) =>
    new RegExp(`&${name}(?![\\w-])`).test(text)
  );
}

/** A value without its quotes and its comment. */
export function valueOf(raw: string): string {
  const quote = raw[0];
  if (quote !== '"' && quote !== "'") return strip(withoutComment(raw));
  for (let end = raw.indexOf(quote, 1); end > 0; end = raw.indexOf(quote, end + 1)) {
    const rest = raw.slice(end + 1);
    if (/^(?:$|\s*#)/.test(rest)) return raw.slice(1, end);
  }
  return raw.slice(1);
}

function withoutComment(text: string): string {
  const start = COMMENT.exec(text)?.index;
  return start === undefined ? text : text.slice(0, start);
}

interface Extent {
  /** The value, with its continuation lines. */
  readonly raw: string;
  /** The number of lines that belong to it, from the key's own. */
  readonly length: number;
  readonly isYaml: boolean;
}

/** The extent of a known key's value; `isYaml` when only a YAML parser can read it. */
function extentOf(lines: readonly string[], raw: string, keys: ReadonlySet<string>): Extent {
  const value = strip(withoutComment(raw));
  const indent = indentOf(lines[0]!);
  const below = lines.slice(1);
  // Brackets, braces and asterisks have a meaning in a glob.
  const isGlob = /^\s*["']?auth_team_glob\b/.test(lines[0]!);
  const isBlank = (line: string) => strip(line) === "" || strip(line).startsWith("#");
  const isDeeper = (line: string) => indentOf(line) > indent && !isKeyLine(line, keys);
  const upTo = (isPart: (line: string) => boolean) => {
    const end = below.findIndex((line) => !isPart(line));
    return end < 0 ? lines.length : end + 1;
  };
  if (value === "") {
    const first = below.find((line) => !isBlank(line));
    if (first === undefined) return { raw, length: 1, isYaml: false };
    if (/^\s*-(\s|$)/.test(first) && indentOf(first) >= indent) {
      const length = upTo((line) => isBlank(line) || /^\s*-(\s|$)/.test(line) || indentOf(line) > indent);
      return { raw, length, isYaml: true };
    }
    if (!isDeeper(first)) return { raw, length: 1, isYaml: false };
    const length = upTo((line) => isBlank(line) || isDeeper(line));
    if (!isGlob && !NEXT_LINE.test(strip(first))) return { raw, length, isYaml: true };
    return { raw: joined(lines.slice(1, length)), length, isYaml: false };
  }
  if (/^[|>][+-]?\d?[+-]?$/.test(value)) {
    return { raw, length: upTo((line) => strip(line) === "" || indentOf(line) > indent), isYaml: true };
  }
  if (isGlob) return { raw, length: 1, isYaml: false };
  if (value.startsWith("[")) {
    const length = Math.max(1, flowLength(lines, raw));
    return { raw, length, isYaml: length > 1 || !isListOfTexts(jsonList(raw)) };
  }
  if (/^(?:&\S+\s|[!{]|\*[\w-]+$)/.test(value)) {
    return { raw, length: Math.max(1, flowLength(lines, raw)), isYaml: true };
  }
  const isOpen = value.endsWith(",") || /^\s*,/.test(below.find((line) => !isBlank(line)) ?? "");
  const length = isOpen ? upTo((line) => isBlank(line) || isDeeper(line)) : 1;
  return length === 1
    ? { raw, length, isYaml: false }
    : { raw: joined([raw, ...lines.slice(1, length)]), length, isYaml: false };
}

/** Matches the start of a value below its key that is one text or a list with commas. */
const NEXT_LINE = /^(?!["']?[\w.-]+["']?\s*:(?:\s|$))[^[{&*!|>?%@`]/;

function joined(lines: readonly string[]): string {
  return lines.map((line) => strip(withoutComment(strip(line)))).filter((line) => line !== "").join(" ");
}

/** The number of lines of a value in brackets or braces; 0 when they never close. */
function flowLength(lines: readonly string[], raw: string): number {
  let depth = 0;
  for (const [at, line] of [raw, ...lines.slice(1)].entries()) {
    const bare = line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "");
    for (const char of withoutComment(bare)) {
      if (char === "[" || char === "{") depth++;
      if (char === "]" || char === "}") depth--;
    }
    if (depth <= 0) return at + 1;
  }
  return 0;
}

/** True for an empty list, and one of which every item says something: others are left to YAML, which names them. */
function isListOfTexts(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.every((item) => typeof item === "string" && strip(item) !== "");
}

/** The JSON array at the start of a value, perhaps followed by a comment. */
export function jsonList(raw: string): unknown[] | undefined {
  if (!raw.startsWith("[")) return undefined;
  for (const { index } of raw.matchAll(/\](?=\s*(?:$|\s#))/g)) {
    try {
      return JSON.parse(raw.slice(0, index + 1));
    } catch {
      continue; // that bracket was inside a string
    }
  }
  return undefined;
}
