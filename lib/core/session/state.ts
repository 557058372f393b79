import {
  isTooDeep,
  type JsonObject,
  objectOf,
  recordOf,
  renderObject,
  textOf,
  wellFormed,
} from "../text/json.ts";
import { formatTime, formatTimeMs, parseTime } from "../text/time.ts";

/** state/global.json. */
export interface GlobalState {
  readonly roundRobinIndex: number;
  readonly lastAlias: string;
  /** The number of picks so far; each pick takes the next number. */
  readonly pickSeq: number;
  /** A copy of the last picks in the sessions' own files. The predecessor drops it when it picks. */
  readonly picks?: ReadonlyMap<string, PickMark>;
  /** Keys of other programs, kept on writing. */
  readonly others?: JsonObject;
}

/** The last pick of an alias. */
export interface PickMark {
  /** Epoch milliseconds; undefined = never. */
  readonly atMs: number | undefined;
  readonly seq: number;
}

/** state/sessions/<alias>.json: the past picks of one alias. Times are RFC 3339 or empty. */
export interface SessionState {
  readonly alias: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  /** Unix seconds, oldest first. */
  readonly recentAssignments: readonly number[];
  /** With milliseconds; empty when the predecessor, which drops unknown keys, wrote last. */
  readonly lastSelectedAt: string;
  readonly pickSeq: number;
  readonly others?: JsonObject;
}

export interface PickRecord {
  readonly alias: string;
  readonly nowMs: number;
  readonly seq: number;
  /** The number of pick times to keep. */
  readonly window: number;
}

const GLOBAL = "invalid global state";
const SESSION = "invalid session state";

export function emptyGlobalState(): GlobalState {
  return { roundRobinIndex: 0, lastAlias: "", pickSeq: 0 };
}

/** Throws Error with the reason when the text is not one that a program wrote. */
export function parseGlobalState(text: string): GlobalState {
  const file = open(text, GLOBAL);
  required(file, "round_robin_index", GLOBAL);
  const roundRobinIndex = wholeNumber(file.get("round_robin_index"));
  if (roundRobinIndex === undefined || roundRobinIndex < 0) {
    throw new Error(`${GLOBAL}: round_robin_index is not a whole number from 0`);
  }
  return {
    roundRobinIndex,
    lastAlias: words(file, "last_alias", GLOBAL),
    pickSeq: Math.max(0, wholeNumber(file.get("pick_seq")) ?? 0),
    ...picksIn(file.get("picks")),
    ...others(file, ["round_robin_index", "last_alias", "pick_seq", "picks"], GLOBAL),
  };
}

export function renderGlobalState({ picks, ...state }: GlobalState): string {
  const head = renderObject([
    ["round_robin_index", state.roundRobinIndex],
    ...optional("last_alias", state.lastAlias),
    ...optional("pick_seq", state.pickSeq),
    ...state.others ?? [],
  ]);
  if (picks === undefined) return `${head}\n`;
  if (picks.size === 0) return `${head.slice(0, -2)},\n  "picks": {}\n}\n`;
  // A line for each, written out: every pick writes all of them.
  const lines = Array.from(picks, ([alias, { atMs, seq }]) => {
    const at = atMs === undefined ? "" : `"at":${atMs},`;
    return `    ${JSON.stringify(wellFormed(alias))}: {${at}"seq":${seq}}`;
  });
  return `${head.slice(0, -2)},\n  "picks": {\n${lines.join(",\n")}\n  }\n}\n`;
}

/** Throws Error with the reason when the text is not one that a program wrote. */
export function parseSessionState(text: string): SessionState {
  const file = open(text, SESSION);
  required(file, "alias", SESSION);
  required(file, "created_at", SESSION);
  const times = wholeNumbers(file.get("recent_assignments") ?? []);
  if (times === undefined) throw new Error(`${SESSION}: recent_assignments is not a list of whole numbers`);
  return {
    alias: words(file, "alias", SESSION),
    createdAt: words(file, "created_at", SESSION),
    lastUsedAt: words(file, "last_used_at", SESSION),
    recentAssignments: times,
    lastSelectedAt: textOf(file.get("last_selected_at")),
    pickSeq: Math.max(0, wholeNumber(file.get("pick_seq")) ?? 0),
    ...others(file, [
      "alias",
      "created_at",
      "last_used_at",
      "recent_assignments",
      "last_selected_at",
      "pick_seq",
    ], SESSION),
  };
}

export function renderSessionState(state: SessionState): string {
  return `${
    renderObject([
      ["alias", state.alias],
      ["created_at", state.createdAt],
      ...optional("last_used_at", state.lastUsedAt),
      ...optional("recent_assignments", state.recentAssignments),
      ...optional("last_selected_at", state.lastSelectedAt),
      ...optional("pick_seq", state.pickSeq),
      ...state.others ?? [],
    ])
  }\n`;
}

/** The state of an alias after one more pick. */
export function recordPick(session: SessionState | undefined, pick: PickRecord): SessionState {
  const lastUsedAt = formatTime(pick.nowMs);
  const times = [...session?.recentAssignments ?? [], Math.floor(pick.nowMs / 1000)];
  return {
    ...session,
    alias: pick.alias,
    createdAt: session?.createdAt || lastUsedAt,
    lastUsedAt,
    recentAssignments: times.slice(-Math.max(1, pick.window)),
    lastSelectedAt: formatTimeMs(pick.nowMs),
    pickSeq: pick.seq,
  };
}

/** The last pick in a session's own file. */
export function pickMarkOf(session: SessionState | undefined): PickMark {
  const atMs = parseTime(session?.lastSelectedAt) ?? parseTime(session?.lastUsedAt);
  return { atMs, seq: session?.pickSeq ?? 0 };
}

/** The time of an alias' last pick, epoch ms: the newer of its state and its status; undefined = never. */
export function lastSelectedMs(pick: PickMark | undefined, inStatus: string): number | undefined {
  const known = [pick?.atMs, parseTime(inStatus)].filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Unreadable entries are left out: the session's own file has them. */
function picksIn(value: unknown): { picks?: ReadonlyMap<string, PickMark> } {
  const table = objectOf(value);
  if (table === undefined) return {};
  const picks = new Map<string, PickMark>();
  for (const [alias, each] of table) {
    const mark = recordOf(each);
    const [at, seq] = [mark?.at, wholeNumber(mark?.seq)];
    const atMs = wholeNumber(at);
    if (seq !== undefined && (at === undefined || atMs !== undefined)) picks.set(alias, { atMs, seq });
  }
  return { picks };
}

function open(text: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
  const object = objectOf(value);
  if (object === undefined) throw new Error(`${what}: not an object`);
  return object;
}

function required(file: JsonObject, key: string, what: string): void {
  if (!file.has(key)) throw new Error(`${what}: missing field \`${key}\``);
}

function words(file: JsonObject, key: string, what: string): string {
  const value = file.get(key) ?? "";
  if (typeof value !== "string") throw new Error(`${what}: ${key} is not a text`);
  return value;
}

function others(file: JsonObject, known: readonly string[], what: string): { others?: JsonObject } {
  const rest = new Map([...file].filter(([key]) => !known.includes(key)));
  for (const [key, value] of rest) {
    if (isTooDeep(value)) throw new Error(`${what}: \`${key}\` is nested too deeply`);
  }
  return rest.size === 0 ? {} : { others: rest };
}

function wholeNumber(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) + 0;
}

function wholeNumbers(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.map(wholeNumber).filter((number) => number !== undefined);
  return numbers.length === value.length ? numbers : undefined;
}

/** The predecessor omits empty values. */
function optional(key: string, value: string | number | readonly number[]): (readonly [string, unknown])[] {
  const empty = value === "" || value === 0 || (Array.isArray(value) && value.length === 0);
  return empty ? [] : [[key, value]];
}
