import type { Config } from "../core/config.ts";
import { Failure } from "../core/failure.ts";
import { homeOf, type Layout } from "../core/layout.ts";
import { best, type Eligible, judge, type Verdict } from "../core/score.ts";
import { lastSelectedMs, type SessionState } from "../core/state.ts";
import { emptyStatus, parseStatus, type SessionStatus, type Status } from "../core/status.ts";
import { parseTime } from "../core/time.ts";
import { isSupervisorDisabled, timingFrom } from "../core/timing.ts";
import { isFolder, readText } from "../io/files.ts";
import type { Host } from "../io/host.ts";
import { withLock } from "../io/lock.ts";
import { livingDaemon } from "./daemon.ts";
import { glance, type Memory, recall, remember } from "./memory.ts";
import { hasBackgroundCodex, NOTED } from "./homes.ts";
import { renewing } from "./renewal.ts";
import { aliasesOf, missingSession } from "./sessions.ts";

/** How a session is chosen: what has the most left, the next in turn, the last one, or this one. */
export type How = "best" | "turn" | "last" | { readonly alias: string };

/** A session that was picked, and recorded as picked. */
export interface Picked {
  readonly alias: string;
  readonly home: string;
  /** Why, when it won on its merits. */
  readonly verdict?: Eligible;
  readonly status?: SessionStatus;
  /** Why nobody won, when it was taken in turn instead. */
  readonly refused?: readonly Verdict[];
  /** An app-server of ours may be renewing its login right now. */
  readonly isRenewing: boolean;
  /** Its Codex will leave processes behind, and nobody has said so yet. */
  readonly leavesProcesses: boolean;
}

/** A look at all sessions. */
export interface Survey {
  readonly status: Status;
  readonly verdicts: readonly Verdict[];
}

const LOOK_MS = 50;

/** Picks a session and records the pick, unless `check` throws. Throws Failure when there is none to pick. */
export function choose(
  host: Host,
  layout: Layout,
  config: Config,
  how: How,
  check: () => void = () => {},
): Promise<Picked> {
  return withLock(host, layout.stateLock, () => {
    const aliases = aliasesOf(layout);
    const memory = recall(host, layout, aliases);
    const nowMs = host.clock.now();
    const taken = take(layout, config, how, aliases, memory, nowMs);
    const { alias, roundRobinIndex } = taken;
    check();
    const home = homeOf(layout, alias);
    const leavesProcesses = !memory.sessions.get(alias)?.others?.has(NOTED) && hasBackgroundCodex(home);
    remember(
      layout,
      memory,
      {
        alias,
        nowMs,
        window: config.sessions.assignmentHistoryWindow,
        ...(roundRobinIndex === undefined ? {} : { roundRobinIndex }),
      },
      leavesProcesses ? [NOTED, true] : undefined,
    );
    return { ...taken, home, leavesProcesses, isRenewing: renewing(layout, alias) };
  });
}

/**
 * Waits until somebody can be picked on merit, as long as a starting supervisor may take; ends early when that can't
 * help: no sessions, or all of them have a reason that waiting does not change.
 */
export async function awaitReadings(host: Host, layout: Layout, config: Config): Promise<void> {
  if (isSupervisorDisabled(host.env)) return;
  const deadline = host.clock.monotonic() + timingFrom(host.env).startTimeoutMs;
  for (;;) {
    const aliases = aliasesOf(layout);
    const { status, verdicts } = survey(layout, config, aliases, glance(layout, aliases), host.clock.now());
    if (verdicts.some((verdict) => verdict.eligible)) return;
    const tried = livingDaemon(layout)?.pid === status.daemon.pid
      ? parseTime(status.daemon.startedAt)
      : undefined;
    if (verdicts.every((verdict) => isFinal(verdict, status.sessions.get(verdict.alias), tried))) return;
    if (host.clock.monotonic() >= deadline) return;
    await host.clock.sleep(LOOK_MS);
  }
}

/** Judges all aliases by status.json and what is remembered of their picks. */
export function survey(
  layout: Layout,
  config: Config,
  aliases: readonly string[],
  sessions: ReadonlyMap<string, SessionState>,
  nowMs: number,
): Survey {
  const status = statusOrEmpty(layout);
  const verdicts = aliases.map((alias): Verdict => {
    const entry = status.sessions.get(alias);
    if (entry === undefined) {
      return { alias, eligible: false, usage: 0, reason: "missing status", kind: "missing", final: false };
    }
    const session = sessions.get(alias);
    const candidate = {
      alias,
      status: entry,
      lastSelectedMs: lastSelectedMs(session, entry.lastSelectedAt),
      pickSeq: session?.pickSeq ?? 0,
    };
    return judge(candidate, nowMs, config.sessions);
  });
  return { status, verdicts };
}

interface Taken {
  readonly alias: string;
  readonly roundRobinIndex?: number;
  readonly verdict?: Eligible;
  readonly status?: SessionStatus;
  readonly refused?: readonly Verdict[];
}

function take(
  layout: Layout,
  config: Config,
  how: How,
  aliases: readonly string[],
  memory: Memory,
  nowMs: number,
): Taken {
  if (typeof how === "object") {
    if (!isFolder(homeOf(layout, how.alias))) throw missingSession(how.alias);
    return how;
  }
  if (aliases.length === 0) throw nothing("no managed sessions found; create one with: agentlb new <alias>");
  if (how === "last") return { alias: lastAlias(layout, memory) };
  if (how === "turn") return inTurn(aliases, memory, () => true);
  const { status, verdicts } = survey(layout, config, aliases, memory.sessions, nowMs);
  const verdict = best(verdicts);
  if (verdict !== undefined) {
    const entry = status.sessions.get(verdict.alias);
    return { alias: verdict.alias, verdict, ...(entry ? { status: entry } : {}) };
  }
  const dead = new Set(verdicts.filter((each) => !each.eligible && each.final).map((each) => each.alias));
  return { ...inTurn(aliases, memory, (alias) => !dead.has(alias)), refused: verdicts };
}

/** The next in turn that is usable; when nobody is, the next. */
function inTurn(aliases: readonly string[], memory: Memory, isUsable: (alias: string) => boolean): Taken {
  const from = memory.global.roundRobinIndex % aliases.length;
  const order = aliases.map((_, step) => (from + step) % aliases.length);
  const index = order.find((index) => isUsable(aliases[index]!)) ?? from;
  return { alias: aliases[index]!, roundRobinIndex: (index + 1) % aliases.length };
}

function lastAlias(layout: Layout, memory: Memory): string {
  const { lastAlias } = memory.global;
  const advice = "run agentlb or agentlb new <alias> first";
  if (lastAlias === "") throw nothing(`no previous session recorded; ${advice}`);
  if (!isFolder(homeOf(layout, lastAlias))) throw nothing(`last session no longer exists; ${advice}`);
  return lastAlias;
}

function nothing(message: string): Failure {
  return new Failure("nothingToPick", message, { verbatim: true });
}

/** Besides a dead login: the supervisor that runs now has tried, and there was no reading. */
function isFinal(
  verdict: Verdict,
  entry: SessionStatus | undefined,
  tryingSinceMs: number | undefined,
): boolean {
  if (verdict.eligible) return false;
  if (verdict.final) return true;
  if (entry === undefined || tryingSinceMs === undefined || ["", "ok"].includes(entry.lastProbeResult)) {
    return false;
  }
  return (parseTime(entry.lastProbeAt) ?? -Infinity) >= tryingSinceMs;
}

function statusOrEmpty(layout: Layout): Status {
  try {
    return parseStatus(readText(layout.status) ?? "{}");
  } catch {
    return emptyStatus(); // a broken file: the supervisor is about to write a new one
  }
}
