import { newsOf } from "../../core/session/readings_file.ts";
import { renderSessionState, type SessionState } from "../../core/session/state.ts";
import type { SessionStatus, Status } from "../../core/session/status.ts";
import { authFileOf, homeOf, type Layout, sessionStateOf } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { formatTime, formatTimeMs } from "../../core/text/time.ts";
import { realPath } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { CLEARED } from "./last_pick.ts";
import { recallSession } from "./picks_file.ts";
import { awaitPublished, publishedStatus } from "./published_status.ts";
import { publishKnown } from "./readings_file.ts";
import { knownAlias } from "./sessions.ts";

/**
 * Clears the mark that a refused turn left on the account of a session, given by alias or email. Returns its alias, and
 * true when there was a mark. Throws Failure when the supervisor keeps it.
 */
export async function clearRefusal(
  host: Host,
  layout: Layout,
  target: string,
): Promise<{ readonly alias: string; readonly isNew: boolean }> {
  const alias = knownAlias(host, layout, target);
  const isMarked = ({ sessions }: Status) => sessions.get(alias)?.exhaustedUntil !== undefined;
  const before = publishedStatus(layout);
  const isNew = before !== undefined && isMarked(before);
  await withLock(host, layout.stateLock, () => {
    const now = host.clock.now();
    const session = recallSession(host, layout, alias) ?? emptyState(alias, now);
    const others = new Map([...session.others ?? [], [CLEARED, formatTimeMs(now)]]);
    replaceFile(sessionStateOf(layout, alias), renderSessionState({ ...session, others }));
  });
  const account = before?.sessions.get(alias)?.account;
  const isCleared = await awaitPublished(host, layout, (status) => !isMarked(status), (status) => {
    const sessions = Array.from(
      status.sessions,
      ([name, session]) =>
        [name, name === alias || isOf(session, account) ? unmarked(session) : session] as const,
    );
    return { ...status, sessions: new Map(sessions) };
  });
  if (!isCleared) {
    throw new Failure("failed", `Cannot clear "${alias}": the supervisor still holds the refusal`, {
      hint: "see: agentlb status",
    });
  }
  const after = publishedStatus(layout)?.sessions.get(alias);
  if (isNew && after !== undefined) {
    const fileOf = (name: string) => authFileOf(homeOf(layout, name));
    const news = newsOf(new Map([[alias, after]]), (name) => realPath(fileOf(name)) ?? fileOf(name));
    await publishKnown(host, layout, news);
  }
  return { alias, isNew };
}

function isOf(session: SessionStatus, account: string | undefined): boolean {
  return account !== undefined && session.account === account;
}

function unmarked({ exhaustedUntil: _until, refusedAt: _at, ...session }: SessionStatus): SessionStatus {
  return session;
}

function emptyState(alias: string, nowMs: number): SessionState {
  return {
    alias,
    createdAt: formatTime(nowMs),
    lastUsedAt: "",
    recentAssignments: [],
    lastSelectedAt: "",
    pickSeq: 0,
  };
}
