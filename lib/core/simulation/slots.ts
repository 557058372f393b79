import type { Workload } from "./workload.ts";
import { stepsOf } from "./world.ts";

/** The work that is asked for at about the same time. */
export interface Slot {
  /** The times of its first and its last step. */
  readonly fromMs: number;
  readonly toMs: number;
  /** More than 0. */
  readonly work: number;
}

const MOST_STEPS = 100;
const WIDTH_MS = 3_600_000;

/** The work in the order of time: one slot per step if they are few, else per hour. */
export function slotsOf(workload: Workload): Slot[] {
  const steps = workload.jobs.flatMap(({ turns }) => turns.flatMap(stepsOf)).filter(({ work }) => work > 0);
  const width = steps.length <= MOST_STEPS ? 1 : WIDTH_MS;
  const slots = new Map<number, Slot>();
  for (const { atMs, work } of steps) {
    const place = Math.floor(atMs / width);
    const { fromMs, toMs, work: more } = slots.get(place) ?? { fromMs: atMs, toMs: atMs, work: 0 };
    slots.set(place, { fromMs: Math.min(fromMs, atMs), toMs: Math.max(toMs, atMs), work: more + work });
  }
  return [...slots.values()].sort((a, b) => a.fromMs - b.fromMs);
}
