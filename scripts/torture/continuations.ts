import { runContinuations } from "../../rig/continuation.ts";

const SEEDS = 10_000;
const FAULTS = ["recorded late", "record ignored", "reset ignored"] as const;

/** Kills continuations at every step; prints figures and returns what went wrong. Planted faults must be found. */
export async function continuationTorture(): Promise<string[]> {
  const { wrong, killedAt, ...figures } = await runContinuations({ seeds: SEEDS });
  console.log("continuations killed at any step");
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(14)} ${value}`);
  for (const [step, count] of Object.entries(killedAt)) console.log(`  killed at ${step}: ${count}`);
  for (const fault of FAULTS) {
    const found = await runContinuations({ seeds: 500, fault });
    console.log(`  ${found.wrong.length} findings in 500 runs with a planted fault: ${fault}`);
    if (found.wrong.length === 0) wrong.push(`the planted fault "${fault}" was not found`);
  }
  return wrong.slice(0, 20).map((what) => `continuations: ${what}`);
}
