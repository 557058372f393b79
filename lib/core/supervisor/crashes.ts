/** The crash history of a managed child. Times are monotonic milliseconds. */
export interface Crashes {
  /** Crashes of the last hour, oldest first. */
  readonly times: readonly number[];
  /** The number in a row, unanswered requests included, without a minute of health between them. */
  readonly inARow: number;
  readonly nextStartAt: number;
  /** Time before which the crash-loop guard keeps the child down. */
  readonly guardedUntil: number;
}

export const NO_CRASHES: Crashes = { times: [], inARow: 0, nextStartAt: 0, guardedUntil: 0 };

const BACKOFF_SEC = [1, 2, 4, 8, 16, 30, 60];
const GUARD_MS = 300_000;
const REMEMBERED_MS = 3_600_000;
const HEALTHY_MS = 60_000;

/**
 * Adds a crash: the next start waits 1, 2, 4, 8, 16, 30, 60 s times `chance` mapped to 0.5…1; more than `mostIn5m`
 * within five minutes keep the child down for five, and so does the next one without a minute of health before it.
 * `ranMs` is the child's run time.
 */
export function afterCrash(
  crashes: Crashes,
  now: number,
  ranMs: number,
  mostIn5m: number,
  chance: number,
): Crashes {
  const times = [...recent(crashes, now).times, now];
  const { inARow, nextStartAt } = afterSilence(crashes, now, ranMs, chance);
  const goesOn = crashes.guardedUntil > 0 && ranMs < HEALTHY_MS;
  const isLoop = goesOn || times.filter((time) => now - time <= GUARD_MS).length > mostIn5m;
  const guardedUntil = isLoop ? now + GUARD_MS : 0;
  return {
    times,
    inARow,
    nextStartAt: Math.max(nextStartAt, guardedUntil),
    guardedUntil,
  };
}

/** Adds an unanswered request: it is no crash, but the next start waits as long as after one. */
export function afterSilence(crashes: Crashes, now: number, ranMs: number, chance: number): Crashes {
  const inARow = ranMs >= HEALTHY_MS ? 1 : crashes.inARow + 1;
  const seconds = BACKOFF_SEC[Math.min(inARow, BACKOFF_SEC.length) - 1]!;
  return { ...crashes, inARow, nextStartAt: now + seconds * 1000 * (0.5 + chance / 2) };
}

/** Drops crashes older than an hour: rare restarts should not cost a session its picks forever. */
export function recent(crashes: Crashes, now: number): Crashes {
  const times = crashes.times.filter((time) => now - time < REMEMBERED_MS);
  return times.length === crashes.times.length ? crashes : { ...crashes, times };
}
