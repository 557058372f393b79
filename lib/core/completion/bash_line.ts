/** The quotes that are open at the end of a line. */
export type OpenQuote = "" | "'" | '"' | "$'";

/** A command line of bash up to the cursor. */
export interface BashLine {
  /** The words before the one at the cursor, the command first, without their quotes. */
  readonly before: readonly string[];
  /** The word at the cursor, without its quotes. */
  readonly current: string;
  /** The beginning of that word which readline leaves as it is: it replaces only what is behind. */
  readonly kept: string;
  readonly quote: OpenQuote;
}

const ESCAPES = new Map([["n", "\n"], ["t", "\t"], ["r", "\r"], ["e", "\x1b"], ["a", "\x07"], ["b", "\b"]]);

/** What parts words and is replaced with the one behind it: `rl_special_prefixes` of bash. */
const REPLACED = "$@";

/**
 * Reads a command line as bash and readline do: a word to complete starts behind the last unquoted character of
 * `breaks` (`COMP_WORDBREAKS`), or behind an open quote. Nothing is expanded.
 */
export function readBashLine(line: string, breaks: string): BashLine {
  let before: string[] = [];
  let current = "";
  let kept = "";
  let keptOutside = "";
  let quote: OpenQuote = "";
  let isWord = false;
  let isTarget = false;
  const endWord = () => {
    if (isWord && !isTarget) before.push(current);
    if (isWord) isTarget = false;
    current = kept = "";
    isWord = false;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    const next = line[at + 1];
    if (quote === "") {
      if (/[ \t\n]/.test(char)) {
        endWord();
        if (char === "\n") before = [];
        continue;
      }
      if (/[;|&()<>]/.test(char)) {
        if (/[<>]/.test(char) && /^\d+$/.test(current)) isTarget = true; // the number of a stream
        endWord();
        isTarget = /[<>]/.test(char);
        if (!isTarget) before = [];
        continue;
      }
      isWord = true;
      if (char === "\\") {
        at++;
        if (next !== undefined && next !== "\n") current += next;
      } else if (char === "'" || char === '"') {
        quote = char;
        keptOutside = kept;
        kept = current;
      } else if (char === "$" && (next === "'" || next === '"')) {
        quote = next === "'" ? "$'" : '"';
        keptOutside = kept;
        kept = current;
        at++;
      } else {
        const isBreak = breaks.includes(char);
        if (isBreak && REPLACED.includes(char)) kept = current;
        current += char;
        if (isBreak && !REPLACED.includes(char)) kept = current;
      }
    } else if (char === quote.at(-1)) {
      quote = "";
      kept = keptOutside; // what is in closed quotes is replaced with its word
    } else if (char === "\\" && quote === '"' && next !== undefined && '$`"\\\n'.includes(next)) {
      at++;
      if (next !== "\n") current += next;
    } else if (char === "\\" && quote === "$'" && next !== undefined) {
      at++;
      current += ESCAPES.get(next) ?? next;
    } else current += char;
  }
  return { before: withoutAssignments(before), current, kept, quote };
}

/** The words from the command on: variables may be set before it. */
function withoutAssignments(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !/^[A-Za-z_]\w*\+?=/.test(word));
  return at < 0 ? [] : words.slice(at);
}
