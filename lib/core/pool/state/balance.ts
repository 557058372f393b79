import type { JsonMap } from "../python/json.ts";
import type { Numbers } from "../python/numbers.ts";
import { successor, type Whole } from "../python/whole.ts";
import type { Team } from "./team_memory.ts";

/** Gives every candidate a count: new ones start at the lowest of the others, or at 0. */
export function join(team: Team, files: readonly string[], how: "min" | "zero"): void {
  const fresh: string[] = [];
  let least: Whole | undefined;
  for (const path of files) {
    const count = team.counts[path];
    if (count === undefined) fresh.push(path);
    else if (least === undefined || count < least) least = count;
  }
  for (const path of fresh) team.counts[path] = how === "zero" ? 0 : least ?? 0;
}

/** One of the candidates with the fewest starts; `random` is evenly spread over [0, 1). */
export function leastUsed(team: Team, files: readonly string[], random: number): string | undefined {
  let fewest: Whole = 0;
  let least: string[] = [];
  for (const path of files) {
    const count = team.counts[path] ?? 0;
    if (least.length > 0 && count > fewest) continue;
    if (count !== fewest) least = [];
    fewest = count;
    least.push(path);
  }
  return least[Math.floor(random * least.length)];
}

/**
 * Raises the counts of skipped, currently unusable candidates to the lowest of the others: once repaired they do not
 * take every start.
 */
export function level(team: Team, passedOver: readonly string[], files: readonly string[]): void {
  if (passedOver.length === 0) return;
  const left = new Set(passedOver);
  let least: Whole | undefined;
  for (const path of files) {
    const count = team.counts[path] ?? 0;
    if (!left.has(path) && (least === undefined || count < least)) least = count;
  }
  for (const path of least === undefined ? [] : passedOver) {
    if ((team.counts[path] ?? 0) < least!) team.counts[path] = least!;
  }
}

/** Counts a start of `chosen`. */
export function countStart(team: Team, chosen: string): void {
  team.counts[chosen] = successor(team.counts[chosen] ?? 0);
}

/** Writes the counts of these candidates to the predecessor's keys; `files` are sorted by path. */
export function showCounts(state: JsonMap, team: Team, files: readonly string[], now: string): void {
  const shown: Numbers = {};
  for (const path of files) shown[path] = team.counts[path] ?? 0;
  state.set("auth_counts", shown);
  state.set("auth_updated_at", now);
  state.set("updated_at", now);
}
