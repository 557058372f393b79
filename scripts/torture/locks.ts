/** The lock of the state under processes that are killed and stopped. */
import { type CountFigures, countTogether, type Kind } from "./locks/crowd.ts";
import { counted } from "./renewals.ts";
import type { Row } from "./row.ts";

/** Sixty-four processes of five kinds. */
const CROWD: readonly Kind[] = [
  ...Array<Kind>(18).fill("compiled"),
  ...Array<Kind>(16).fill("bun"),
  ...Array<Kind>(14).fill("python"),
  ...Array<Kind>(8).fill("node"),
  ...Array<Kind>(8).fill("deno"),
];

/** What must never be, one line each. */
export function troublesOf({ lost, doubled, passedBy, troubles }: CountFigures): string[] {
  return [
    ...counted(lost, "acknowledged counts were lost"),
    ...counted(doubled, "times the lock was granted twice"),
    ...counted(passedBy, "counts were made while the holder stood still"),
    ...troubles,
  ];
}

/** Counts of processes on all runtimes, and of Python, under the lock that all of them take. */
export const locks: Row = {
  name: "locks",
  promise: "a lock is held by one process at a time, whoever is killed or stopped",
  unit: "kills",
  async run(size) {
    const few: readonly Kind[] = ["compiled", "bun", "python", "compiled", "bun", "python"];
    const bare = { members: few, kills: 0, counts: 400, chance: 0, stops: 0, stopMs: 0 };
    const planted = await countTogether({ ...bare, isUnlocked: true });
    const figures = await countTogether(
      size === "long"
        ? { members: CROWD, kills: 10_000, counts: 30_000, chance: 0.04, stops: 60, stopMs: 4000 }
        : { members: CROWD, kills: 60, counts: 250, chance: 0.02, stops: 2, stopMs: 1000 },
    );
    return {
      tries: figures.kills,
      planted: planted.lost > 0 && planted.doubled > 0
        ? `without a lock ${planted.lost} counts lost, ${planted.doubled} doubled`
        : undefined,
      failures: troublesOf(figures),
      figures: { ...figures, troubles: figures.troubles.length },
    };
  },
};
