import type { Face } from "./face.ts";

/** What a colour says; what it says stands in the text, too. */
export type Tone = "plenty" | "low" | "out" | "strong" | "faint";

/** A piece of a line in one tone. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

const CODES: Readonly<Record<Tone, string>> = {
  plenty: "32",
  low: "33",
  out: "31",
  strong: "1",
  faint: "2",
};

/** The text with the codes of its tone, where the screen has colours. */
export function paint({ text, tone }: Span, { hasColor }: Pick<Face, "hasColor">): string {
  return !hasColor || tone === undefined || text === "" ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`;
}
