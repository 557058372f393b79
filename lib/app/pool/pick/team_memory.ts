import { type Roster, teamOf } from "../../../core/pool/state/adopt.ts";
import { isRecord, type Json, type JsonMap } from "../../../core/pool/python/json.ts";
import { accountKey } from "../../../core/codex/account_key.ts";
import { ordinaryLogin } from "../../../core/codex/ordinary_login.ts";
import { accountAt } from "../../codex/account_file.ts";
import { highestOf, isEmpty } from "../../../core/pool/python/numbers.ts";
import {
  moveFile,
  OURS,
  readTeams,
  renderTeams,
  type Team,
  type Teams,
} from "../../../core/pool/state/team_memory.ts";
import { printable } from "../../../core/text/printable.ts";
import { kindOf, readBytes } from "../../../io/files/read.ts";
import { MOST_BYTES } from "../../../io/files/sizes.ts";
import type { Host } from "../../../io/host.ts";
import type { OpenState } from "../store.ts";

/** The usable login of a candidate. */
export interface PoolLogin {
  /** The key of its account; undefined if the file does not contain it. */
  readonly account: string | undefined;
  /** An API key: every turn costs money. */
  readonly isPaid: boolean;
}

/** The memory of one team and of all teams, from an open state. */
export interface TeamMemory {
  readonly teams: Teams;
  readonly team: Team;
}

/** Looks up a team, including the predecessor's changes and renamed files. */
export function recallTeam({ state, report }: OpenState, roster: Roster): TeamMemory {
  const teams = readTeams(state, report);
  const team = teamOf(state, teams, roster, report);
  followMoves(state, teams, team, roster);
  return { teams, team };
}

/** Writes the teams back into the open state. */
export function keepTeams({ state }: OpenState, teams: Teams): void {
  const ours = renderTeams(teams);
  if (ours === undefined) state.delete(OURS);
  else state.set(OURS, ours);
}

/** The login in a candidate; an unusable one is named on stderr and gives undefined. */
export async function usableLogin(host: Pick<Host, "err">, path: string): Promise<PoolLogin | undefined> {
  const ordinary = ordinaryLoginAt(path);
  if (ordinary !== undefined) return { account: accountKey(ordinary), isPaid: false };
  // Loaded for other files only: the rules for all of them take longer to load than a pick of an ordinary one.
  const { loginAt } = await import("../../codex/auth_file.ts");
  const { account, problem } = loginAt(path);
  if (problem === undefined) return { account: accountKey(account), isPaid: account.kind === "apikey" };
  host.err(`⚠️ passed over: ${printable(path, 4096)}: ${printable(problem)}\n`);
  return undefined;
}

function ordinaryLoginAt(path: string): ReturnType<typeof ordinaryLogin> {
  try {
    return ordinaryLogin(readBytes(path, MOST_BYTES.login) ?? new Uint8Array());
  } catch {
    return undefined; // `loginAt` tells why it can't be read
  }
}

/** Reports backups that were passed over for better files. */
export function namePassedOver(host: Pick<Host, "err">, backups: readonly string[]): void {
  for (const path of backups) {
    host.err(`⚠️ passed over: ${printable(path, 4096)}: it is a backup, by its name\n`);
  }
}

/** Remembers the account of a chosen file, to recognize it after a rename. */
export function noteAccount(teams: Teams, path: string, { account }: PoolLogin): void {
  if (account === undefined) delete teams.accounts[path];
  else teams.accounts[path] = account;
}

/** Moves the memory of vanished files to new files with the same account; reads new files only if one has vanished. */
function followMoves(state: JsonMap, teams: Teams, team: Team, roster: Roster): void {
  const unknown = roster.files.filter((path) => !(path in team.counts || path in team.order));
  if (unknown.length === 0) return;
  const present = new Set(roster.files);
  const vanished = new Map<string, string>();
  for (const [path, account] of Object.entries(teams.accounts)) {
    if (!present.has(path) && kindOf(path) === undefined) vanished.set(account, path);
  }
  if (vanished.size === 0) return;
  const ceiling = isEmpty(team.counts) && isEmpty(team.order) ? undefined : highestOf(team.counts);
  const gone = new Set<string>();
  const move = (from: string, to: string) => {
    moveFile(teams, from, to, team, ceiling);
    for (const key of ["auth_counts", "auth_order"]) renameKey(state.get(key), from, to);
  };
  for (const path of unknown) {
    const from = vanished.get(accountKey(accountAt(path)) ?? "");
    if (from === undefined) continue;
    for (const [dir, old] of teams.byDir) {
      if (old !== team && (from in old.counts || from in old.order) && kindOf(dir) === undefined) {
        gone.add(dir);
      }
    }
    move(from, path);
    vanished.delete(teams.accounts[path] ?? "");
  }
  // A moved directory also contains files that were never chosen.
  for (const dir of gone) {
    for (const path of unknown.filter((path) => !(path in team.counts || path in team.order))) {
      move(`${dir}${path.slice(roster.dir.length)}`, path);
    }
  }
}

function renameKey(record: Json | undefined, from: string, to: string): void {
  if (!isRecord(record) || record[from] === undefined) return;
  const numbers = record as Record<string, Json>;
  numbers[to] = record[from];
  delete numbers[from];
}
