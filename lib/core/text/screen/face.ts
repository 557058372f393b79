/** What a screen can show. */
export interface Face {
  /** The width of a line; no line is longer. */
  readonly columns: number;
  /** The lines that are visible at a time. */
  readonly lines: number;
  readonly hasColor: boolean;
  /** False: bars and ellipses are drawn in ASCII. */
  readonly hasUnicode: boolean;
}

/** The values of `--color`. */
export const COLORS = ["auto", "always", "never"] as const;
export type Color = typeof COLORS[number];

/** The size of a terminal, as far as it is known: some report none, or 0. */
export interface Size {
  readonly columns: number | undefined;
  readonly lines: number | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

const USUAL = { columns: 80, lines: 24 } as const;

/** The face of a terminal of this size, by the environment and `--color`, which wins over NO_COLOR. */
export function faceFrom(env: Variables, size: Size, color: Color = "auto"): Face {
  return {
    columns: lengthIn(size.columns, env.COLUMNS) ?? USUAL.columns,
    lines: lengthIn(size.lines, env.LINES) ?? USUAL.lines,
    hasColor: color === "auto" ? !env.NO_COLOR && !isDumb(env) : color === "always",
    hasUnicode: isUnicode(env.LC_ALL || env.LC_CTYPE || env.LANG || ""),
  };
}

/** Tells whether a terminal can only print one line after the other. */
export function isDumb(env: Variables): boolean {
  return env.TERM === "dumb";
}

/** A locale that names a character set names the terminal's; without any locale a terminal of today is assumed. */
function isUnicode(locale: string): boolean {
  if (locale === "C" || locale === "POSIX") return false;
  return !locale.includes(".") || /\.utf-?8/i.test(locale);
}

function lengthIn(told: number | undefined, variable: string | undefined): number | undefined {
  if (told !== undefined && told > 0) return told;
  const length = /^\d{1,5}$/.test(variable ?? "") ? Number(variable) : 0;
  return length > 0 ? length : undefined;
}
