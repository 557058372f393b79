import { probeResultIn, tellsDeadLogin } from "../codex/reasons.ts";
import { definedFields } from "../text/json.ts";
import { sha256Hex } from "../text/sha256.ts";
import { emptySession, type SessionStatus } from "./status.ts";
import { parseTime } from "../text/time.ts";

/**
 * readings.json: what is known of accounts, in the words of status.json, by account (a hash of user and workspace), and
 * of logins that are dead, by the real path of their auth file (a hash as well).
 */
export type Known = ReadonlyMap<string, SessionStatus>;

/** What is older says nothing any more: the longest windows but one have reset. */
const KEPT_MS = 8 * 86_400_000;
/** What is from further in the future was written by a wrong clock, and would outlive all news. */
const FUTURE_MS = 5000;

/** The key of a login, by the real path of its auth file. */
export function loginKey(path: string): string {
  return `login ${sha256Hex(path).slice(0, 16)}`;
}

/** What sessions tell of their accounts, and of their logins; `fileOf` gives the real path of a session's auth file. */
export function newsOf(
  sessions: ReadonlyMap<string, SessionStatus>,
  fileOf: (alias: string) => string,
): Map<string, SessionStatus> {
  const news = new Map<string, SessionStatus>();
  for (const [alias, session] of sessions) {
    const { account, lastProbeAt, lastProbeResult } = session;
    if (account === undefined) continue;
    // A passing fault says nothing of a login.
    if (probeResultIn(lastProbeResult)?.kind === "ok" || tellsDeadLogin(lastProbeResult)) {
      const key = loginKey(fileOf(alias));
      news.set(key, newer(news.get(key), { ...emptySession(), lastProbeAt, lastProbeResult }));
    }
    if (session.lastRateLimitUpdateAt === "") continue;
    const other = news.get(account);
    news.set(account, other === undefined ? accountNews(session) : together(other, accountNews(session)));
  }
  return news;
}

/** What is known after fresh news of some: the newest reading of each wins. */
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

/** All but what is too old, or from the future. */
export function current(known: Known, nowMs: number): Map<string, SessionStatus> {
  return new Map([...known].filter(([, status]) => {
    const age = nowMs - toldAt(status);
    return age <= KEPT_MS && age >= -FUTURE_MS;
  }));
}

function accountNews(session: SessionStatus): SessionStatus {
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

/** Two sessions of one account: the newer reading, the turns of both, and what one of them was told when it was refused. */
function together(a: SessionStatus, b: SessionStatus): SessionStatus {
  const last = newer(a, b);
  const turns = (a.activity.turns ?? 0) + (b.activity.turns ?? 0);
  return {
    ...last,
    activity: { activeTurns: turns, turns },
    ...markOf(last, a, b),
    ...costOf(a, b),
  };
}

/** A mark comes without a reading: the first of these that has one still tells it. */
function markOf(...all: readonly SessionStatus[]): Pick<SessionStatus, "exhaustedUntil" | "refusedAt"> {
  const marked = all.find(({ exhaustedUntil }) => exhaustedUntil !== undefined);
  return definedFields({ exhaustedUntil: marked?.exhaustedUntil, refusedAt: marked?.refusedAt });
}

function newer(old: SessionStatus | undefined, status: SessionStatus): SessionStatus {
  return old === undefined || toldAt(old) <= toldAt(status) ? status : old;
}

/** What work costs is learnt slowly: it stays though a reading knows nothing of it. */
function costOf(old: SessionStatus | undefined, status: SessionStatus): Pick<SessionStatus, "cost"> {
  return definedFields({ cost: status.cost ?? old?.cost });
}

function toldAt({ lastRateLimitUpdateAt, lastProbeAt }: SessionStatus): number {
  return Math.max(parseTime(lastRateLimitUpdateAt) ?? 0, parseTime(lastProbeAt) ?? 0);
}
