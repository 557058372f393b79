import type { Account } from "./account.ts";
import { isSameAccount } from "./account_key.ts";
import { type JsonObject, textOf } from "../text/json.ts";
import { parseTime } from "../text/time.ts";
import { codexVersionIn } from "./versions.ts";
import {
  endIn,
  mayTell,
  messageIn,
  type RolloutLine,
  rolloutLine,
  rolloutLines,
  snapshotIn,
  type TurnEnd,
} from "./rollout.ts";
import type { Refusal } from "./refusal.ts";
import { limitOf, MAIN_LIMIT, mergeSnapshot, NOTHING, type Readings } from "./rate_limits.ts";

/** The activity found so far in the rollout of one thread. Times are epoch milliseconds. */
export interface ThreadActivity {
  /** The account the thread was begun with; undefined = not recorded. */
  readonly workspace: string | undefined;
  readonly user: string | undefined;
  /** Start of the thread, and the Codex version that began it. */
  readonly begunAt?: number | undefined;
  readonly version?: string | undefined;
  /** Start of the turn under way; undefined when none is. After a kill of Codex it stays set. */
  readonly turnSince: number | undefined;
  /** The last turn that began or ended. */
  readonly lastTurn: { readonly at: number; readonly end: TurnEnd } | undefined;
  /** Start of the last turn that succeeded. */
  readonly succeededSince: number | undefined;
  /** Time of the last line. */
  readonly lastAt: number | undefined;
  /** The newest limits, by limit id. */
  readonly limits: ReadonlyMap<string, ToldLimits>;
  /** The last turn that was refused because a limit is used up. */
  readonly refusal: Refusal | undefined;
}

/** Limits from an answer of the service, in the words of `account/rateLimits/updated`. */
export interface ToldLimits {
  readonly at: number;
  /** Start of the turn that got them: they are no older. */
  readonly since: number;
  readonly snapshot: JsonObject;
}

/** A thread without any line read yet. */
export const SILENT: ThreadActivity = {
  workspace: undefined,
  user: undefined,
  turnSince: undefined,
  lastTurn: undefined,
  succeededSince: undefined,
  lastAt: undefined,
  limits: new Map(),
  refusal: undefined,
};

/** Adds these lines to the activity. */
export function afterLines(activity: ThreadActivity, lines: Iterable<string>): ThreadActivity {
  let now = activity;
  for (const text of lines) {
    const line = mayTell(text) ? rolloutLine(text) : undefined;
    if (line !== undefined) now = afterLine(now, line);
  }
  return now;
}

/** The activity in a rollout's first line and its last part; the two may overlap. */
export function activityIn(head: string, tail: string): ThreadActivity {
  const meta = rolloutLines(head).find(({ type }) => type === "session_meta");
  return afterLines(meta === undefined ? SILENT : afterLine(SILENT, meta), tail.split("\n"));
}

/** A last turn that ended at a used-up limit. */
export interface LimitedTurn {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The folder in which its thread was begun. */
  readonly cwd: string;
  readonly refusal: Refusal;
}

/** The same two parts' last turn if it ended at a used-up limit, and its thread was not started by another one. */
export function limitedTurn(head: string, tail: string): LimitedTurn | undefined {
  const { lastTurn, refusal } = activityIn(head, tail);
  if (lastTurn?.end !== "limit" || refusal === undefined) return undefined;
  const meta = rolloutLines(head).find(({ type }) => type === "session_meta")?.payload;
  const source = meta?.get("source");
  // The source of a thread that another one started is an object.
  const isPart = source !== undefined && typeof source !== "string";
  return isPart ? undefined : { at: lastTurn.at, cwd: textOf(meta?.get("cwd")), refusal };
}

/** The newest limits of the account itself, with their time; undefined when a rollout has none. */
export function accountLimits(
  { limits }: ThreadActivity,
): { readonly readings: Readings; readonly at: number } | undefined {
  const told = limits.get(MAIN_LIMIT);
  const merged = told && mergeSnapshot(NOTHING, told.snapshot);
  return merged && { readings: merged.readings, at: told.at };
}

/**
 * Tells whether a rollout was begun with this account; a user missing on one side matches any. A session that continues
 * after another login still names the account it was begun with. Old versions of Codex name none: then the rollout
 * belongs to this account if it was begun after `sinceMs`, the time of the home's login.
 */
export function isBegunAs(
  { workspace, user, begunAt }: Pick<ThreadActivity, "workspace" | "user" | "begunAt">,
  account: Account,
  sinceMs = Infinity,
): boolean {
  if (workspace === undefined && user === undefined) return begunAt !== undefined && begunAt >= sinceMs;
  const begunBy = account.user === undefined ? undefined : user ?? account.user;
  return workspace !== undefined && isSameAccount({ ...account, workspace, user: begunBy }, account);
}

/** Tells whether a line marks the start or end of a turn, which makes earlier lines irrelevant. */
export function isTaskEvent(text: string): boolean {
  const line = mayTell(text) ? rolloutLine(text) : undefined;
  const kind = line?.type === "event_msg" ? line.payload.get("type") : undefined;
  return line?.at !== undefined && ["task_started", "task_complete", "turn_aborted"].includes(textOf(kind));
}

function afterLine(activity: ThreadActivity, { type, at, payload }: RolloutLine): ThreadActivity {
  if (type === "session_meta") {
    const [workspace, user] = [payload.get("creator_account_id"), payload.get("creator_user_id")];
    return {
      ...activity,
      workspace: nameIn(workspace),
      user: nameIn(user),
      begunAt: parseTime(payload.get("timestamp")) ?? at,
      version: codexVersionIn(textOf(payload.get("cli_version"))),
    };
  }
  if (type !== "event_msg" || at === undefined) return activity;
  const next = { ...activity, lastAt: at };
  switch (payload.get("type")) {
    case "task_started":
      return { ...next, turnSince: at, lastTurn: { at, end: "running" } };
    case "turn_aborted":
      return { ...next, turnSince: undefined, lastTurn: { at, end: "other" } };
    case "task_complete": {
      const end = endIn(payload, activity.version);
      const message = messageIn(payload);
      const refusal = end === "limit" ? { at, snapshot: limitsOfTurn(activity), message } : activity.refusal;
      const succeededSince = end === "completed"
        ? activity.turnSince ?? activity.succeededSince
        : activity.succeededSince;
      return { ...next, turnSince: undefined, lastTurn: { at, end }, succeededSince, refusal };
    }
    case "token_count": {
      const snapshot = snapshotIn(payload);
      // Some answers carry nulls: they do not change limits known from before.
      if (snapshot === undefined || mergeSnapshot(NOTHING, snapshot) === undefined) return next;
      const told = { at, since: activity.turnSince ?? at, snapshot };
      return { ...next, limits: new Map(activity.limits).set(limitOf(snapshot), told) };
    }
    default:
      return activity;
  }
}

/** The last limits received in the turn under way. */
function limitsOfTurn({ limits, turnSince }: ThreadActivity): JsonObject | undefined {
  const told = [...limits.values()].filter(({ at }) => turnSince === undefined || at >= turnSince);
  return told.reduce<ToldLimits | undefined>(
    (last, each) => last === undefined || each.at >= last.at ? each : last,
    undefined,
  )?.snapshot;
}

function nameIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
