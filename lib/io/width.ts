import { library } from "./library.ts";

const { default: stringWidth } = await library("string-width", () => import("string-width"));

/** The columns of a text on a terminal: two for most of East Asia and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}
