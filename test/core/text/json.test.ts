import fc from "fast-check";
import { expect, test } from "vitest";
import { isSameJson } from "../../../lib/core/text/json.ts";

test("values are the same exactly when their JSON is", () => {
  const value = fc.jsonValue({ maxDepth: 2 }).map((each) => JSON.parse(JSON.stringify(each)));
  const record = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.oneof(value, fc.constant(undefined)));
  fc.assert(fc.property(fc.oneof(record, value), fc.oneof(record, value), (a, b) => {
    expect(isSameJson(a, structuredClone(a))).toBe(true);
    expect(isSameJson(a, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    expect(isSameJson({ a, b: [a] }, { a, b: [b] })).toBe(JSON.stringify(a) === JSON.stringify(b));
  }));
});
