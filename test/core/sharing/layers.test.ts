import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  difference,
  isSameValue,
  merged,
  plainTable,
  type Table,
  tableFrom,
  without,
} from "../../../lib/core/sharing/layers.ts";

const table = (value: unknown): Table => tableFrom(value);

describe("layers of settings", () => {
  it("are merged table by table, the last one winning", () => {
    const all = merged(
      table({ a: 1, t: { x: 1, y: 1 }, l: [1] }),
      table({ t: { y: 2 }, l: [2] }),
      table({ a: {} }),
    );
    expect(plainTable(all)).toEqual({ a: {}, t: { x: 1, y: 2 }, l: [2] });
  });

  it("lose paths, and the tables which that empties, but no other empty ones", () => {
    const left = without(table({ a: { b: { c: 1 } }, empty: {}, k: 1 }), [["a", "b", "c"], ["k", "no"]]);
    expect(plainTable(left)).toEqual({ empty: {}, k: 1 });
  });

  it("keep times and keys of a prototype as they are", () => {
    const date = new Date(0);
    const odd = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}');
    expect(isSameValue(table({ date }), table({ date: new Date(0) }))).toBe(true);
    expect(isSameValue(table({ date }), table({ date: new Date(1) }))).toBe(false);
    expect(JSON.stringify(plainTable(table(odd)))).toBe(JSON.stringify(odd));
  });

  it("differ by what was set and removed: put in again, that gives the later one", () => {
    const value = fc.oneof(fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 2 }));
    const key = fc.constantFrom("a", "b", "c", "__proto__");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.array(fc.tuple(key, fc.oneof({ maxDepth: 3 }, value, tie("tree"))), { maxLength: 4 })
        .map((entries) => new Map(entries)),
    }));
    fc.assert(
      fc.property(tree as fc.Arbitrary<Table>, tree as fc.Arbitrary<Table>, (before, now) => {
        const { set, removed } = difference(before, now);
        expect(isSameValue(pruned(merged(without(before, removed), set)), pruned(now))).toBe(true);
      }),
    );
  });
});

/** Without tables that hold nothing, which mean nothing. */
function pruned(table: Table): Table {
  const full = [...table].map(([key, value]) => [key, value instanceof Map ? pruned(value) : value] as const);
  return new Map(full.filter(([, value]) => !(value instanceof Map) || value.size > 0));
}
