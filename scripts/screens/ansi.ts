/** How a piece of a screen looks. */
export interface Look {
  /** One of the sixteen colours, or `#rrggbb`; absent: that of the terminal. */
  readonly color?: number | string | undefined;
  readonly isBold?: boolean | undefined;
  readonly isFaint?: boolean | undefined;
  readonly isItalic?: boolean | undefined;
  readonly isUnderlined?: boolean | undefined;
}

/** A piece of a line in one look. */
export interface Piece {
  readonly text: string;
  readonly look: Look;
}

const ESCAPES = new RegExp(
  [
    String.raw`\u001b\[([0-?]*)[ -/]*([@-~])`, // a control sequence
    String.raw`\u001b[\]PX^_][^]*?(?:\u0007|\u001b\\|$)`, // a string: a title, a link
    String.raw`\u001b[ -/]*[0-~]?`, // any other
  ].join("|"),
  "g",
);

/** The lines of a terminal's output, in pieces. Of all escapes only colours and weights are obeyed; the others vanish. */
export function piecesOf(screen: string): Piece[][] {
  let look: Look = {};
  return screen.replace(/\r/g, "").split("\n").map((line) => {
    const pieces: Piece[] = [];
    const add = (text: string) => {
      const clean = withoutControls(text);
      if (clean !== "") pieces.push({ text: clean, look });
    };
    let at = 0;
    for (const found of line.matchAll(ESCAPES)) {
      add(line.slice(at, found.index));
      at = found.index + found[0].length;
      if (found[2] === "m") look = changed(look, found[1] ?? "");
    }
    add(line.slice(at));
    return pieces;
  });
}

/** The text of a screen alone. */
export function textOf(screen: string): string {
  return piecesOf(screen).map((pieces) => pieces.map(({ text }) => text).join("").trimEnd()).join("\n");
}

function withoutControls(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** The look after the numbers of one `ESC [ … m`. */
function changed(before: Look, numbers: string): Look {
  let look = before;
  const codes = numbers.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) look = {};
    else if (code === 1) look = { ...look, isBold: true };
    else if (code === 2) look = { ...look, isFaint: true };
    else if (code === 3) look = { ...look, isItalic: true };
    else if (code === 4) look = { ...look, isUnderlined: true };
    else if (code === 22) look = { ...look, isBold: undefined, isFaint: undefined };
    else if (code === 23) look = { ...look, isItalic: undefined };
    else if (code === 24) look = { ...look, isUnderlined: undefined };
    else if (code >= 30 && code <= 37) look = { ...look, color: code - 30 };
    else if (code >= 90 && code <= 97) look = { ...look, color: code - 82 };
    else if (code === 39) look = { ...look, color: undefined };
    else if (code === 38 || code === 48) {
      const isShort = codes[at + 1] === 5;
      const color = isShort ? ofPalette(codes[at + 2] ?? 0) : hex(codes.slice(at + 2, at + 5));
      if (code === 38) look = { ...look, color };
      at += isShort ? 2 : 4;
    }
  }
  return look;
}

/** A colour of the palette of 256. */
function ofPalette(index: number): number | string {
  if (index < 16) return index;
  if (index >= 232) return hex(Array(3).fill(8 + 10 * (index - 232)));
  const level = (of: number) => of === 0 ? 0 : 55 + 40 * of;
  const cube = index - 16;
  return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level));
}

function hex(parts: readonly number[]): string {
  const byte = (part = 0) => Math.min(255, Math.max(0, part || 0)).toString(16).padStart(2, "0");
  return `#${byte(parts[0])}${byte(parts[1])}${byte(parts[2])}`;
}
