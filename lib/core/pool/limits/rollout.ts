import { type JsonObject, textOf } from "../../text/json.ts";
import { parseWindow } from "../../quota/limits.ts";
import { MAIN_LIMIT } from "../../codex/rate_limits.ts";
import { errorOf, LIMIT_EXCEEDED, rolloutLines, snapshotIn } from "../../codex/rollout.ts";
import { type Usage, windowsOf } from "./usage.ts";

/** What a session file of Codex (0.169) says of its last turn and of the account's limits. Times are epoch milliseconds. */
export interface Rollout {
  /** The workspace it was begun for. */
  readonly accountId: string | undefined;
  readonly turn: Turn | undefined;
  /** The newest limits of the account itself. */
  readonly limits: { readonly usage: Usage; readonly at: number } | undefined;
}

export interface Turn {
  readonly at: number;
  /** "running" also when Codex was killed in it. */
  readonly end: "running" | "well" | "limit" | "login" | "other";
}

/** What Codex says when a copy of its login is worthless: somebody else spent the refresh token, or ended the login. */
export const LOGIN_LOST =
  /access token could not be refreshed|refresh token was (already used|revoked)|refresh token has expired/;

/** Reads the first line and the last part of a session file; lines that are cut or are none are left out. */
export function parseRollout(head: string, tail: string): Rollout {
  let [turn, limits]: [Rollout["turn"], Rollout["limits"]] = [undefined, undefined];
  for (const { type, at, payload } of rolloutLines(tail)) {
    if (type !== "event_msg" || at === undefined) continue;
    turn = turnIn(payload, at) ?? turn;
    const usage = usageIn(snapshotIn(payload));
    if (usage) limits = { usage, at };
  }
  const meta = rolloutLines(head).find(({ type }) => type === "session_meta")?.payload;
  const accountId = textOf(meta?.get("creator_account_id"));
  return { accountId: accountId === "" ? undefined : accountId, turn, limits };
}

function turnIn(payload: JsonObject, at: number): Turn | undefined {
  switch (payload.get("type")) {
    case "task_started":
      return { at, end: "running" };
    case "turn_aborted":
      return { at, end: "other" };
    case "task_complete": {
      const error = errorOf(payload);
      if (error === undefined) return { at, end: "well" };
      if (error.info === LIMIT_EXCEEDED) return { at, end: "limit" };
      return { at, end: LOGIN_LOST.test(error.message) ? "login" : "other" };
    }
    default:
      return undefined;
  }
}

/** Limits of single models come with another id and say nothing of the account's own. */
function usageIn(snapshot: JsonObject | undefined): Usage | undefined {
  if (snapshot === undefined || (snapshot.get("limitId") ?? MAIN_LIMIT) !== MAIN_LIMIT) return undefined;
  const windows = windowsOf({
    primary: parseWindow(snapshot.get("primary")),
    secondary: parseWindow(snapshot.get("secondary")),
  });
  const isBlocked = typeof snapshot.get("rateLimitReachedType") === "string";
  return windows.length === 0 && !isBlocked ? undefined : { windows, isBlocked };
}
