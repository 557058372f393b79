import { probeResultIn, tellsDeadLogin } from "../codex/reasons.ts";
import { definedFields } from "../text/json.ts";
import { sha256Hex } from "../text/sha256.ts";
import { emptySession, type SessionStatus } from "./status.ts";
import { parseTime } from "../text/time.ts";

/**
 * readings.json: the known limits by account (a hash of user and workspace), in the words of status.json, and the dead
 * logins by the real path of their auth file (a hash as well).
 */
export type Known = ReadonlyMap<string, SessionStatus>;

/** Age at which an entry is dropped: all windows but the longest have reset since. */
const KEPT_MS = 8 * 86_400_000;
/** An entry further in the future came from a wrong clock, and would outlive all newer ones. */
const FUTURE_MS = 5000;

/** The key of a login, by the real path of its auth file. */
export function loginKey(path: string): string {
  return `login ${sha256Hex(path).slice(0, 16)}`;
}

/** The entries of sessions for their accounts and logins; `fileOf` returns the real path of a session's auth file. */
export function newsOf(
  sessions: ReadonlyMap<string, SessionStatus>,
  fileOf: (alias: string) => string,
): Map<string, SessionStatus> {
  const news = new Map<string, SessionStatus>();
  for (const [alias, session] of sessions) {
    const { account, lastProbeAt, lastProbeResult } = session;
    if (account === undefined) continue;
    // A temporary fault says nothing about a login.
    if (probeResultIn(lastProbeResult)?.kind === "ok" || tellsDeadLogin(lastProbeResult)) {
      const key = loginKey(fileOf(alias));
      news.set(key, newer(news.get(key), { ...emptySession(), lastProbeAt, lastProbeResult }));
    }
    if (session.lastRateLimitUpdateAt === "") continue;
    const other = news.get(account);
    news.set(
      account,
      other === undefined ? accountEntry(session) : mergeSessions(other, accountEntry(session)),
    );
  }
  return news;
}

/** Merges new entries: the newest reading of each key wins. */
export function mergeKnown(known: Known, fresh: Known, nowMs: number): Map<string, SessionStatus> {
  const merged = current(known, nowMs);
  for (const [key, status] of current(fresh, nowMs)) {
    const old = merged.get(key);
    const last = newer(old, status);
    const activity = status.activity.turns === undefined ? old?.activity : status.activity;
    merged.set(key, {
      ...last,
      ...definedFields({ activity }),
      ...markOf(last, status),
      ...costOf(old, status),
    });
  }
  return merged;
}

/** Drops entries that are too old or from the future. */
export function current(known: Known, nowMs: number): Map<string, SessionStatus> {
  return new Map([...known].filter(([, status]) => {
    const age = nowMs - updatedAtMs(status);
    return age <= KEPT_MS && age >= -FUTURE_MS;
  }));
}

function accountEntry(session: SessionStatus): SessionStatus {
  const { rateLimits, usageLeftPercent, lastRateLimitUpdateAt, allowance, cost } = session;
  const { turns = 0 } = session.activity;
  return {
    ...emptySession(),
    rateLimits,
    usageLeftPercent,
    activity: { activeTurns: turns, turns },
    lastRateLimitUpdateAt,
    ...definedFields({ allowance, cost }),
    ...markOf(session),
  };
}

/** Merges two sessions of one account: the newer reading, the turns of both, and the refusal mark of either. */
function mergeSessions(a: SessionStatus, b: SessionStatus): SessionStatus {
  const last = newer(a, b);
  const turns = (a.activity.turns ?? 0) + (b.activity.turns ?? 0);
  return {
    ...last,
    activity: { activeTurns: turns, turns },
    ...markOf(last, a, b),
    ...costOf(a, b),
  };
}

/** The mark of the first session that has one: marks are independent of readings. */
function markOf(...all: readonly SessionStatus[]): Pick<SessionStatus, "exhaustedUntil" | "refusedAt"> {
  const marked = all.find(({ exhaustedUntil }) => exhaustedUntil !== undefined);
  return definedFields({ exhaustedUntil: marked?.exhaustedUntil, refusedAt: marked?.refusedAt });
}

function newer(old: SessionStatus | undefined, status: SessionStatus): SessionStatus {
  return old === undefined || updatedAtMs(old) <= updatedAtMs(status) ? status : old;
}

/** The cost of work takes long to measure: it stays when the newer reading has none. */
function costOf(old: SessionStatus | undefined, status: SessionStatus): Pick<SessionStatus, "cost"> {
  return definedFields({ cost: status.cost ?? old?.cost });
}

function updatedAtMs({ lastRateLimitUpdateAt, lastProbeAt }: SessionStatus): number {
  return Math.max(parseTime(lastRateLimitUpdateAt) ?? 0, parseTime(lastProbeAt) ?? 0);
}
