import { Failure } from "../../../core/text/failure.ts";
import type { Roster } from "../../../core/pool/state/adopt.ts";
import { after, showRotation, stand, standing, turns } from "../../../core/pool/state/rotation_order.ts";
import type { Teams } from "../../../core/pool/state/team_memory.ts";
import { kindOf, resolvedPath } from "../../../io/files/read.ts";
import type { Host } from "../../../io/host.ts";
import type { PoolSettings } from "../load.ts";
import { withoutBackups } from "./auth_files.ts";
import { keepTeams, namePassedOver, noteAccount, recallTeam, usableLogin } from "./team_memory.ts";
import { changeState, type OpenState } from "../store.ts";

export interface Advance {
  /** Rotates only if this file is the current one (compare-and-set). */
  readonly expected?: string;
  /** The file to rotate to, if usable, instead of the next in turn. */
  readonly to?: string;
}

/** The position of a team's rotation. */
export interface Turn {
  readonly current: string;
  /** All candidates, in turn. */
  readonly inTurn: readonly string[];
  /** The time of the last rotation, in local time; undefined if this call rotated, or if it is unknown. */
  readonly switchedAt: string | undefined;
  /** True if this call rotated. */
  readonly advanced: boolean;
}

type HostPart = Pick<Host, "clock" | "env" | "err" | "random" | "system">;
type Settings = Pick<PoolSettings, "stateFile" | "authTeamGlob">;

/**
 * The current auth file of a team with team_cycle; `files` are its candidates from `listAuthFiles`. An unusable one is
 * named on stderr and replaced by the next. Throws Failure if none can be used.
 */
export async function currentAuth(
  host: HostPart,
  settings: Settings,
  dir: string,
  files: readonly string[],
): Promise<string> {
  return (await currentTurn(host, settings, dir, files)).current;
}

/** The same, with the details for a watcher. */
export async function currentTurn(
  host: HostPart,
  settings: Settings,
  dir: string,
  files: readonly string[],
): Promise<Turn> {
  return await changeState(host, settings, (open) => turn(host, settings, open, dir, files));
}

/** Rotates a team to its next auth file; `advanced` = this call did. Throws Failure if none can be used. */
export async function advanceAuth(
  host: HostPart,
  settings: Settings,
  dir: string,
  files: readonly string[],
  advance: Advance = {},
): Promise<{ current: string; advanced: boolean }> {
  return await changeState(host, settings, (open) => turn(host, settings, open, dir, files, advance));
}

async function turn(
  host: HostPart,
  { authTeamGlob }: Settings,
  open: OpenState,
  dir: string,
  files: readonly string[],
  advance?: Advance,
): Promise<Turn> {
  const roster: Roster = { dir: resolvedPath(dir), files };
  const { teams, team } = recallTeam(open, roster);
  const inTurn = turns(team, files);
  const stood = standing(team, authTeamGlob, files);
  const start = stood ?? inTurn[0];
  if (start === undefined) throw nothingUsable(roster.dir);
  const moves = advance !== undefined && (advance.expected === undefined || advance.expected === start);
  const current = await firstUsable(host, teams, tryOrder(inTurn, start, moves ? advance : undefined));
  if (current === undefined) throw nothingUsable(roster.dir);
  if (current !== stood || moves) {
    const isElsewhere = team.current !== undefined && !files.includes(team.current) &&
      kindOf(team.current) !== undefined;
    stand(team, authTeamGlob, current, open.now, isElsewhere);
  }
  showRotation(open.state, team, inTurn, current, open.now);
  teams.shown.rotation = roster.dir;
  teams.shown.current = current;
  keepTeams(open, teams);
  const switchedAt = current === stood ? team.switchedAt : undefined;
  return { current, inTurn, switchedAt, advanced: moves && current !== start };
}

/** The candidates in the order of the attempts. */
function tryOrder(inTurn: readonly string[], start: string, advance: Advance | undefined): string[] {
  const following = after(inTurn, start);
  if (advance === undefined) return [start, ...following.slice(0, -1)];
  const { to } = advance;
  return to !== undefined && inTurn.includes(to)
    ? [to, ...following.filter((path) => path !== to)]
    : following;
}

/** The first usable candidate, backups last; the ones before it are named on stderr. */
async function firstUsable(
  host: HostPart,
  teams: Teams,
  paths: readonly string[],
): Promise<string | undefined> {
  const { own, backups } = withoutBackups(paths);
  for (const path of [...own, ...backups]) {
    const login = await usableLogin(host, path);
    if (login === undefined) continue;
    const before = paths.slice(0, paths.indexOf(path));
    if (own.includes(path)) namePassedOver(host, backups.filter((backup) => before.includes(backup)));
    noteAccount(teams, path, login);
    return path;
  }
  return undefined;
}

function nothingUsable(dir: string): Failure {
  return new Failure("failed", `❌ no auth file under ${dir} can be used`, { verbatim: true });
}
