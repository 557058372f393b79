import { type Color, COLORS, type Face, faceFrom } from "../../core/text/screen/face.ts";
import type { Host } from "../../io/host.ts";
import type { Options } from "../declaration/option.ts";

/** The options of commands that draw on a terminal. */
export const SCREEN_OPTIONS = {
  wide: { about: "the whole table, however wide, as in a pipe" },
  color: { value: "<when>", oneOf: COLORS, about: `${COLORS.join(", ")}: colours, else as NO_COLOR says` },
} as const satisfies Options;

/** What `--wide` and `--color` say. */
export interface ScreenOptions {
  readonly wide?: true;
  readonly color?: Color;
}

/** The screen to draw on; undefined = print the table for pipes. `--color always` draws into a pipe, too. */
export function faceIn(
  { env, isTerminal, screenSize }: Pick<Host, "env" | "isTerminal" | "screenSize">,
  { wide, color }: ScreenOptions,
): Face | undefined {
  if (wide || !(color === "always" || isTerminal.output)) return undefined;
  return faceFrom(env, screenSize, color);
}
