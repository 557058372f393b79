import type { OpenQuote } from "./bash_line.ts";

const BARE = /[A-Za-z0-9_@%+=:,./-]|[^\0-\x7f]/;
const ANSI = new Map([["\n", "\\n"], ["\t", "\\t"], ["\r", "\\r"], ["'", "\\'"], ["\\", "\\\\"]]);

/**
 * A text as bash reads it back at a place where this quote is open. Readline closes the quote, unless what it inserts
 * ends with that very character.
 */
export function quoteForBash(text: string, quote: OpenQuote): string {
  const quoted = insideOf(text, quote);
  const end = quote.at(-1);
  return end !== undefined && quoted.endsWith(end) ? `${quoted}${end}` : quoted;
}

function insideOf(text: string, quote: OpenQuote): string {
  switch (quote) {
    case "":
      return bare(text);
    case "'":
      return text.replace(/'|\n/g, (char) => char === "'" ? "'\\''" : "'$'\\n''");
    case '"':
      return text.replace(/["$`\\!\n]/g, (char) => {
        if (char === "\n") return `"$'\\n'"`;
        return char === "!" ? `"\\!"` : `\\${char}`;
      });
    case "$'":
      return ansi(text);
  }
}

function bare(text: string): string {
  if (text.includes("\n")) return `$'${ansi(text)}'`;
  return Array.from(text, (char) => BARE.test(char) ? char : `\\${char}`).join("");
}

function ansi(text: string): string {
  return text.replace(/[\n\t\r'\\]/g, (char) => ANSI.get(char)!);
}
