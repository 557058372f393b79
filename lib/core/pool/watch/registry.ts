import { type JsonObject, objectOf, textOf } from "../../text/json.ts";

/** One agent of a team, as in its registry. */
export interface Member {
  /** The name of the worker and of its tmux session. */
  readonly full: string;
  /** The folder of the worker's twf state; as written. */
  readonly stateFile: string | undefined;
}

/** The twf state of a worker. */
export interface WorkerState {
  readonly tmuxTarget: string | undefined;
  readonly tmuxSession: string | undefined;
  readonly home: string | undefined;
}

/** The members in a registry's text, those without a name left out. Throws SyntaxError. */
export function parseRegistry(text: string): Member[] {
  const members = objectOf(JSON.parse(text))?.get("members");
  if (!Array.isArray(members)) return [];
  return members.flatMap((value: unknown) => {
    const entry = objectOf(value);
    const full = textIn(entry, "full");
    return full === undefined ? [] : { full, stateFile: textIn(entry, "state_file") };
  });
}

/** Parses the text of a worker's state file; an unreadable one gives no facts. */
export function parseWorkerState(text: string | undefined): WorkerState {
  let state: JsonObject | undefined;
  try {
    state = objectOf(JSON.parse(text ?? ""));
  } catch {
    // nothing is known then
  }
  return {
    tmuxTarget: textIn(state, "tmux_target"),
    tmuxSession: textIn(state, "tmux_session"),
    home: textIn(state, "codex_home"),
  };
}

/** The pane of a worker. */
export function paneOf(member: Member, state: WorkerState): string {
  return state.tmuxTarget ?? state.tmuxSession ?? member.full;
}

function textIn(entry: JsonObject | undefined, key: string): string | undefined {
  const text = textOf(entry?.get(key)).trim();
  return text === "" ? undefined : text;
}
