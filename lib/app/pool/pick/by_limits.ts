import { type Candidate, decide } from "../../../core/pick/decide.ts";
import { defaultConfig } from "../../../core/config/config.ts";
import { probeText } from "../../../core/codex/reasons.ts";
import { exhaustionOf } from "../../../core/pick/exhaustion.ts";
import type { Team } from "../../../core/pool/state/team_memory.ts";
import { emptySession, LARGEST_COUNT, type SessionStatus } from "../../../core/session/status.ts";
import { formatTime, parseTime } from "../../../core/text/time.ts";
import { deathOf, type Standings, type Usable } from "./standings.ts";

/** A recent start counts as a turn for this time, because the worker may not be at work yet. */
const SETTLES_MS = 10 * 60_000;
/** An older reading may be outdated: it shows only that an account is used up, not what it has left. */
const TELLS_MS = 60 * 60_000;

/**
 * The candidate that lasts longest by its account's known status, where recent starts of workers count as turns; among
 * equals the one with the fewest starts. If all are used up, the one that resets first. Undefined without a decision.
 */
export function longestLasting(
  standings: Standings,
  team: Team,
  usable: readonly Usable[],
): Usable | undefined {
  const { nowMs } = standings;
  const met = new Set<string>();
  const candidates = usable.map((each): Candidate => {
    const { path, login: { account } } = each;
    // If two files hold the same account, its turns count for the first only.
    const isTwin = account !== undefined && met.has(account);
    if (account !== undefined) met.add(account);
    return {
      alias: path,
      status: statusOf(standings, each, isTwin),
      lastSelectedMs: undefined,
      pickSeq: Number(team.counts[path] ?? 0),
      leases: recent(team.starts[path], nowMs).length,
    };
  });
  const settings = { ...defaultConfig().sessions, staleSec: LARGEST_COUNT, stalenessPenaltyMax: 0 };
  const { winner, comesBackFirst } = decide(candidates, nowMs, settings, { policy: "balanced" });
  const chosen = (winner ?? comesBackFirst)?.alias;
  return usable.find(({ path }) => path === chosen);
}

/** Records the start of a worker on a candidate. */
export function noteStart(team: Team, path: string, nowMs: number): void {
  for (const [other, starts] of Object.entries(team.starts)) {
    const kept = recent(starts, nowMs);
    if (kept.length === 0) delete team.starts[other];
    else team.starts[other] = kept;
  }
  team.starts[path] = [...team.starts[path] ?? [], nowMs];
}

function recent(starts: readonly number[] = [], nowMs: number): number[] {
  return starts.filter((atMs) => Math.abs(nowMs - atMs) < SETTLES_MS);
}

/** The status of a candidate for scoring; an account without a reading counts as unknown. */
function statusOf(standings: Standings, { path, login }: Usable, isTwin: boolean): SessionStatus {
  const { known, nowMs } = standings;
  const { account } = login;
  const { activity, ...status } = (account === undefined ? undefined : known.get(account)) ?? emptySession();
  const { activity: idle, ...nothing } = emptySession();
  const age = nowMs - (parseTime(status.lastRateLimitUpdateAt) ?? -Infinity);
  const holds = age < TELLS_MS || exhaustionOf(status, nowMs) !== undefined;
  return {
    ...(holds ? status : { ...nothing, ...(status.cost === undefined ? {} : { cost: status.cost }) }),
    activity: age < SETTLES_MS && !isTwin ? activity : idle,
    lastRateLimitUpdateAt: formatTime(nowMs),
    health: "healthy",
    // The file's own entry decides whether its login is valid.
    lastProbeResult: deathOf(standings, path) ?? probeText({ kind: login.isPaid ? "apiKey" : "ok" }),
    ...(account === undefined ? {} : { account }),
  };
}
