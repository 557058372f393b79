/** Compares two texts by the bytes of their UTF-8, which is by code point, unlike JavaScript's code units. */
export function byteOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Sorts texts in place by the bytes of their UTF-8. */
export function sortByBytes(texts: string[]): string[] {
  // The engine's own order is many times faster, and the same where no character is beyond U+FFFF.
  return /[\ud800-\udfff]/.test(texts.join("")) ? texts.sort(byteOrder) : texts.sort();
}

/** Surrogates encode code points above all others, though their units are not the highest. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
