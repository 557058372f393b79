import type { Contender } from "./contender.ts";
import { hoursLeft } from "./hours.ts";

/** Evens out the time until each runs dry: the one that lasts longest is picked. The figure is in tenths of hours. */
export function balanced(contenders: readonly Contender[]): number[] {
  return hoursLeft(contenders).map((hours) => Math.round(hours * 10));
}
