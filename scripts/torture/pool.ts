/** The long run of the pool programs: ten thousand picks by all kinds of processes, killed at random instants. */
import { crowd, type CrowdFigures, faultsOf, type Kind } from "./pool_crowd.ts";

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

/** Prints figures; returns what is wrong. Needs `npm run build`. */
export async function poolTorture(): Promise<string[]> {
  const planted = await plantedFault();
  console.log(
    `pool: the checker sees a planted fault (writers without a lock): ${faultsOf(planted).join("; ")}`,
  );
  if (planted.lost === 0) return ["pool: a planted fault was not seen, so this proves nothing"];
  const figures = await crowd({ members: everybody(1), kills: 400 });
  console.log("pool: picks by all kinds of processes at once, killed at random instants");
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(14)} ${value}`);
  const few = figures.acknowledged < 10_000 || figures.ownStarts < 2000 || figures.kills < 200;
  return [...faultsOf(figures), ...few ? ["too few picks, starts or kills"] : []].map((fault) =>
    `pool: ${fault}`
  );
}
