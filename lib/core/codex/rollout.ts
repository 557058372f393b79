import { type JsonObject, objectOf, textOf } from "../text/json.ts";
import { formatTime, parseTime } from "../text/time.ts";
import { has } from "./versions.ts";

/** One line of a rollout: its type, its time (epoch milliseconds) and its content. */
export interface RolloutLine {
  readonly type: string;
  readonly at: number | undefined;
  readonly payload: JsonObject;
}

/** Every line about turns, limits or the account contains one of these. */
const RELEVANT = ['"task_started"', '"task_complete"', '"turn_aborted"', '"token_count"', '"session_meta"'];

/** The lines of a part of a rollout; truncated and invalid ones are left out. */
export function rolloutLines(text: string): RolloutLine[] {
  return text.split("\n").flatMap((line) => rolloutLine(line) ?? []);
}

/** Parses one line; undefined when it is invalid or incomplete. */
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

/** Tells whether a line may be relevant; most lines are long conversation text and need not be parsed. */
export function mayTell(line: string): boolean {
  const head = line.slice(0, 1000);
  return RELEVANT.some((word) => head.includes(word));
}

/** The result of a turn; "running" also when Codex was killed in it, "limit" = refused because a limit is used up. */
export type TurnEnd = "running" | "completed" | "limit" | "login" | "other";

/** The marker of a turn that was refused because a limit is used up; the same for every wording. */
const LIMIT_EXCEEDED = "usage_limit_exceeded";
/** The message for a dead copy of a login: its refresh token was used elsewhere, or the login was ended. */
const LOGIN_LOST =
  /access token could not be refreshed|refresh token was (already used|revoked)|refresh token has expired/;

/** The result of the turn that a `task_complete` ends, as this version of Codex writes it. */
export function endIn(payload: JsonObject, version: string | undefined): TurnEnd {
  const error = objectOf(payload.get("error"));
  if (error === undefined) {
    // Old versions of Codex record no error; a turn without an answer failed all the same.
    const isMute = version !== undefined && !has(version, "endWithError");
    return isMute && payload.get("last_agent_message") === null ? "other" : "completed";
  }
  if (error.get("codex_error_info") === LIMIT_EXCEEDED) return "limit";
  return LOGIN_LOST.test(textOf(error.get("message"))) ? "login" : "other";
}

/** Codex's message for a failed turn; empty when there is none. */
export function messageIn(payload: JsonObject): string {
  return textOf(objectOf(payload.get("error"))?.get("message")).slice(0, 2000);
}

const DAY_MS = 86_400_000;

/** Start of a thread, epoch milliseconds, from its id, a UUID of version 7 (RFC 9562); undefined for other ids. */
export function threadTime(id: string): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i.exec(id) ?? [];
  return high === undefined ? undefined : parseInt(`${high}${low}`, 16);
}

/**
 * The folders below `sessions/` that may hold the rollout of a thread begun then: named by local date, in any time
 * zone.
 */
export function dayFolders(begunMs: number): string[] {
  return [begunMs, begunMs - DAY_MS, begunMs + DAY_MS].map((ms) =>
    formatTime(ms).slice(0, 10).replaceAll("-", "/")
  );
}

/** The thread of a rollout, by file name; undefined for other files. */
export function threadOfRollout(name: string): string | undefined {
  return /^rollout-.*-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/i.exec(name)?.[1];
}

/** The end of the file name of a thread's rollout. */
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

/** The `rate_limits` of a `token_count` under the field names of an app-server; undefined when it has none. */
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
