import { describe, expect, it } from "vitest";
import { chanceOf } from "../../../lib/core/simulation/chance.ts";
import { seedsFrom } from "../../../lib/core/simulation/seeds.ts";

const draws = (seed: number, name: string) => {
  const chance = chanceOf(seed, name);
  return Array.from({ length: 5 }, () => chance.below(1_000_000));
};

describe("chance", () => {
  it("is the same for a seed and a name on every engine, for ever", () => {
    expect(draws(1, "light")).toEqual([902197, 156281, 728986, 129784, 125654]);
    expect(draws(2, "light")).toEqual([47197, 592403, 478976, 87470, 8790]);
    expect(draws(0xffff_ffff, "light")).not.toEqual(draws(1, "light"));
    expect(draws(1, "herds")).not.toEqual(draws(1, "light"));
  });

  it("deals every number alike, and both ends of a range", () => {
    const chance = chanceOf(3, "even");
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 100_000; i++) counts[chance.between([0, 9])]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it("leans to the least where it should, and follows weights", () => {
    const chance = chanceOf(4, "skewed");
    let [low, third] = [0, 0];
    for (let i = 0; i < 30_000; i++) {
      low += chance.lowBetween([0, 300]);
      third += Number(chance.weighed([0, 2, 0, 1]) === 3);
    }
    expect(Math.abs(low / 30_000 - 100)).toBeLessThan(3);
    expect(Math.abs(third - 10_000)).toBeLessThan(300);
  });
});

describe("seeds from a commit", () => {
  it("are twenty, as sha256sum gives them, whatever the case of the digits", () => {
    // printf 'a956a16 0' | sha256sum
    expect(seedsFrom("a956a16")[0]).toBe(0x982c7b8b);
    // printf 'a956a16 19' | sha256sum
    expect(seedsFrom("A956A16")[19]).toBe(3194240235);
    expect(new Set(seedsFrom("a956a16")).size).toBe(20);
  });
});
