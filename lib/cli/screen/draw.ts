import type { Cell, Column } from "../../core/text/screen/columns.ts";
import type { Face } from "../../core/text/screen/face.ts";
import { drawFrame, drawSheet, type Sheet } from "../../core/text/screen/sheet.ts";
import type { Width } from "../../core/text/screen/shorten.ts";

/** The text of a whole sheet. */
export async function sheetText(sheet: Sheet, face: Face): Promise<string> {
  return drawSheet(sheet, face, await widthFor(sheet)).map((line) => `${line}\n`).join("");
}

/** The lines of a sheet that fit on the screen. */
export async function frameOf(sheet: Sheet, title: string, face: Face): Promise<string[]> {
  return drawFrame(sheet, title, face, await widthFor(sheet));
}

/** A column with one form: it stays until the rank at which it is dropped. */
export function plainColumn(
  title: string,
  cells: readonly Cell[],
  goesAt?: number,
  more: Pick<Column, "isRight" | "cuts" | "cutAt"> = {},
): Column {
  const form = { title, cells };
  return goesAt === undefined
    ? { forms: [form], ...more }
    : { forms: [form, undefined], steps: [goesAt], ...more };
}

/** The marks that we draw ourselves, each one column wide. */
const OWN = /^[ -~█░─…\u00a0]*$/;

/** Measures the texts of a sheet; the table of widths is loaded only when names need it. */
async function widthFor({ columns, notes, closing }: Sheet): Promise<Width> {
  const texts = columns.flatMap(({ forms }) =>
    forms.flatMap((form) =>
      form?.cells.map((cell) => typeof cell === "string" ? cell : cell.map(({ text }) => text).join("")) ?? []
    )
  );
  const isOwn = [...texts, ...notes, ...closing].every((text) => OWN.test(text));
  if (isOwn) return (text) => text.length;
  const width = await (await import("../../app/pick/report.ts")).textWidth();
  return (text) => Math.max(width(text), apart(text, width));
}

/** What a text takes on a terminal that draws a letter apart from its vowel, or an emoji apart from its skin colour. */
function apart(text: string, width: Width): number {
  let sum = 0;
  for (const char of text.normalize("NFC")) sum += OWN.test(char) ? 1 : width(char);
  return sum;
}
