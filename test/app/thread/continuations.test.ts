import { describe, expect, it } from "vitest";
import { type ContinuationFigures, runContinuations } from "../../../rig/continuation.ts";
import { patience } from "../../../rig/patience.ts";

const SEEDS = 500;

function kindsOf({ wrong }: ContinuationFigures): Set<string> {
  return new Set(wrong.map((what) => what.replace(/^seed \d+: /, "").replace(/\d+/g, "N")));
}

describe("continuations that are killed at any step", () => {
  it(
    "start once after each reset, or leave a promise that is listed",
    { timeout: patience(75_000) },
    async () => {
      const figures = await runContinuations({ seeds: SEEDS });
      expect(figures.wrong).toEqual([]);
      expect(figures.runs).toBe(SEEDS);
      expect(figures.kills).toBeGreaterThan(SEEDS / 2);
      expect(figures.starts).toBeGreaterThan(SEEDS);
      expect(figures.asked).toBeGreaterThan(0);
      expect(figures.listed).toBeGreaterThan(0);
      expect(figures.refused).toBeGreaterThan(0);
      const steps = [
        "look",
        "wait",
        "prepare",
        'before "starting"',
        'after "starting"',
        "start",
        "just started",
      ];
      expect(Object.keys(figures.killedAt)).toEqual(expect.arrayContaining(steps));
    },
  );

  it.each(
    [
      ["recorded late", "two starts from one boundary"],
      ["record ignored", "two starts from one boundary"],
      ["reset ignored", "a start before any reset"],
    ] as const,
  )("are found to be wrong with a planted fault: %s", { timeout: patience(75_000) }, async (fault, what) => {
    expect(kindsOf(await runContinuations({ seeds: SEEDS, fault }))).toContain(what);
  });
});
