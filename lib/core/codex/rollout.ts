import { type JsonObject, objectOf, textOf } from "../text/json.ts";
import { formatTime, parseTime } from "../text/time.ts";
import { has } from "./versions.ts";

/** One line of a rollout of Codex: what it is, when it was written (epoch milliseconds), what it holds. */
export interface RolloutLine {
  readonly type: string;
  readonly at: number | undefined;
  readonly payload: JsonObject;
}

/** Every line that says how a turn or a limit stands, or whose session it is, has one of these in it. */
const TELLING = ['"task_started"', '"task_complete"', '"turn_aborted"', '"token_count"', '"session_meta"'];

/** The lines of a part of a rollout; those that are cut off, or are none, are left out. */
export function rolloutLines(text: string): RolloutLine[] {
  return text.split("\n").flatMap((line) => rolloutLine(line) ?? []);
}

/** One line; undefined when it is none, or is only half written. */
export function rolloutLine(line: string): RolloutLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // cut off, or being written
  }
  const fields = objectOf(value);
  const payload = objectOf(fields?.get("payload"));
  if (fields === undefined || payload === undefined) return undefined;
  return { type: textOf(fields.get("type")), at: parseTime(fields.get("timestamp")), payload };
}

/** Whether a line may be of use; most hold what was said, are long, and need not be parsed. */
export function mayTell(line: string): boolean {
  const head = line.slice(0, 1000);
  return TELLING.some((word) => head.includes(word));
}

/** How a turn ended; "running" also when Codex was killed in it, "limit" = refused because a limit is used up. */
export type TurnEnd = "running" | "completed" | "limit" | "login" | "other";

/** The marker of a turn that was refused because a limit is used up; the same for every wording. */
const LIMIT_EXCEEDED = "usage_limit_exceeded";
/** The message when a copy of a login is worthless: its refresh token was spent elsewhere, or the login was ended. */
const LOGIN_LOST =
  /access token could not be refreshed|refresh token was (already used|revoked)|refresh token has expired/;

/** How the turn ended that a `task_complete` closes, as this version of Codex writes it. */
export function endIn(payload: JsonObject, version: string | undefined): TurnEnd {
  const error = objectOf(payload.get("error"));
  if (error === undefined) {
    // An old Codex does not tell an error; but where it has no answer either, there was one.
    const isMute = version !== undefined && !has(version, "endWithError");
    return isMute && payload.get("last_agent_message") === null ? "other" : "completed";
  }
  if (error.get("codex_error_info") === LIMIT_EXCEEDED) return "limit";
  return LOGIN_LOST.test(textOf(error.get("message"))) ? "login" : "other";
}

/** What Codex told the user when a turn failed; empty when it did not. */
export function messageIn(payload: JsonObject): string {
  return textOf(objectOf(payload.get("error"))?.get("message")).slice(0, 2000);
}

const DAY_MS = 86_400_000;

/** When a thread was begun, epoch milliseconds: its id is a UUID of version 7 (RFC 9562); undefined when it is none. */
export function threadTime(id: string): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i.exec(id) ?? [];
  return high === undefined ? undefined : parseInt(`${high}${low}`, 16);
}

/** The folders below `sessions/` in which the rollout of a thread begun then may be: named by the user's date, wherever he is. */
export function dayFolders(begunMs: number): string[] {
  return [begunMs, begunMs - DAY_MS, begunMs + DAY_MS].map((ms) =>
    formatTime(ms).slice(0, 10).replaceAll("-", "/")
  );
}

/** The thread whose rollout has this name; undefined when it is none. */
export function threadOfRollout(name: string): string | undefined {
  return /^rollout-.*-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/i.exec(name)?.[1];
}

/** How the name of a thread's rollout ends. */
export function rolloutSuffix(id: string): string {
  return `-${id}.jsonl`;
}

const SNAPSHOT_KEYS = [
  ["limit_id", "limitId"],
  ["limit_name", "limitName"],
  ["spend_control_reached", "spendControlReached"],
  ["plan_type", "planType"],
  ["rate_limit_reached_type", "rateLimitReachedType"],
] as const;

/** The `rate_limits` of a `token_count` in the words of an app-server, which has other names for all; undefined when it has none. */
export function snapshotIn(payload: JsonObject): JsonObject | undefined {
  const limits = objectOf(payload.get("rate_limits"));
  if (limits === undefined) return undefined;
  const credits = objectOf(limits.get("credits"));
  const individual = objectOf(limits.get("individual_limit"));
  return new Map<string, unknown>([
    ...SNAPSHOT_KEYS.map(([theirs, ours]) => [ours, limits.get(theirs)] as const),
    ["primary", windowIn(limits.get("primary"))],
    ["secondary", windowIn(limits.get("secondary"))],
    [
      "credits",
      credits && {
        hasCredits: credits.get("has_credits"),
        unlimited: credits.get("unlimited"),
        balance: credits.get("balance"),
      },
    ],
    [
      "individualLimit",
      individual && {
        limit: individual.get("limit"),
        used: individual.get("used"),
        remainingPercent: individual.get("remaining_percent"),
        resetsAt: individual.get("resets_at"),
      },
    ],
  ]);
}

function windowIn(value: unknown) {
  const window = objectOf(value);
  return window && {
    usedPercent: window.get("used_percent"),
    windowDurationMins: window.get("window_minutes"),
    resetsAt: window.get("resets_at"),
  };
}
