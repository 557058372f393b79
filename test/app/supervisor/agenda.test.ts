import fc from "fast-check";
import { expect, it } from "vitest";
import { Agenda } from "../../../lib/app/supervisor/agenda.ts";

it("an agenda gives the item with the smallest number, whatever was put in, moved and taken out before", () => {
  const step = fc.record({
    item: fc.nat(5),
    number: fc.option(fc.nat(9)),
    asks: fc.boolean(),
  });
  let asked = 0;
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const agenda = new Agenda<number>();
    const model = new Map<number, number>();
    for (const { item, number, asks } of steps) {
      if (number === null) {
        agenda.delete(item);
        model.delete(item);
      } else {
        agenda.set(item, number);
        model.set(item, number);
      }
      if (!asks) continue;
      const first = agenda.first();
      expect(first?.number).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      if (first !== undefined) expect(model.get(first.item)).toBe(first.number);
      expect([0, 1, 2, 3, 4, 5].filter((each) => agenda.has(each))).toEqual([...model.keys()].sort());
      asked++;
    }
  }));
  expect(asked).toBeGreaterThan(100);
});
