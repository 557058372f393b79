import { expect, test } from "vitest";
import { HINDRANCES } from "../../../lib/core/pick/hindrance.ts";

/** The kinds of which something holds, in the order in which fallbacks are tried. */
function kinds(holds: (traits: typeof HINDRANCES[keyof typeof HINDRANCES]) => boolean): string[] {
  return Object.entries(HINDRANCES).filter(([, traits]) => holds(traits))
    .sort(([, a], [, b]) => a.fallbackOrder - b.fallbackOrder)
    .map(([kind]) => kind);
}

test("a dead login is tried after what is used up, and a paused session last", () => {
  expect(kinds(({ fallbackOrder }) => fallbackOrder > 0)).toEqual(["exhausted", "login", "paused"]);
});

test("a named session is run with caution when the user or the account has something against it", () => {
  expect(kinds(({ isCautioned }) => isCautioned)).toEqual(["full", "exhausted", "paused"]);
});

test("only what is full or used up is a question of quantity", () => {
  expect(kinds(({ dependsOnQuantity }) => dependsOnQuantity)).toEqual(["full", "exhausted"]);
});

test("only what is used up comes back by itself, and all but an unknown session have an account", () => {
  expect(kinds(({ comesBack }) => comesBack)).toEqual(["exhausted"]);
  expect(kinds(({ hasAccount }) => !hasAccount)).toEqual(["missing"]);
});

test("kinds that share a place among the fallbacks agree on who is taken", () => {
  const places = new Map<number, Set<boolean>>();
  for (const { fallbackOrder, comesBack } of Object.values(HINDRANCES)) {
    places.set(fallbackOrder, (places.get(fallbackOrder) ?? new Set()).add(comesBack));
  }
  expect([...places.values()].filter(({ size }) => size > 1)).toEqual([]);
});
