import { type Layout, sessionStateOf } from "../../core/system/layout.ts";
import {
  emptyGlobalState,
  type GlobalState,
  parseGlobalState,
  parseSessionState,
  type PickMark,
  pickMarkOf,
  recordPick,
  renderGlobalState,
  renderSessionState,
  type SessionState,
} from "../../core/session/state.ts";
import { parseTime } from "../../core/text/time.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import { glanceAt, recallFile, setAside, type StateHost } from "./state_file.ts";

/** The state that commands remember between runs. */
export interface Memory {
  readonly global: GlobalState;
  readonly picks: ReadonlyMap<string, PickMark>;
}

/**
 * Reads the state of these aliases. A broken file is put aside, with one line of warning, and its content is rebuilt; one
 * that can't be read at all is an error. Only under the state lock.
 */
export function recall(host: StateHost, layout: Layout, aliases: readonly string[]): Memory {
  const global = recallGlobal(host, layout, aliases);
  const picks = completed(tableOf(global), aliases, (alias) => recallSession(host, layout, alias));
  return { global, picks };
}

/** Reads the last picks without the lock, as far as they can be read; changes nothing. */
export function glance(layout: Layout, aliases: readonly string[]): ReadonlyMap<string, PickMark> {
  const known = tableOf(glanceAt(layout.globalState, parseGlobalState));
  return completed(known, aliases, (alias) => glanceAt(sessionStateOf(layout, alias), parseSessionState));
}

/** Reads the state of one session. Only under the state lock. */
export function recallSession(host: StateHost, layout: Layout, alias: string): SessionState | undefined {
  return recallFile(host, sessionStateOf(layout, alias), parseSessionState, "starting it anew");
}

/** Records one more pick, and other changes of the global state. Only under the state lock. */
export function remember(
  layout: Layout,
  { global, picks }: Memory,
  session: SessionState | undefined,
  pick: {
    readonly alias: string;
    readonly nowMs: number;
    readonly window: number;
    readonly roundRobinIndex?: number;
    readonly note?: readonly [string, unknown];
  },
): void {
  const { alias, roundRobinIndex = global.roundRobinIndex, note } = pick;
  const seqs = Array.from(picks.values(), ({ seq }) => seq);
  const seq = 1 + Math.max(global.pickSeq, session?.pickSeq ?? 0, ...seqs);
  const picked = recordPick(session, { ...pick, seq });
  const noted = note === undefined ? picked : { ...picked, others: new Map([...picked.others ?? [], note]) };
  replaceFile(sessionStateOf(layout, alias), renderSessionState(noted));
  const marks = new Map(picks).set(alias, pickMarkOf(picked));
  writeGlobal(layout, { ...global, roundRobinIndex, lastAlias: alias, pickSeq: seq, picks: marks });
}

/** Forgets the state of an alias. Only under the state lock. */
export function forget(host: StateHost, layout: Layout, alias: string, others: readonly string[]): void {
  removeFile(sessionStateOf(layout, alias));
  const { global } = recall(host, layout, others);
  const picks = new Map(global.picks);
  if (!picks.delete(alias) && global.lastAlias !== alias) return;
  const lastAlias = global.lastAlias === alias ? "" : global.lastAlias;
  writeGlobal(layout, { ...global, lastAlias, ...(global.picks ? { picks } : {}) });
}

/** Gives a renamed alias its state; done twice it is the same. Only under the state lock. */
export function renamePicks(
  host: StateHost,
  layout: Layout,
  alias: string,
  to: string,
  others: readonly string[],
): void {
  const session = recallSession(host, layout, alias);
  if (session !== undefined) {
    replaceFile(sessionStateOf(layout, to), renderSessionState({ ...session, alias: to }));
    removeFile(sessionStateOf(layout, alias));
  }
  const { global } = recall(host, layout, others);
  const mark = global.picks?.get(alias);
  if (mark === undefined && global.lastAlias !== alias) return;
  const picks = new Map(global.picks);
  picks.delete(alias);
  if (mark !== undefined) picks.set(to, mark);
  const lastAlias = global.lastAlias === alias ? to : global.lastAlias;
  writeGlobal(layout, { ...global, lastAlias, ...(global.picks ? { picks } : {}) });
}

/** The state file of an alias as it is; undefined when there is none. */
export function picksText(layout: Layout, alias: string): string | undefined {
  return readOwn(sessionStateOf(layout, alias), MOST_BYTES.table);
}

/** Gives a returned alias the state that it had, perhaps under another name. Only under the state lock. */
export function returnPicks(layout: Layout, alias: string, text: string): void {
  let session: SessionState;
  try {
    session = parseSessionState(text);
  } catch {
    return; // it was broken before the removal
  }
  replaceFile(sessionStateOf(layout, alias), renderSessionState({ ...session, alias }));
}

/** The table of last picks, if it includes the last pick. */
function tableOf(global: GlobalState | undefined): GlobalState["picks"] {
  const { picks, lastAlias, pickSeq } = global ?? emptyGlobalState();
  return picks?.get(lastAlias)?.seq === pickSeq ? picks : undefined;
}

/** The last picks of all these aliases; those missing in the table come from the sessions' own files. */
function completed(
  known: ReadonlyMap<string, PickMark> | undefined,
  aliases: readonly string[],
  sessionOf: (alias: string) => SessionState | undefined,
): ReadonlyMap<string, PickMark> {
  return new Map(aliases.map((alias) => [alias, known?.get(alias) ?? pickMarkOf(sessionOf(alias))]));
}

function writeGlobal(layout: Layout, global: GlobalState): void {
  replaceFile(layout.globalState, renderGlobalState(global), { keepPrevious: true });
}

function recallGlobal(host: StateHost, layout: Layout, aliases: readonly string[]): GlobalState {
  const text = readOwn(layout.globalState, MOST_BYTES.table);
  if (text === undefined) return emptyGlobalState();
  try {
    return parseGlobalState(text);
  } catch (error) {
    const previous = glanceAt(`${layout.globalState}.prev`, parseGlobalState);
    setAside(
      host,
      layout.globalState,
      error,
      previous ? "using the one before" : "rebuilt from the sessions' own",
    );
    // Its table of picks lacks the last one.
    const { picks: _, ...rest } = previous ?? rebuilt(layout, aliases);
    return rest;
  }
}

/** Rebuilds the global state: the session picked last is the last alias, and its neighbour is next in turn. */
function rebuilt(layout: Layout, aliases: readonly string[]): GlobalState {
  const sessions = aliases.map((alias) => glanceAt(sessionStateOf(layout, alias), parseSessionState))
    .filter((session) => session !== undefined);
  const newest = [...sessions].sort((a, b) => b.pickSeq - a.pickSeq || usedMs(b) - usedMs(a))[0];
  const lastAlias = newest !== undefined && usedMs(newest) > 0 ? newest.alias : "";
  return {
    roundRobinIndex: (aliases.indexOf(lastAlias) + 1) % Math.max(1, aliases.length),
    lastAlias,
    pickSeq: Math.max(0, ...sessions.map((session) => session.pickSeq)),
  };
}

function usedMs(session: SessionState): number {
  return parseTime(session.lastUsedAt) ?? 0;
}
