import { sha256 } from "../text/sha256.ts";

/** How many seeds a text gives. */
export const DERIVED = 20;

/**
 * Seeds that nobody chose: number i (from 0) is the first four bytes, the highest first, of the SHA-256 of
 * `<hex> <i>`, the digits in lower case.
 */
export function seedsFrom(hex: string): number[] {
  return Array.from({ length: DERIVED }, (_, index) => {
    const digest = sha256(`${hex.toLowerCase()} ${index}`);
    return new DataView(digest.buffer).getUint32(0);
  });
}
