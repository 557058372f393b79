import type { PlatformName } from "./surroundings.ts";

export type Words = { readonly words: readonly string[] } | { readonly problem: string };

/**
 * Splits a command line into words as a POSIX shell does: quotes and backslashes work; nothing is expanded, and
 * operators and `#` are plain characters. A newline counts as a blank. The problem is an unclosed quote. On Windows a
 * backslash, the path separator, is a plain character too.
 */
export function splitWords(text: string, platform: PlatformName): Words {
  const isEscape = (char: string) => char === "\\" && platform !== "win32";
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at++);
    if (char === " " || char === "\t" || char === "\n") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'") {
      const end = text.indexOf("'", at);
      if (end < 0) return { problem: unclosed(char, at) };
      word = (word ?? "") + text.slice(at, end);
      at = end + 1;
    } else if (char === '"') {
      const inside = doubleQuoted(text, at, isEscape);
      if (inside === undefined) return { problem: unclosed(char, at) };
      word = (word ?? "") + inside.text;
      at = inside.end;
    } else if (isEscape(char) && at < text.length) {
      const next = text.charAt(at++);
      // A backslash and a newline join two lines.
      if (next !== "\n") word = (word ?? "") + next;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) words.push(word);
  return { words };
}

function doubleQuoted(
  text: string,
  start: number,
  isEscape: (char: string) => boolean,
): { text: string; end: number } | undefined {
  let inside = "";
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { text: inside, end: at + 1 };
    const next = text.charAt(at + 1);
    if (isEscape(char) && next !== "" && '$`"\\\n'.includes(next)) {
      if (next !== "\n") inside += next;
      at++;
    } else {
      inside += char;
    }
  }
  return undefined;
}

function unclosed(quote: string, position: number): string {
  return `the quote ${quote} at character ${position} is never closed`;
}
