import { type JsonObject, textOf } from "../text/json.ts";
import { errorOf, LIMIT_EXCEEDED, mayTell, type RolloutLine, rolloutLine, snapshotIn } from "./rollout.ts";
import { limitOf } from "./rate_limits.ts";

/** What the session file of one thread has told so far. Times are epoch milliseconds. */
export interface ThreadActivity {
  /** Whose session it was begun as; undefined = not told. */
  readonly workspace: string | undefined;
  readonly user: string | undefined;
  /** Since when the last turn is under way, if nothing has ended it; that of a killed Codex stays. */
  readonly turnSince: number | undefined;
  /** When it last told anything. */
  readonly lastAt: number | undefined;
  /** The newest limits, by limit id. */
  readonly limits: ReadonlyMap<string, ToldLimits>;
  /** The last turn that was refused because a limit is used up. */
  readonly refusal: Refusal | undefined;
}

/** Limits as an answer of the service told them, in the words of `account/rateLimits/updated`. */
export interface ToldLimits {
  readonly at: number;
  /** When the turn began that they were told to: they are not from before. */
  readonly since: number;
  readonly snapshot: JsonObject;
}

export interface Refusal {
  readonly at: number;
  /** The limits that came with it; undefined = none. */
  readonly snapshot: JsonObject | undefined;
}

/** A thread whose session file has told nothing yet. */
export const SILENT: ThreadActivity = {
  workspace: undefined,
  user: undefined,
  turnSince: undefined,
  lastAt: undefined,
  limits: new Map(),
  refusal: undefined,
};

/** What is known after these lines, too. */
export function afterLines(activity: ThreadActivity, lines: Iterable<string>): ThreadActivity {
  let now = activity;
  for (const text of lines) {
    const line = mayTell(text) ? rolloutLine(text) : undefined;
    if (line !== undefined) now = afterLine(now, line);
  }
  return now;
}

/** Whether a line says that a turn began or ended: what stands before it matters no more. */
export function isTaskEvent(text: string): boolean {
  const line = mayTell(text) ? rolloutLine(text) : undefined;
  const kind = line?.type === "event_msg" ? line.payload.get("type") : undefined;
  return line?.at !== undefined && ["task_started", "task_complete", "turn_aborted"].includes(textOf(kind));
}

function afterLine(activity: ThreadActivity, { type, at, payload }: RolloutLine): ThreadActivity {
  if (type === "session_meta") {
    const [workspace, user] = [payload.get("creator_account_id"), payload.get("creator_user_id")];
    return { ...activity, workspace: nameIn(workspace), user: nameIn(user) };
  }
  if (type !== "event_msg" || at === undefined) return activity;
  const next = { ...activity, lastAt: at };
  switch (payload.get("type")) {
    case "task_started":
      return { ...next, turnSince: at };
    case "turn_aborted":
      return { ...next, turnSince: undefined };
    case "task_complete": {
      const isRefused = errorOf(payload)?.info === LIMIT_EXCEEDED;
      const refusal = isRefused ? { at, snapshot: toldSince(activity) } : activity.refusal;
      return { ...next, turnSince: undefined, refusal };
    }
    case "token_count": {
      const snapshot = snapshotIn(payload);
      if (snapshot === undefined) return next;
      const told = { at, since: activity.turnSince ?? at, snapshot };
      return { ...next, limits: new Map(activity.limits).set(limitOf(snapshot), told) };
    }
    default:
      return activity;
  }
}

/** The limits that the turn under way was told last. */
function toldSince({ limits, turnSince }: ThreadActivity): JsonObject | undefined {
  const told = [...limits.values()].filter(({ at }) => turnSince === undefined || at >= turnSince);
  return told.reduce<ToldLimits | undefined>(
    (last, each) => last === undefined || each.at >= last.at ? each : last,
    undefined,
  )?.snapshot;
}

function nameIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
