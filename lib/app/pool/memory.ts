import { type Roster, teamOf } from "../../core/pool/adopt.ts";
import type { JsonMap } from "../../core/pool/json.ts";
import { type Login, loginIn } from "../../core/pool/login.ts";
import type { Whole } from "../../core/pool/python.ts";
import { moveFile, OURS, readTeams, renderTeams, type Team, type Teams } from "../../core/pool/teams.ts";
import { errnoOf } from "../../core/failure.ts";
import { printable } from "../../core/screen.ts";
import { kindOf } from "../../io/directory.ts";
import { readText } from "../../io/files.ts";
import type { Host } from "../../io/host.ts";
import type { OpenState } from "./store.ts";

/** What is remembered of one team, out of an open state. */
export interface TeamMemory {
  readonly teams: Teams;
  readonly team: Team;
}

/** Looks a team up, with what the predecessor changed and with files that got other names since. */
export function recallTeam({ state, report }: OpenState, roster: Roster): TeamMemory {
  const teams = readTeams(state, report);
  const team = teamOf(state, teams, roster, report);
  followMoves(state, teams, team, roster);
  return { teams, team };
}

/** Puts it back into the open state. */
export function keepTeams({ state }: OpenState, teams: Teams): void {
  const ours = renderTeams(teams);
  if (ours === undefined) state.delete(OURS);
  else state.set(OURS, ours);
}

/** The login in a candidate; one that can't be used is named on stderr and undefined. */
export function usableLogin(host: Pick<Host, "err">, path: string): Login | undefined {
  let login: Login;
  try {
    const text = readText(path);
    login = text === undefined ? { problem: "it is gone", account: undefined } : loginIn(text);
  } catch (error) {
    login = { problem: `it can't be read (${errnoOf(error) ?? "error"})`, account: undefined };
  }
  if (login.problem === undefined) return login;
  host.err(`⚠️ passed over: ${printable(path, 4096)}: ${login.problem}\n`);
  return undefined;
}

/** Remembers whose login a chosen file holds, to know it again under another name. */
export function noteAccount(teams: Teams, path: string, { account }: Login): void {
  if (account === undefined) teams.accounts.delete(path);
  else teams.accounts.set(path, account);
}

/** New files are looked into only when one that was chosen before has vanished. */
function followMoves(state: JsonMap, teams: Teams, team: Team, roster: Roster): void {
  const unknown = roster.files.filter((path) => !team.counts.has(path) && !team.order.has(path));
  if (unknown.length === 0 || teams.accounts.size === 0) return;
  const present = new Set(roster.files);
  const vanished = new Map<string, string>();
  for (const [path, account] of teams.accounts) {
    if (!present.has(path) && kindOf(path) === undefined) vanished.set(account, path);
  }
  if (vanished.size === 0) return;
  const ceiling = team.counts.size + team.order.size === 0 ? undefined : highest(team);
  const gone = new Set<string>();
  const move = (from: string, to: string) => {
    moveFile(teams, from, to, team, ceiling);
    for (const key of ["auth_counts", "auth_order"]) renameKey(state.get(key), from, to);
  };
  for (const path of unknown) {
    const from = vanished.get(accountOf(path) ?? "");
    if (from === undefined) continue;
    for (const [dir, old] of teams.byDir) {
      if (old !== team && (old.counts.has(from) || old.order.has(from)) && kindOf(dir) === undefined) {
        gone.add(dir);
      }
    }
    move(from, path);
    vanished.delete(teams.accounts.get(path) ?? "");
  }
  // A directory that was moved takes those along that were never chosen.
  for (const dir of gone) {
    for (const path of unknown.filter((path) => !team.counts.has(path) && !team.order.has(path))) {
      move(`${dir}${path.slice(roster.dir.length)}`, path);
    }
  }
}

function accountOf(path: string): string | undefined {
  try {
    return loginIn(readText(path) ?? "").account;
  } catch {
    return undefined; // not ours to read
  }
}

function highest(team: Team): Whole {
  let most: Whole = 0;
  for (const count of team.counts.values()) {
    if (count > most) most = count;
  }
  return most;
}

function renameKey(map: unknown, from: string, to: string): void {
  if (!(map instanceof Map) || !map.has(from)) return;
  map.set(to, map.get(from));
  map.delete(from);
}
