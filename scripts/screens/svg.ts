import { displayWidth } from "../../lib/io/width.ts";
import { type Look, type Piece, piecesOf } from "./ansi.ts";

/** The sixteen colours on the dark window. */
const COLORS = [
  ["#6e7681", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#c9d1d9"],
  ["#8b949e", "#ffa198", "#7ee787", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0ff", "#ffffff"],
].flat();
const TEXT = "#d6dde6";
const FAINT = "#98a2ad";
const GROUND = "#161b22";
const FRAME = "#484f58";
const BAR = "#21262d";

/** The measures of a letter, and of the window around the screen. */
const LETTER = { width: 8.4, height: 18, size: 14 };
const WINDOW = { side: 14, top: 34, bottom: 14 };
const FONT = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

/** A picture of a terminal's screen: a dark window, readable on light and dark pages. */
export function svgOf(screen: string, title: string): string {
  const lines = piecesOf(screen.replace(/\s+$/, ""));
  const columns = Math.max(
    60,
    ...lines.map((pieces) => displayWidth(pieces.map(({ text }) => text).join(""))),
  );
  const width = Math.ceil(columns * LETTER.width + 2 * WINDOW.side);
  const height = lines.length * LETTER.height + WINDOW.top + WINDOW.bottom;
  const dots = ["#ff7b72", "#e3b341", "#56d364"].map((color, at) =>
    `<circle cx="${WINDOW.side + 6 + 18 * at}" cy="15" r="5" fill="${color}"/>`
  );
  const rows = lines.flatMap((pieces, at) => {
    const y = round(WINDOW.top + at * LETTER.height + LETTER.size);
    return rowOf(pieces).map((row) => `<text y="${y}" ${row}`);
  });
  const name = escaped(printed(title));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"` +
    ` role="img" aria-label="${name}" font-family="${FONT}" font-size="${LETTER.size}">`,
    `<title>${name}</title>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${
      height - 1
    }" rx="8" fill="${GROUND}" stroke="${FRAME}"/>`,
    `<path d="M1 9a8 8 0 0 1 8-8h${width - 18}a8 8 0 0 1 8 8v20H1z" fill="${BAR}"/>`,
    ...dots,
    `<g fill="${TEXT}" xml:space="preserve">`,
    ...rows,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/**
 * The texts of one line. Each piece has its own place and length, so that columns stand in line in any font, and so has
 * each run of letters of another width than one.
 */
function rowOf(pieces: readonly Piece[]): string[] {
  const texts: string[] = [];
  let column = 0;
  for (const { text, look } of pieces) {
    for (const run of runsOf(text)) {
      const width = displayWidth(run);
      const words = run.trim();
      if (words !== "" && width > 0) {
        const start = column + run.length - run.trimStart().length;
        const x = round(WINDOW.side + start * LETTER.width);
        const length = round(displayWidth(words) * LETTER.width);
        texts.push(
          `x="${x}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${styleOf(look)}>${
            escaped(words)
          }</text>`,
        );
      }
      column += width;
    }
  }
  return texts;
}

/** Runs of letters that are one column wide, and others; a long gap ends a run. */
function runsOf(text: string): string[] {
  const runs: string[] = [];
  let isNarrow: boolean | undefined;
  // A letter with its marks is one.
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    const isOne = displayWidth(segment) === 1;
    const last = runs.at(-1);
    const isGap = segment !== " " && last?.endsWith("  ");
    if (last === undefined || isOne !== isNarrow || isGap) runs.push(segment);
    else runs[runs.length - 1] = last + segment;
    isNarrow = isOne;
  }
  return runs;
}

function styleOf(look: Look): string {
  const color = typeof look.color === "number" ? COLORS[look.color] : look.color;
  const fill = color ?? (look.isFaint === true ? FAINT : undefined);
  return [
    fill === undefined ? "" : ` fill="${fill}"`,
    color !== undefined && look.isFaint === true ? ` opacity=".75"` : "",
    look.isBold === true ? ` font-weight="bold"` : "",
    look.isItalic === true ? ` font-style="italic"` : "",
    look.isUnderlined === true ? ` text-decoration="underline"` : "",
  ].join("");
}

function printed(title: string): string {
  return piecesOf(title.replaceAll("\n", " ")).flat().map(({ text }) => text).join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
