import type { JsonMap } from "../python/json.ts";
import { highestOf, type Numbers } from "../python/numbers.ts";
import { successor } from "../python/whole.ts";
import type { Team } from "./team_memory.ts";

/** The candidates in the order of the rotation; new ones come last, by path. */
export function turns(team: Team, files: readonly string[]): string[] {
  let last = highestOf(team.order);
  for (const path of files) {
    if (path in team.order) continue;
    last = successor(last);
    team.order[path] = last;
  }
  // `files` are sorted by path and sorting is stable.
  return [...files].sort((a, b) => {
    const x = team.order[a] ?? 0;
    const y = team.order[b] ?? 0;
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

/** The candidate at which the rotation is; undefined when it is at none of these. */
export function standing(team: Team, glob: string, files: readonly string[]): string | undefined {
  const present = new Set(files);
  return [team.current, team.views.get(glob)].find((path) => path !== undefined && present.has(path));
}

/**
 * Moves the rotation to `path`. A current file of another glob keeps its place: `isElsewhere` says that it exists but
 * is no present candidate.
 */
export function stand(team: Team, glob: string, path: string, now: string, isElsewhere: boolean): void {
  if (isElsewhere) {
    team.views.set(glob, path);
  } else {
    team.current = path;
    team.views.delete(glob);
  }
  team.switchedAt = now;
}

/** The candidates in turn, from the one after `path` round to itself. */
export function after(inTurn: readonly string[], path: string): string[] {
  const at = inTurn.indexOf(path);
  return [...inTurn.slice(at + 1), ...inTurn.slice(0, at + 1)];
}

/** Writes the rotation of these candidates to the predecessor's keys. */
export function showRotation(
  state: JsonMap,
  team: Team,
  inTurn: readonly string[],
  current: string,
  now: string,
): void {
  const shown: Numbers = {};
  for (const path of inTurn) shown[path] = team.order[path] ?? 0;
  state.set("auth_order", shown);
  state.set("auth_order_updated_at", now);
  state.set("auth_current", current);
  if (team.switchedAt !== undefined) state.set("auth_switched_at", team.switchedAt);
  state.set("updated_at", now);
}
