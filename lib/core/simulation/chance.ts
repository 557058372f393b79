/** A seeded random source. It uses whole numbers only, so that every engine draws the same ones. */
export interface Chance {
  /** A number from 0 to `count` - 1, evenly distributed. */
  below(count: number): number;
  /** A number from the first to the second, both included, evenly distributed. */
  between(range: Range): number;
  /** The smaller of two draws: few are far above the least. */
  lowBetween(range: Range): number;
  /** An index, with a probability in proportion to its weight. */
  weighed(weights: readonly number[]): number;
}

/** The least and the most, whole numbers. */
export type Range = readonly [least: number, most: number];

const WORD = 2 ** 32;

/**
 * A separate stream for each seed and name, so that one more draw here changes nothing there. sfc32 (Chris
 * Doty-Humphrey's Small Fast Counter, 32 bits), its state filled by splitmix32.
 */
export function chanceOf(seed: number, name: string): Chance {
  let mixed = seed >>> 0;
  for (let at = 0; at < name.length; at++) mixed = scramble(mixed ^ name.charCodeAt(at));
  let [a, b, c, count] = [0, 0, 0, 1];
  const word = () => {
    const sum = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  [a, b, c] = [scramble(mixed), scramble(mixed + 1), scramble(mixed + 2)];
  for (let i = 0; i < 12; i++) word();

  const below = (most: number) => Math.floor(word() * most / WORD);
  const between = ([least, most]: Range) => least + below(most - least + 1);
  return {
    below,
    between,
    lowBetween: (range) => Math.min(between(range), between(range)),
    weighed: (weights) => {
      let left = below(weights.reduce((sum, weight) => sum + weight, 0));
      return weights.findIndex((weight) => (left -= weight) < 0);
    },
  };
}

/** One step of splitmix32: a bijection of 32-bit words that mixes all bits. */
export function scramble(value: number): number {
  let word = (value + 0x9e3779b9) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return (word ^ (word >>> 15)) >>> 0;
}
