import { objectOf, textOf } from "../json.ts";
import { parseWindow } from "../limits.ts";
import { MAIN_LIMIT } from "../readings.ts";
import { parseTime } from "../time.ts";
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
  for (const { type, at, payload } of linesOf(tail)) {
    if (type !== "event_msg" || at === undefined) continue;
    turn = turnIn(payload, at) ?? turn;
    const usage = usageIn(payload.get("rate_limits"));
    if (usage) limits = { usage, at };
  }
  const meta = linesOf(head).find(({ type }) => type === "session_meta")?.payload;
  const accountId = textOf(meta?.get("creator_account_id"));
  return { accountId: accountId === "" ? undefined : accountId, turn, limits };
}

interface Line {
  readonly type: string;
  readonly at: number | undefined;
  readonly payload: ReadonlyMap<string, unknown>;
}

function linesOf(text: string): Line[] {
  return text.split("\n").flatMap((line) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return []; // cut off, or being written
    }
    const fields = objectOf(value);
    const payload = objectOf(fields?.get("payload"));
    if (fields === undefined || payload === undefined) return [];
    return { type: textOf(fields.get("type")), at: parseTime(fields.get("timestamp")), payload };
  });
}

function turnIn(payload: ReadonlyMap<string, unknown>, at: number): Turn | undefined {
  switch (payload.get("type")) {
    case "task_started":
      return { at, end: "running" };
    case "turn_aborted":
      return { at, end: "other" };
    case "task_complete": {
      const error = objectOf(payload.get("error"));
      if (error === undefined) return { at, end: "well" };
      const kind = error.get("codex_error_info");
      if (kind === "usage_limit_exceeded") return { at, end: "limit" };
      return { at, end: LOGIN_LOST.test(textOf(error.get("message"))) ? "login" : "other" };
    }
    default:
      return undefined;
  }
}

/** Limits of single models come with another id and say nothing of the account's own. */
function usageIn(value: unknown): Usage | undefined {
  const limits = objectOf(value);
  if (limits === undefined) return undefined;
  if ((limits.get("limit_id") ?? MAIN_LIMIT) !== MAIN_LIMIT) return undefined;
  const windows = windowsOf({
    primary: windowIn(limits.get("primary")),
    secondary: windowIn(limits.get("secondary")),
  });
  const isBlocked = typeof limits.get("rate_limit_reached_type") === "string";
  return windows.length === 0 && !isBlocked ? undefined : { windows, isBlocked };
}

function windowIn(value: unknown) {
  const window = objectOf(value);
  return parseWindow(
    window && {
      usedPercent: window.get("used_percent"),
      windowDurationMins: window.get("window_minutes"),
      resetsAt: window.get("resets_at"),
    },
  );
}
