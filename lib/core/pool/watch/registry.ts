import { type JsonObject, objectOf, textOf } from "../../text/json.ts";

/** One agent of a team, as its registry names it. */
export interface Member {
  /** The name of the worker and of its tmux session. */
  readonly full: string;
  /** Where twf keeps what it knows of the worker; as written. */
  readonly stateFile: string | undefined;
}

/** What twf knows of a worker. */
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
    const full = said(entry, "full");
    return full === undefined ? [] : { full, stateFile: said(entry, "state_file") };
  });
}

/** The text of a worker's state file; what can't be read says nothing. */
export function parseWorkerState(text: string | undefined): WorkerState {
  let state: JsonObject | undefined;
  try {
    state = objectOf(JSON.parse(text ?? ""));
  } catch {
    // nothing is known then
  }
  return {
    tmuxTarget: said(state, "tmux_target"),
    tmuxSession: said(state, "tmux_session"),
    home: said(state, "codex_home"),
  };
}

/** The pane a worker runs in. */
export function paneOf(member: Member, state: WorkerState): string {
  return state.tmuxTarget ?? state.tmuxSession ?? member.full;
}

function said(entry: JsonObject | undefined, key: string): string | undefined {
  const text = textOf(entry?.get(key)).trim();
  return text === "" ? undefined : text;
}
