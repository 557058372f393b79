import type { Refusal, ToldLimits } from "../../core/codex/activity.ts";
import { type ProbeResult, probeResultIn, probeText } from "../../core/codex/reasons.ts";
import { markOf } from "../../core/codex/refusal.ts";
import { type Crashes, recent } from "../../core/supervisor/crashes.ts";
import { exhaustionOf } from "../../core/pick/exhaustion.ts";
import { told } from "../../core/text/json.ts";
import { left } from "../../core/quota/limits.ts";
import {
  limitOf,
  MAIN_LIMIT,
  mergeSnapshot,
  mergeUpdate,
  NOTHING,
  type Readings,
} from "../../core/codex/rate_limits.ts";
import { emptySession, type SessionStatus } from "../../core/session/status.ts";
import { formatTime, parseTime } from "../../core/text/time.ts";
import type { Clock } from "../../io/host.ts";

/** What is left out where nobody knows it. */
type Momentary = "account" | "accountSince" | "codexVersion" | "lacks";

/** What only the moment tells of a session. */
export interface Doings extends Pick<SessionStatus, "activity" | Momentary> {
  /** Of the app-server that stays; 0 = none runs. */
  readonly pid: number;
  readonly crashes: Crashes;
}

/** A clock may be a little ahead of the one that wrote a session file. */
const FUTURE_MS = 5000;

/** What is known of one alias, in the words of status.json. */
export class Bulletin {
  readonly #clock: Clock;
  readonly #unknownLeft: () => number;
  #session: SessionStatus;
  /** When the newest reading was taken, epoch milliseconds. */
  #readAt: number | undefined;
  /** When the newest reading of each limit but the main one was taken, by its id, and when the last complete one was. */
  readonly #othersAt = new Map<string, number>();
  #completeAt: number | undefined;
  /** When the last turn was refused. */
  #refusedAt = -Infinity;

  constructor(session: SessionStatus, clock: Clock, unknownLeft: () => number) {
    this.#session = session;
    this.#clock = clock;
    this.#unknownLeft = unknownLeft;
    this.#readAt = parseTime(session.lastRateLimitUpdateAt);
    this.#completeAt = this.#readAt;
    if (session.exhaustedUntil !== undefined) this.#refusedAt = this.#readAt ?? -Infinity;
  }

  get readAt(): number | undefined {
    return this.#readAt;
  }

  /** The result of the last try; undefined when there was none. */
  get result(): ProbeResult | undefined {
    return probeResultIn(this.#session.lastProbeResult);
  }

  /** Whether there was a try, with whatever result. */
  get isTried(): boolean {
    return this.#session.lastProbeResult !== "";
  }

  /** A complete reading. */
  read(readings: Readings): void {
    const now = this.#clock.now();
    this.#othersAt.clear();
    this.#completeAt = now;
    this.#take(readings, now);
    this.#lift(now);
  }

  /** What a child tells by itself; only what it says of the main windows is a reading. */
  update(params: unknown): void {
    const merged = mergeUpdate(this.#readings(), params);
    if (merged?.isReading) this.#take(merged.readings, this.#clock.now());
    else if (merged) this.#keep(merged.readings);
  }

  /** What a turn in an open thread was told; never over what was read later. */
  noted({ snapshot, at, since }: ToldLimits): void {
    const limitId = limitOf(snapshot);
    const known = limitId === MAIN_LIMIT ? this.#readAt : this.#othersAt.get(limitId) ?? this.#completeAt;
    if ((known !== undefined && at <= known) || at > this.#clock.now() + FUTURE_MS) return;
    const merged = mergeSnapshot(this.#readings(), snapshot);
    if (merged === undefined) return;
    if (limitId !== MAIN_LIMIT) this.#othersAt.set(limitId, at);
    if (!merged.isReading) return this.#keep(merged.readings);
    this.#take(merged.readings, at);
    this.#lift(since);
  }

  /** A turn was refused because a limit is used up. */
  refused({ at, snapshot }: Refusal): void {
    if (at <= this.#refusedAt || at < (this.#readAt ?? -Infinity)) return;
    if (at > this.#clock.now() + FUTURE_MS) return;
    const exhaustedUntil = markOf(snapshot, this.#clock.now());
    if (exhaustedUntil === undefined) return;
    this.#refusedAt = at;
    this.#session = { ...this.#session, exhaustedUntil };
  }

  /** Notes the result of a try; an API key is read by saying so. */
  tried(result: ProbeResult): void {
    if (result.kind === "apiKey") this.read(NOTHING);
    this.#session = {
      ...this.#session,
      lastProbeAt: formatTime(this.#clock.now()),
      lastProbeResult: probeText(result),
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
    this.#readAt = undefined;
    this.#completeAt = undefined;
    this.#othersAt.clear();
  }

  /** All of it. A crash loop makes it unhealthy until the next try. */
  session({ pid, crashes, activity, ...momentary }: Doings): SessionStatus {
    const now = this.#clock.monotonic();
    const { guardedUntil, times } = recent(crashes, now);
    const isGuarded = guardedUntil > now;
    const {
      nextTryAt: _,
      account: _a,
      accountSince: _s,
      codexVersion: _v,
      lacks: _l,
      exhaustedUntil,
      ...rest
    } = this
      .#session;
    const isOver = (parseTime(exhaustedUntil) ?? Infinity) <= this.#clock.now();
    return {
      ...rest,
      health: isGuarded ? "unhealthy" : "healthy",
      appServer: { state: pid > 0 ? "running" : "stopped", pid, restartCount: times.length },
      activity,
      ...momentary,
      ...told({ exhaustedUntil: isOver ? undefined : exhaustedUntil }),
      ...(isGuarded ? { nextTryAt: formatTime(this.#clock.now() + guardedUntil - now) } : {}),
    };
  }

  #readings(): Readings {
    return { limits: this.#session.rateLimits, allowance: this.#session.allowance ?? {} };
  }

  /** A reading of the main windows that was taken then. */
  #take({ limits, allowance }: Readings, at: number): void {
    const windows = [limits.primary, limits.secondary].filter((window) => window !== null);
    this.#readAt = at;
    this.#keep({ limits, allowance });
    this.#session = {
      ...this.#session,
      usageLeftPercent: windows.length > 0 ? Math.min(...windows.map(left)) : this.#unknownLeft(),
      lastRateLimitUpdateAt: formatTime(at),
    };
  }

  #keep({ limits, allowance }: Readings): void {
    const { allowance: _, ...rest } = this.#session;
    const isTold = Object.keys(allowance).length > 0;
    this.#session = { ...rest, rateLimits: limits, ...(isTold ? { allowance } : {}) };
  }

  /** The mark of a refused turn goes when something that was told to a later question shows that there is something left. */
  #lift(askedAt: number): void {
    const { exhaustedUntil, ...rest } = this.#session;
    if (exhaustedUntil === undefined || askedAt <= this.#refusedAt) return;
    if (exhaustionOf(rest, this.#clock.now()) === undefined) this.#session = rest;
  }
}
