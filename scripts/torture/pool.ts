/** The long run of the pool programs: ten thousand picks by all kinds of processes, killed at random instants. */
import { crowd, type CrowdFigures, faultsOf, type Kind } from "./pool_crowd.ts";
import type { Row } from "./row.ts";

/** A control without a lock, in which the checks must detect lost picks. */
export async function plantedFault(): Promise<CrowdFigures> {
  return await crowd({
    members: [["python without a lock", 60], ["bun", 60], ["python without a lock", 60]],
    kills: 0,
  });
}

/** Members whose picks are `part` of those of the long run. */
export function everybody(part: number): [Kind, number][] {
  const members: [Kind, number][] = [
    ["deno", 1500],
    ["deno", 500],
    ["bun", 1500],
    ["bun", 500],
    ["node", 1000],
    ["node", 500],
    ["python", 1500],
    ["python", 500],
    ["a start of the compiled program", 900],
    ["a start of the compiled program", 800],
    ["a start of the compiled program for a source", 300],
    ["a start through the shim", 300],
    ["a start on Deno", 70],
    ["a start on Bun", 100],
    ["a start on Node", 70],
  ];
  return members.map(([kind, picks]) => [kind, Math.max(1, Math.round(picks * part))]);
}

/** Picks of all kinds of processes at once, killed at random instants. Needs `npm run build`. */
export const pool: Row = {
  name: "pool",
  promise: "no acknowledged pick is lost, and picks are spread evenly",
  unit: "picks",
  async run(size) {
    const planted = await plantedFault();
    const isLong = size === "long";
    const figures = await crowd(
      isLong ? { members: everybody(1), kills: 400 } : { members: everybody(0.05), kills: 20 },
    );
    const few = figures.acknowledged < 10_000 || figures.ownStarts < 2000 || figures.kills < 200;
    return {
      tries: figures.acknowledged,
      planted: planted.lost > 0 ? `without a lock ${planted.lost} picks were lost` : undefined,
      failures: [...faultsOf(figures), ...(isLong && few ? ["too few picks, starts or kills"] : [])],
      figures: { ...figures, troubles: figures.troubles.length },
    };
  },
};
