import { sha256 } from "../text/sha256.ts";

/** The number of seeds derived from a text. */
export const DERIVED = 20;

/**
 * Derives seeds that are not hand-picked: number i (from 0) is the first four bytes, big-endian, of the SHA-256 of
 * `<hex> <i>`, the digits in lower case.
 */
export function seedsFrom(hex: string): number[] {
  return Array.from({ length: DERIVED }, (_, index) => {
    const digest = sha256(`${hex.toLowerCase()} ${index}`);
    return new DataView(digest.buffer).getUint32(0);
  });
}
