import type { JsonMap } from "../python/json.ts";
import { isEmpty, type Numbers, numbersOf, type Report } from "../python/numbers.ts";
import { emptyTeam, type Team, type Teams, textOf } from "./team_memory.ts";

/** A team directory (its real path) and its present candidates. */
export interface Roster {
  readonly dir: string;
  readonly files: readonly string[];
}

/**
 * The memory of a team, created if missing. Takes over the predecessor's changes to its own keys since our last write:
 * each of its maps holds one team's files at a time, and its values win for them.
 */
export function teamOf(state: JsonMap, teams: Teams, { dir, files }: Roster, report: Report): Team {
  const team = teams.byDir.get(dir) ?? emptyTeam();
  teams.byDir.set(dir, team);
  const present = new Set(files);
  const owner = (paths: readonly string[], shown: string | undefined) =>
    ownerOf(paths, teams, shown === undefined ? undefined : teams.byDir.get(shown), team, present);

  const counts = numbersOf(state.get("auth_counts"), "auth_counts", report);
  merge(owner(Object.keys(counts), teams.shown.counts).counts, counts);

  const order = numbersOf(state.get("auth_order"), "auth_order", report);
  const current = textOf(state.get("auth_current"));
  const places = Object.keys(order);
  const named = places.length > 0 || current === undefined ? places : [current];
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
    path in team.counts || path in team.order || (team === asking && present.has(path));
  if (shown !== undefined && paths.every(knows(shown))) return shown;
  let [best, most] = [teams.unclaimed, 0];
  for (const team of new Set([...shown === undefined ? [] : [shown], asking, ...teams.byDir.values()])) {
    const known = paths.filter(knows(team)).length;
    if (known > most) [best, most] = [team, known];
  }
  return best;
}

function merge(into: Numbers, numbers: Numbers): void {
  for (const path in numbers) {
    if (into[path] !== numbers[path]) into[path] = numbers[path]!;
  }
}

/** Takes over the predecessor's memory of these files. */
function claim(team: Team, unclaimed: Team, files: readonly string[], present: ReadonlySet<string>): void {
  for (const key of ["counts", "order"] as const) {
    if (isEmpty(unclaimed[key])) continue;
    for (const path of files) {
      const number = unclaimed[key][path];
      if (number !== undefined) team[key][path] ??= number;
      delete unclaimed[key][path];
    }
  }
  if (unclaimed.current !== undefined && present.has(unclaimed.current)) {
    team.current ??= unclaimed.current;
    team.switchedAt ??= unclaimed.switchedAt;
    unclaimed.current = undefined;
    unclaimed.switchedAt = undefined;
  }
}
