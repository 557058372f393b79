import { type Cost, parseCost } from "../quota/cost.ts";
import type { LimitWindow } from "../quota/limits.ts";
import { emptySession, type SessionStatus } from "../session/status.ts";
import { formatTime, formatTimeMs } from "../text/time.ts";
import { scramble } from "./chance.ts";
import { countTurns, type Experience, experienceOf, learnFrom, percentOf } from "./experience.ts";
import { type Counter, type Meter, openAt } from "./meter.ts";
import type { OpenWindow, Readings } from "./workload.ts";

/** The start of every simulation in epoch milliseconds: a Monday at midnight. */
export const BEGIN_MS = Date.UTC(2026, 0, 5);
/** The delay until events of a session are in status.json. */
export const SEEN_MS = 2000;
/** A session picked within this time counts as active. */
const RECENT_MS = 600_000;

/** The simulated supervisor's record of one account. Times are milliseconds since the simulation began. */
export interface Watch {
  readonly meter: Meter;
  readonly readings: Readings;
  /** A number that spreads the refreshes of several accounts over time. */
  readonly salt: number;
  /** The state of both windows after each change, oldest first. */
  readonly log: Moment[];
  /** The ends of turns, each of which gives a reading, with the cost learnt by then. */
  readonly turnEnds: { readonly atMs: number; readonly cost: Cost | undefined }[];
  readonly experience: Experience;
  /** The processes with a lease and no open thread yet, and those with an open thread. */
  readonly starting: Set<number>;
  readonly running: Set<number>;
  lastActivityMs: number | undefined;
  /** The current or last active period: its start, and its end unless a process runs. */
  activeFromMs: number;
  activeUntilMs: number;
  /** The last refused turn: its time, and the time until which nothing is left. */
  mark: { readonly atMs: number; readonly untilMs: number } | undefined;
  /** The last published reading. */
  shown: { readonly atMs: number; readonly limits: Shown } | undefined;
}

interface Moment {
  readonly atMs: number;
  readonly short: OpenWindow | undefined;
  readonly long: OpenWindow | undefined;
}

type Shown = Pick<SessionStatus, "rateLimits" | "usageLeftPercent" | "lastRateLimitUpdateAt" | "lastProbeAt">;

export function watchOf(meter: Meter, readings: Readings, salt: number): Watch {
  return {
    meter,
    readings,
    salt: scramble(salt),
    log: [{ atMs: -Infinity, short: meter.short?.open, long: meter.long?.open }],
    turnEnds: [],
    experience: experienceOf(meter),
    starting: new Set(),
    running: new Set(),
    lastActivityMs: undefined,
    activeFromMs: Infinity,
    activeUntilMs: -Infinity,
    mark: undefined,
    shown: undefined,
  };
}

/** Notes a pick for a process, which has a lease from now on. */
export function notePick(watch: Watch, pid: number, nowMs: number): void {
  if (!isActive(watch, nowMs)) watch.activeFromMs = nowMs;
  watch.activeUntilMs = Math.max(watch.activeUntilMs, nowMs + RECENT_MS);
  watch.starting.add(pid);
}

/** Notes the start of a process's turn, so its thread is open. */
export function noteTurn(watch: Watch, pid: number, nowMs: number): void {
  watch.starting.delete(pid);
  watch.running.add(pid);
  countTurns(watch.experience, 1, nowMs);
  watch.lastActivityMs = nowMs;
}

/** Notes work done, for later readings. */
export function noteWork({ log, meter }: Watch, nowMs: number): void {
  log.push({ atMs: nowMs, short: meter.short?.open, long: meter.long?.open });
}

/** Notes a turn that found nothing left. */
export function noteBlock(watch: Watch, nowMs: number): void {
  const { short, long } = watch.meter;
  const ends = [short, long].flatMap((counter) => {
    const open = counter && openAt(counter.open, counter.durationMs, nowMs);
    return open && open.used >= counter.capacity ? [open.openedAtMs + counter.durationMs] : [];
  });
  watch.mark = { atMs: nowMs, untilMs: Math.max(...ends) };
}

/** Notes the end of a turn, which gives a reading. */
export function noteTurnEnd({ turnEnds, experience, meter }: Watch, nowMs: number): void {
  learnFrom(experience, meter, nowMs);
  turnEnds.push({ atMs: nowMs, cost: parseCost(experience.cost) });
}

/** Notes that the end of a turn is visible; the process ends with its last turn. */
export function noteRest(watch: Watch, pid: number, isOver: boolean, nowMs: number): void {
  countTurns(watch.experience, -1, nowMs);
  watch.lastActivityMs = nowMs;
  if (!isOver) return;
  watch.activeUntilMs = Math.max(watch.activeUntilMs, nowMs);
  watch.running.delete(pid);
}

/** The account's entry in status.json at this moment. */
export function statusAt(watch: Watch, nowMs: number): SessionStatus {
  const { mark, readings, experience: { turns }, starting, running, lastActivityMs } = watch;
  const turnEnd = lastTurnEnd(watch, nowMs);
  const isMarked = mark !== undefined && mark.atMs + readings.delayMs <= nowMs && nowMs < mark.untilMs;
  return {
    ...emptySession(),
    ...shownOf(watch, Math.max(turnEnd?.atMs ?? -Infinity, askedAt(watch, nowMs))),
    appServer: { state: isActive(watch, nowMs) ? "running" : "stopped", pid: 0, restartCount: 0 },
    activity: {
      activeTurns: turns + starting.size,
      turns,
      openThreads: running.size,
      ...(lastActivityMs === undefined ? {} : { lastActivityAt: formatTimeMs(BEGIN_MS + lastActivityMs) }),
      leased: [...running],
    },
    lastProbeResult: "ok",
    ...(turnEnd?.cost === undefined ? {} : { cost: turnEnd.cost }),
    ...(isMarked ? { exhaustedUntil: formatTime(secondUp(mark.untilMs)) } : {}),
  };
}

/** The last turn whose end has been published. */
function lastTurnEnd({ turnEnds, readings }: Watch, nowMs: number): Watch["turnEnds"][number] | undefined {
  let last = turnEnds.length - 1;
  while (last >= 0 && turnEnds[last]!.atMs > nowMs - readings.delayMs) last--;
  return turnEnds[last];
}

/** The time of the last refresh whose reading has been published. */
function askedAt(watch: Watch, nowMs: number): number {
  const { readings, activeFromMs, activeUntilMs } = watch;
  const latestMs = nowMs - readings.delayMs;
  const restMs = lastAnswer(watch, readings.idleMs, latestMs);
  const untilMs = isActive(watch, nowMs) ? latestMs : Math.min(latestMs, activeUntilMs);
  const workMs = activeFromMs <= untilMs ? lastAnswer(watch, readings.activeMs, untilMs) : -Infinity;
  return Math.max(restMs, workMs >= activeFromMs ? workMs : -Infinity);
}

/** The time of the last answered refresh of a series. */
function lastAnswer({ readings, salt }: Watch, everyMs: number, latestMs: number): number {
  const offsetMs = salt % everyMs;
  let number = Math.floor((latestMs - offsetMs) / everyMs);
  while (scramble(salt ^ number) % 100 < readings.lostPercent) number--;
  return number * everyMs + offsetMs;
}

function isActive({ starting, running, activeUntilMs }: Watch, nowMs: number): boolean {
  return starting.size + running.size > 0 || nowMs < activeUntilMs;
}

/** A reading taken at that moment. */
function shownOf(watch: Watch, atMs: number): Shown {
  const { log, meter } = watch;
  if (watch.shown?.atMs === atMs) return watch.shown.limits;
  let last = log.length - 1;
  while (log[last]!.atMs > atMs) last--;
  const { short, long } = log[last]!;
  const [primary, secondary] = [windowOf(meter.short, short, atMs), windowOf(meter.long, long, atMs)];
  const readAt = formatTime(BEGIN_MS + atMs);
  const limits: Shown = {
    // An account with one window has it in the first place, whatever its length.
    rateLimits: { limitId: "codex", primary: primary ?? secondary, secondary: primary && secondary },
    usageLeftPercent: 100 - Math.max(primary?.usedPercent ?? 0, secondary?.usedPercent ?? 0),
    lastRateLimitUpdateAt: readAt,
    lastProbeAt: readAt,
  };
  watch.shown = { atMs, limits };
  return limits;
}

/** A window in a reading. A closed one reads as if it opened now: its reset moves on from reading to reading. */
function windowOf(
  counter: Counter | undefined,
  was: OpenWindow | undefined,
  atMs: number,
): LimitWindow | null {
  if (counter === undefined) return null;
  const open = openAt(was, counter.durationMs, atMs) ?? { openedAtMs: atMs, used: 0 };
  return {
    usedPercent: percentOf(counter, open),
    windowDurationMins: counter.durationMs / 60_000,
    resetsAt: secondUp(open.openedAtMs + counter.durationMs) / 1000,
  };
}

/** The milliseconds rounded up to a whole second. */
function secondUp(ms: number): number {
  return Math.ceil((BEGIN_MS + ms) / 1000) * 1000;
}
