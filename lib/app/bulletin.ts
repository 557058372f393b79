import { REASONS } from "../core/answer.ts";
import { type Crashes, recent } from "../core/crashes.ts";
import { left } from "../core/limits.ts";
import { MAIN_LIMIT, mergeUpdate, type Readings } from "../core/readings.ts";
import { emptySession, type SessionStatus } from "../core/status.ts";
import { formatTime, parseTime } from "../core/time.ts";
import type { Clock } from "../io/host.ts";

/** What is known of one alias, in the words of status.json. */
export class Bulletin {
  readonly #clock: Clock;
  readonly #unknownLeft: () => number;
  #session: SessionStatus;
  #readings: Readings;

  constructor(session: SessionStatus, clock: Clock, unknownLeft: () => number) {
    this.#session = session;
    this.#clock = clock;
    this.#unknownLeft = unknownLeft;
    this.#readings = new Map([[MAIN_LIMIT, session.rateLimits]]);
  }

  /** When the newest reading was taken, epoch milliseconds. */
  get readAt(): number | undefined {
    return parseTime(this.#session.lastRateLimitUpdateAt);
  }

  /** What came of the last try. */
  get result(): string {
    return this.#session.lastProbeResult;
  }

  /** A complete reading. */
  read(readings: Readings): void {
    this.#readings = readings;
    const main = readings.get(MAIN_LIMIT) ?? { limitId: MAIN_LIMIT, primary: null, secondary: null };
    const windows = [main.primary, main.secondary].filter((window) => window !== null);
    this.#session = {
      ...this.#session,
      rateLimits: main,
      usageLeftPercent: windows.length > 0 ? Math.min(...windows.map(left)) : this.#unknownLeft(),
      lastRateLimitUpdateAt: formatTime(this.#clock.now()),
    };
  }

  /** What a child tells by itself; only what it says of the main windows is published. */
  update(params: unknown): void {
    const merged = mergeUpdate(this.#readings, params);
    if (merged === undefined) return;
    if (merged.get(MAIN_LIMIT) === this.#readings.get(MAIN_LIMIT)) this.#readings = merged;
    else this.read(merged);
  }

  /** What came of a try; an API key is read by saying so. */
  tried(result: string): void {
    if (result === REASONS.apiKey) this.read(new Map());
    this.#session = {
      ...this.#session,
      lastProbeAt: formatTime(this.#clock.now()),
      lastProbeResult: result,
    };
  }

  /** `at` as the pick was remembered; empty = in words that say no more than the status. */
  picked(at: string): void {
    if (at !== "") this.#session = { ...this.#session, lastSelectedAt: at };
  }

  /** The login may be good again. */
  forgetResult(): void {
    this.#session = { ...this.#session, lastProbeResult: "" };
  }

  /** Another login: nothing that is known is true of it. */
  forgetAll(): void {
    this.#session = { ...emptySession(), lastSelectedAt: this.#session.lastSelectedAt };
    this.#readings = new Map();
  }

  /** All of it, with what is to be said of the child: `pid` 0 = none runs. A crash loop makes it unhealthy until the next try. */
  session(pid: number, crashes: Crashes): SessionStatus {
    const now = this.#clock.monotonic();
    const { guardedUntil, times } = recent(crashes, now);
    const isGuarded = guardedUntil > now;
    const { nextTryAt: _, ...rest } = this.#session;
    return {
      ...rest,
      health: isGuarded ? "unhealthy" : "healthy",
      appServer: { state: pid > 0 ? "running" : "stopped", pid, restartCount: times.length },
      ...(isGuarded ? { nextTryAt: formatTime(this.#clock.now() + guardedUntil - now) } : {}),
    };
  }
}
