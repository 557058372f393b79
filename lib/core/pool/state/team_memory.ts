import { Failure } from "../../text/failure.ts";
import { fieldsOf, isRecord, type Json, type JsonMap } from "../python/json.ts";
import { isEmpty, isPath, type Numbers, numbersOf, type Report } from "../python/numbers.ts";
import { strip, type Whole } from "../python/whole.ts";

/** The memory of one team directory, by real path of the auth file, absent files included. */
export interface Team {
  /** Starts so far. */
  readonly counts: Numbers;
  /** Places in the rotation, lowest first. */
  readonly order: Numbers;
  current: string | undefined;
  switchedAt: string | undefined;
  /** The position of the rotation for a glob that leaves `current` out. */
  readonly views: Map<string, string>;
  /** Recent starts of workers per file, epoch milliseconds; kept where limits decide. */
  readonly starts: Record<string, readonly number[]>;
}

/**
 * All that goes beyond the predecessor's own keys. It is under one key that the predecessor keeps and ignores; its own
 * keys show the team used last.
 */
export interface Teams {
  readonly byDir: Map<string, Team>;
  /** The account (a hash) of each file when it was chosen, by real path. */
  readonly accounts: Record<string, string>;
  /** The predecessor's values for a team not seen yet. */
  readonly unclaimed: Team;
  /** The team that the predecessor's keys show, and the `auth_current` written there. */
  readonly shown: { counts: string | undefined; rotation: string | undefined; current: string | undefined };
  /** Keys of a later version. */
  readonly others: JsonMap;
}

/** The key of the predecessor's file that only we use. */
export const OURS = "agentlb";
const VERSION = 1;

export function emptyTeam(): Team {
  return { counts: {}, order: {}, current: undefined, switchedAt: undefined, views: new Map(), starts: {} };
}

/** Reads our part of a state. Throws Failure when a later version wrote it in another way. */
export function readTeams(state: JsonMap, report: Report): Teams {
  const ours = mapOf(state.get(OURS));
  const version = ours.get("v");
  if (typeof version === "number" && version > VERSION) {
    throw new Failure("failed", `Cannot use the state: it was written by a later version (v ${version})`, {
      hint: "use that version, or remove the key agentlb from the state file",
    });
  }
  const shown = mapOf(ours.get("shown"));
  const known = new Set(["v", "teams", "accounts", "unclaimed", "shown"]);
  return {
    byDir: new Map(Array.from(mapOf(ours.get("teams")), ([dir, team]) => [dir, readTeam(team, report)])),
    accounts: accountsOf(ours.get("accounts")),
    unclaimed: readTeam(ours.get("unclaimed"), report),
    shown: {
      counts: textOf(shown.get("counts")),
      rotation: textOf(shown.get("rotation")),
      current: textOf(shown.get("current")),
    },
    others: new Map([...ours].filter(([key]) => !known.has(key))),
  };
}

/** Our part of a state as JSON; undefined when it is empty. */
export function renderTeams(teams: Teams): JsonMap | undefined {
  const byDir: JsonMap = new Map();
  for (const [dir, team] of teams.byDir) {
    const rendered = renderTeam(team);
    if (rendered.size > 0) byDir.set(dir, rendered);
  }
  const ours: JsonMap = new Map();
  if (byDir.size > 0) ours.set("teams", byDir);
  if (!isEmpty(teams.accounts)) ours.set("accounts", teams.accounts);
  const unclaimed = renderTeam(teams.unclaimed);
  if (unclaimed.size > 0) ours.set("unclaimed", unclaimed);
  const shown = new Map(Object.entries(teams.shown).filter((entry) => entry[1] !== undefined));
  if (shown.size > 0) ours.set("shown", shown as JsonMap);
  for (const [key, value] of teams.others) ours.set(key, value);
  return ours.size === 0 ? undefined : new Map<string, Json>([["v", VERSION], ...ours]);
}

/** The memory after `reset-state`: the accounts of files, and the rotations if those are kept. */
export function withoutCounts(teams: Teams, keepsRotation: boolean): Teams {
  const bare = (team: Team): Team => keepsRotation ? { ...team, counts: {}, starts: {} } : emptyTeam();
  const { rotation, current } = teams.shown;
  return {
    ...teams,
    byDir: new Map(Array.from(teams.byDir, ([dir, team]) => [dir, bare(team)])),
    accounts: keepsRotation ? teams.accounts : {},
    unclaimed: bare(teams.unclaimed),
    shown: keepsRotation
      ? { counts: undefined, rotation, current }
      : { counts: undefined, rotation: undefined, current: undefined },
  };
}

/** Moves the memory of a renamed file, perhaps to another team. */
export function moveFile(
  teams: Teams,
  from: string,
  to: string,
  team: Team,
  ceiling: Whole | undefined,
): void {
  for (const old of [...teams.byDir.values(), teams.unclaimed]) {
    const isSame = old === team;
    const count = old.counts[from];
    if (count !== undefined) {
      team.counts[to] = isSame || ceiling === undefined || count < ceiling ? count : ceiling;
      delete old.counts[from];
    }
    const starts = old.starts[from];
    delete old.starts[from];
    if (starts !== undefined && isSame) team.starts[to] = starts;
    const place = old.order[from];
    if (place !== undefined) {
      if (isSame || ceiling === undefined) team.order[to] = place;
      delete old.order[from];
    }
    if (old.current === from) {
      if (isSame || team.current === undefined) [team.current, team.switchedAt] = [to, old.switchedAt];
      if (!isSame) [old.current, old.switchedAt] = [undefined, undefined];
    }
    for (const [view, path] of old.views) {
      if (path === from && isSame) old.views.set(view, to);
    }
  }
  const account = teams.accounts[from];
  delete teams.accounts[from];
  if (account !== undefined) teams.accounts[to] = account;
}

function readTeam(value: Json | undefined, report: Report): Team {
  const team = mapOf(value);
  return {
    counts: numbersOf(team.get("counts"), "counts", report),
    order: numbersOf(team.get("order"), "order", report),
    current: textOf(team.get("current")),
    switchedAt: textOf(team.get("switched_at")),
    views: textsOf(team.get("views")),
    starts: startsOf(team.get("starts")),
  };
}

function renderTeam(team: Team): JsonMap {
  const entries: readonly [string, Json | undefined][] = [
    ["current", team.current],
    ["switched_at", team.switchedAt],
    ["order", isEmpty(team.order) ? undefined : team.order],
    ["counts", isEmpty(team.counts) ? undefined : team.counts],
    ["views", team.views.size === 0 ? undefined : team.views],
    ["starts", isEmpty(team.starts) ? undefined : new Map(Object.entries(team.starts)) as JsonMap],
  ];
  return new Map(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

export function mapOf(value: Json | undefined): JsonMap {
  return fieldsOf(value) ?? new Map();
}

/** A text that is not empty. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" && strip(value) !== "" ? strip(value) : undefined;
}

/** Hashes by real path. */
function accountsOf(value: Json | undefined): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string")) {
    return value as Record<string, string>;
  }
  return Object.fromEntries([...textsOf(value)].filter(([path]) => isPath(path)));
}

function startsOf(value: Json | undefined): Record<string, readonly number[]> {
  const starts: Record<string, readonly number[]> = {};
  for (const [path, times] of mapOf(value)) {
    const known = Array.isArray(times) ? times.filter((time) => typeof time === "number") : [];
    if (path.startsWith("/") && known.length > 0) starts[path] = known;
  }
  return starts;
}

function textsOf(value: Json | undefined): Map<string, string> {
  return new Map(
    [...mapOf(value)].filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
