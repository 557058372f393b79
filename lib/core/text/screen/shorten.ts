import type { Face } from "./face.ts";

/** The columns that a text takes on a screen. */
export type Width = (text: string) => number;

/** A space at which no line breaks; it is drawn as any other. */
export const NO_BREAK = "\u00a0";

/** A text cut at its end to so many columns, with an ellipsis. */
export function cutEnd(text: string, columns: number, width: Width, face: Pick<Face, "hasUnicode">): string {
  if (width(text) <= columns) return text;
  const dots = dotsIn(columns, face);
  return startOf(text, columns - dots.length, width) + dots;
}

/** A text cut at its start: the end of a path tells it apart from others. */
export function cutStart(
  text: string,
  columns: number,
  width: Width,
  face: Pick<Face, "hasUnicode">,
): string {
  if (width(text) <= columns) return text;
  const dots = dotsIn(columns, face);
  return dots + endOf(text, columns - dots.length, width);
}

/** A text cut in its middle: the beginning and the end of an email tell it apart from others. */
export function cutMiddle(
  text: string,
  columns: number,
  width: Width,
  face: Pick<Face, "hasUnicode">,
): string {
  if (width(text) <= columns) return text;
  const dots = dotsIn(columns, face);
  const start = startOf(text, Math.ceil((columns - dots.length) / 2), width);
  return start + dots + endOf(text, columns - dots.length - width(start), width);
}

/**
 * The lines of a text that break between its words, but not at a no-break space; all but the first are further indented,
 * longer words are broken.
 */
export function wrap(text: string, columns: number, width: Width): string[] {
  const lines: string[] = [];
  const lead = /^ */.exec(text)![0];
  const indent = `${lead}  `;
  let line = lead;
  for (const word of text.trimStart().split(" ")) {
    const longer = line.trim() === "" ? line + word : `${line} ${word}`;
    if (width(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line.trim() !== "") lines.push(line);
    line = (lines.length === 0 ? lead : indent) + word;
    while (width(line) > columns) {
      const start = startOf(line, columns, width);
      if (start.length <= indent.length) break;
      lines.push(start);
      line = indent + line.slice(start.length);
    }
  }
  const all = line.trim() === "" ? lines : [...lines, line];
  return all.map((each) => each.replaceAll(NO_BREAK, " "));
}

function dotsIn(columns: number, { hasUnicode }: Pick<Face, "hasUnicode">): string {
  return (hasUnicode ? "…" : "...").slice(0, Math.max(columns, 0));
}

/** The longest beginning that fits. A letter with its marks is measured as one. */
function startOf(text: string, columns: number, width: Width): string {
  let start = "";
  for (const char of text) {
    if (width(start + char) > columns) break;
    start += char;
  }
  return start;
}

function endOf(text: string, columns: number, width: Width): string {
  let end = "";
  for (const char of [...text].reverse()) {
    if (width(char + end) > columns) break;
    end = char + end;
  }
  return end;
}
