import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { byteOrder, sortByBytes } from "../../../lib/core/text/byte_order.ts";

/** Texts of few letters, among them the first and the last below the surrogates, and pairs of surrogates. */
const letter = fc.constantFrom("a", "b", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}");
const texts = fc.array(fc.string({ unit: letter, maxLength: 4 }));

test("texts are in the order of their bytes, with characters beyond U+FFFF or without", () => {
  fc.assert(fc.property(texts, (given) => {
    const inBytes = given.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(given.toSorted(byteOrder)).toEqual(inBytes);
    expect(sortByBytes([...given])).toEqual(inBytes);
  }));
});
