import { wordsOf } from "../core/failure.ts";
import { type Layout, sessionStateOf } from "../core/layout.ts";
import {
  emptyGlobalState,
  type GlobalState,
  parseGlobalState,
  parseSessionState,
  recordPick,
  renderGlobalState,
  renderSessionState,
  type SessionState,
} from "../core/state.ts";
import { parseTime } from "../core/time.ts";
import { putAside, readText, replaceFile } from "../io/files.ts";
import { removeFile } from "../io/folders.ts";
import type { Host } from "../io/host.ts";

/** What commands remember between runs. */
export interface Memory {
  readonly global: GlobalState;
  readonly sessions: ReadonlyMap<string, SessionState>;
}

type Told = Pick<Host, "clock" | "err">;

/**
 * Reads what is remembered of these aliases. A file that makes no sense is put aside, said in one line, and what it
 * held is rebuilt; one that can't be read at all is an error. Only under the state lock.
 */
export function recall(host: Told, layout: Layout, aliases: readonly string[]): Memory {
  const sessions = recallSessions(
    layout,
    aliases,
    (path, problem) => setAside(host, path, problem, "starting it anew"),
  );
  const text = readText(layout.globalState);
  if (text === undefined) return { global: emptyGlobalState(), sessions };
  try {
    return { global: parseGlobalState(text), sessions };
  } catch (error) {
    const previous = generationBefore(layout);
    const how = previous ? "using the one before" : "rebuilt from the sessions' own";
    setAside(host, layout.globalState, error, how);
    return { global: previous ?? rebuilt(aliases, sessions), sessions };
  }
}

/** What can be read of it without the lock; nothing is changed. */
export function glance(layout: Layout, aliases: readonly string[]): ReadonlyMap<string, SessionState> {
  return recallSessions(layout, aliases, () => {});
}

/** Records one more pick, and whatever else of the global state changed. Only under the state lock. */
export function remember(
  layout: Layout,
  memory: Memory,
  pick: {
    readonly alias: string;
    readonly nowMs: number;
    readonly window: number;
    readonly roundRobinIndex?: number;
  },
  note?: readonly [string, unknown],
): void {
  const { global, sessions } = memory;
  const seq = 1 + Math.max(global.pickSeq, ...Array.from(sessions.values(), (session) => session.pickSeq));
  const session = recordPick(sessions.get(pick.alias), { ...pick, seq });
  const noted = note === undefined
    ? session
    : { ...session, others: new Map([...session.others ?? [], note]) };
  replaceFile(sessionStateOf(layout, pick.alias), renderSessionState(noted));
  writeGlobal(layout, {
    ...global,
    roundRobinIndex: pick.roundRobinIndex ?? global.roundRobinIndex,
    lastAlias: pick.alias,
    pickSeq: seq,
  });
}

/** Forgets an alias. Only under the state lock. */
export function forget(host: Told, layout: Layout, alias: string, others: readonly string[]): void {
  removeFile(sessionStateOf(layout, alias));
  const { global } = recall(host, layout, others);
  if (global.lastAlias === alias) writeGlobal(layout, { ...global, lastAlias: "" });
}

function writeGlobal(layout: Layout, global: GlobalState): void {
  replaceFile(layout.globalState, renderGlobalState(global), { keepPrevious: true });
}

function recallSessions(
  layout: Layout,
  aliases: readonly string[],
  refused: (path: string, problem: unknown) => void,
): Map<string, SessionState> {
  const sessions = new Map<string, SessionState>();
  for (const alias of aliases) {
    const path = sessionStateOf(layout, alias);
    const text = readText(path);
    if (text === undefined) continue;
    try {
      sessions.set(alias, parseSessionState(text));
    } catch (error) {
      refused(path, error);
    }
  }
  return sessions;
}

function generationBefore(layout: Layout): GlobalState | undefined {
  try {
    const text = readText(`${layout.globalState}.prev`);
    return text === undefined ? undefined : parseGlobalState(text);
  } catch {
    return undefined; // as bad as its successor
  }
}

/** The session used last is the last alias, and its neighbour is next in turn. */
function rebuilt(aliases: readonly string[], sessions: ReadonlyMap<string, SessionState>): GlobalState {
  const newest = [...sessions.values()].sort((a, b) => b.pickSeq - a.pickSeq || usedMs(b) - usedMs(a))[0];
  const lastAlias = newest !== undefined && usedMs(newest) > 0 ? newest.alias : "";
  return {
    roundRobinIndex: (aliases.indexOf(lastAlias) + 1) % Math.max(1, aliases.length),
    lastAlias,
    pickSeq: Math.max(0, ...Array.from(sessions.values(), (session) => session.pickSeq)),
  };
}

function usedMs(session: SessionState): number {
  return parseTime(session.lastUsedAt) ?? 0;
}

function setAside(host: Told, path: string, problem: unknown, how: string): void {
  const aside = putAside(path, host.clock.now());
  host.err(`agentlb: warning: ${path}: ${wordsOf(problem)}; kept as ${aside}, ${how}\n`);
}
