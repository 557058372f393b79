import type { GlobalState } from "../session/state.ts";

/** The next usable alias in turn; the next of all when none is usable. There must be one. */
export function inTurn(
  aliases: readonly string[],
  { roundRobinIndex }: Pick<GlobalState, "roundRobinIndex">,
  usable: readonly string[],
): { alias: string; roundRobinIndex: number } {
  const from = roundRobinIndex % aliases.length;
  const order = aliases.map((_, step) => (from + step) % aliases.length);
  const index = order.find((index) => usable.includes(aliases[index]!)) ?? from;
  return { alias: aliases[index]!, roundRobinIndex: (index + 1) % aliases.length };
}
