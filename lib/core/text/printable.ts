const LONGEST = 512;
const SHORT = new Map([["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);
/**
 * Characters that may steer a terminal or hide: controls, writing directions, line separators, half pairs, the
 * invisible.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** A text from outside as one safe line: invisible characters are escaped, `limit` characters at most. */
export function printable(text: string, limit: number = LONGEST): string {
  if (text.length <= limit && /^[ -~]*$/.test(text)) return text;
  let shown = "";
  // The cut if the text turns out too long: the last place with room for the ellipsis.
  let fits = 0;
  for (const char of text) {
    shown += UNSEEN.test(char) ? escaped(char) : char;
    if (shown.length < limit) fits = shown.length;
    if (shown.length > limit) return `${shown.slice(0, fits)}…`;
  }
  return shown;
}

/** A text from outside as safe lines: its line breaks stay. */
export function printableLines(text: string): string {
  return text.split("\n").map((line) => printable(line, 4096)).join("\n");
}

function escaped(char: string): string {
  return SHORT.get(char) ?? `\\u{${char.codePointAt(0)?.toString(16)}}`;
}
