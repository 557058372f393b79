/** Formats figures with their aims and whether these are met. Never fails a run. */

export interface Figure {
  readonly name: string;
  /** With its unit. */
  readonly value: string;
  readonly aim?: Aim;
}

export interface Aim {
  /** "at most 2.5". */
  readonly words: string;
  readonly isMet: boolean;
}

export function atMost(value: number, limit: number, unit = ""): Aim {
  return { words: `at most ${limit}${unit}`, isMet: value <= limit };
}

/** "met", "NOT met", or empty without an aim. */
export function verdictOf(aim: Aim | undefined): string {
  return aim === undefined ? "" : aim.isMet ? "met" : "NOT met";
}

export function figureTable(figures: readonly Figure[]): string {
  return columns(
    ["", "measured", "aim", ""],
    figures.map(({ name, value, aim }) => [name, value, aim?.words ?? "", verdictOf(aim)]),
  );
}

/** Lines with columns of equal width: the first to the left, the others to the right. */
export function columns(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? "").length)));
  return all.map((cells) =>
    widths.map((width, column) => {
      const text = cells[column] ?? "";
      return column === 0 ? text.padEnd(width) : text.padStart(width);
    }).join("  ").trimEnd()
  ).join("\n");
}

/** The value that the share `part` (0 to 1) of the values does not exceed; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/**
 * The ratio of the medians of two commands, with a 95 % confidence interval (a bootstrap of the rounds with paired
 * runs). The same runs give the same bounds.
 */
export function ratioOf(runs: readonly number[], base: readonly number[]): { times: number; bounds: string } {
  let seed = 1;
  const chance = () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647;
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const rounds = runs.map(() => Math.floor(chance() * runs.length));
    return median(rounds.map((round) => runs[round]!)) / median(rounds.map((round) => base[round]!));
  });
  const [low, high] = [0.025, 0.975].map((part) => quantile(ratios, part).toFixed(2));
  return { times: median(runs) / median(base), bounds: `${low}–${high}` };
}

const RESAMPLES = 1000;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
