import type { JsonMap } from "./json.ts";
import { type Report, wholesOf } from "./numbers.ts";
import type { Whole } from "./python.ts";
import { emptyTeam, type Team, type Teams, textOf } from "./teams.ts";

/** A team directory (its real path) and the files in it that are candidates now. */
export interface Roster {
  readonly dir: string;
  readonly files: readonly string[];
}

/**
 * The memory of a team, made if need be, once what the predecessor changed in its own keys since our last write is
 * taken over: a map of its names one team's files at a time, and its values win for them.
 */
export function teamOf(state: JsonMap, teams: Teams, { dir, files }: Roster, report: Report): Team {
  const team = teams.byDir.get(dir) ?? emptyTeam();
  teams.byDir.set(dir, team);
  const present = new Set(files);
  const owner = (paths: readonly string[], shown: string | undefined) =>
    ownerOf(paths, teams, shown === undefined ? undefined : teams.byDir.get(shown), team, present);

  const counts = wholesOf(state.get("auth_counts"), "auth_counts", report);
  merge(owner([...counts.keys()], teams.shown.counts).counts, counts);

  const order = wholesOf(state.get("auth_order"), "auth_order", report);
  const current = textOf(state.get("auth_current"));
  const named = order.size > 0 || current === undefined ? [...order.keys()] : [current];
  const rotating = owner(named, teams.shown.rotation);
  merge(rotating.order, order);
  if (current !== undefined && current !== teams.shown.current) {
    rotating.current = current;
    rotating.switchedAt = textOf(state.get("auth_switched_at"));
  }
  claim(team, teams.unclaimed, files, present);
  return team;
}

/** The team that most of these files belong to; the unclaimed one when none is known. */
function ownerOf(
  paths: readonly string[],
  teams: Teams,
  shown: Team | undefined,
  asking: Team,
  present: ReadonlySet<string>,
): Team {
  const knows = (team: Team) => (path: string) =>
    team.counts.has(path) || team.order.has(path) || (team === asking && present.has(path));
  if (shown !== undefined && paths.every(knows(shown))) return shown;
  let [best, most] = [teams.unclaimed, 0];
  for (const team of new Set([...shown === undefined ? [] : [shown], asking, ...teams.byDir.values()])) {
    const known = paths.filter(knows(team)).length;
    if (known > most) [best, most] = [team, known];
  }
  return best;
}

function merge(into: Map<string, Whole>, numbers: ReadonlyMap<string, Whole>): void {
  for (const [path, number] of numbers) {
    if (into.get(path) !== number) into.set(path, number);
  }
}

/** Takes what the predecessor remembered of these files. */
function claim(team: Team, unclaimed: Team, files: readonly string[], present: ReadonlySet<string>): void {
  for (const key of ["counts", "order"] as const) {
    if (unclaimed[key].size === 0) continue;
    for (const path of files) {
      const number = unclaimed[key].get(path);
      if (number !== undefined && !team[key].has(path)) team[key].set(path, number);
      unclaimed[key].delete(path);
    }
  }
  if (unclaimed.current !== undefined && present.has(unclaimed.current)) {
    team.current ??= unclaimed.current;
    team.switchedAt ??= unclaimed.switchedAt;
    unclaimed.current = undefined;
    unclaimed.switchedAt = undefined;
  }
}
