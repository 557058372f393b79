import type { ToldLimits } from "../../core/codex/activity.ts";
import { isWithoutLimits, type ProbeResult, probeResultIn, probeText } from "../../core/codex/reasons.ts";
import { isBetter, markOf, type Refusal, type RefusalMark } from "../../core/codex/refusal.ts";
import { type Crashes, recent } from "../../core/supervisor/crashes.ts";
import { left } from "../../core/quota/limits.ts";
import {
  limitOf,
  MAIN_LIMIT,
  mergeSnapshot,
  mergeUpdate,
  NOTHING,
  type Readings,
} from "../../core/codex/rate_limits.ts";
import { definedFields } from "../../core/text/json.ts";
import { emptySession, type SessionStatus } from "../../core/session/status.ts";
import { formatTime, parseTime } from "../../core/text/time.ts";
import type { Clock } from "../../io/host.ts";

/** Fields that are absent while unknown. */
type LiveField = "account" | "accountSince" | "codexVersion" | "lacks";

/** Live facts: pid, crashes, activity. */
export interface LiveFacts extends Pick<SessionStatus, "activity" | LiveField> {
  /** Of the permanent app-server; 0 = none runs. */
  readonly pid: number;
  readonly crashes: Crashes;
}

/** The tolerated difference between the clock here and that of a rollout's writer. */
const FUTURE_MS = 5000;

/** The status.json entry of one alias. */
export class StatusEntry {
  readonly #clock: Clock;
  readonly #unknownLeft: () => number;
  #session: SessionStatus;
  /** The time of the newest reading, epoch milliseconds. */
  #readAt: number | undefined;
  /** The time of the newest reading of each other limit, by id; and that of the last complete reading. */
  readonly #othersAt = new Map<string, number>();
  #completeAt: number | undefined;
  /** The mark of the last refused turn; an expired one is kept until it is lifted. */
  #mark: RefusalMark | undefined;
  /** Refusals up to this time are recorded or lifted. */
  #refusalsUntil = -Infinity;
  /** The last complete reading; an improvement on it lifts the mark. */
  #complete: Readings | undefined;

  constructor(session: SessionStatus, clock: Clock, unknownLeft: () => number) {
    this.#session = session;
    this.#clock = clock;
    this.#unknownLeft = unknownLeft;
    this.#readAt = parseTime(session.lastRateLimitUpdateAt);
    this.#completeAt = this.#readAt;
    const [atMs, untilMs] = [parseTime(session.refusedAt), parseTime(session.exhaustedUntil)];
    if (untilMs !== undefined) this.#mark = { atMs: atMs ?? this.#readAt ?? -Infinity, untilMs };
    this.#refusalsUntil = this.#mark?.atMs ?? -Infinity;
    if (this.#readAt !== undefined) this.#complete = this.#readings();
  }

  get readAt(): number | undefined {
    return this.#readAt;
  }

  /** The result of the last probe; undefined before the first. */
  get result(): ProbeResult | undefined {
    return probeResultIn(this.#session.lastProbeResult);
  }

  /** True after a probe with any result. */
  get isTried(): boolean {
    return this.#session.lastProbeResult !== "";
  }

  /** Records a complete reading. */
  read(readings: Readings): void {
    const now = this.#clock.now();
    this.#othersAt.clear();
    this.#completeAt = now;
    this.#take(readings, now);
    if (this.#complete !== undefined && isBetter(this.#complete, readings)) this.lift(now);
    this.#complete = readings;
  }

  /** Records an unrequested update of a child; it is a reading only if it covers the main windows. */
  update(params: unknown): void {
    const merged = mergeUpdate(this.#readings(), params);
    if (merged?.isReading) this.#take(merged.readings, this.#clock.now());
    else if (merged) this.#keep(merged.readings);
  }

  /** Records limits from a rollout, unless a newer reading is known. */
  noted({ snapshot, at }: ToldLimits): void {
    const limitId = limitOf(snapshot);
    const known = limitId === MAIN_LIMIT ? this.#readAt : this.#othersAt.get(limitId) ?? this.#completeAt;
    if ((known !== undefined && at <= known) || at > this.#clock.now() + FUTURE_MS) return;
    const merged = mergeSnapshot(this.#readings(), snapshot);
    if (merged === undefined) return;
    if (limitId !== MAIN_LIMIT) this.#othersAt.set(limitId, at);
    if (!merged.isReading) return this.#keep(merged.readings);
    this.#take(merged.readings, at);
  }

  /** Records that a turn was refused because a limit is used up. */
  refused(refusal: Refusal): void {
    const now = this.#clock.now();
    if (refusal.at <= this.#refusalsUntil || refusal.at > now + FUTURE_MS) return;
    const mark = markOf(refusal, now, this.#mark !== undefined, this.#session.rateLimits.limitId);
    this.#refusalsUntil = refusal.at;
    if (mark !== undefined) this.#mark = mark;
  }

  /** Lifts the mark of refusals up to `atMs`, after a later turn succeeded or the limits improved. */
  lift(atMs: number): void {
    if (this.#mark !== undefined && this.#mark.atMs >= atMs) return;
    this.#mark = undefined;
    this.#refusalsUntil = Math.max(this.#refusalsUntil, atMs);
  }

  /** Records the result of a probe; where there are no limits, that is also the complete reading. */
  tried(result: ProbeResult): void {
    if (isWithoutLimits(result)) this.read(NOTHING);
    this.#session = {
      ...this.#session,
      lastProbeAt: formatTime(this.#clock.now()),
      lastProbeResult: probeText(result),
    };
  }

  /** Records a pick; `at` is the time as stored, empty = no newer than the status. */
  picked(at: string): void {
    if (at !== "") this.#session = { ...this.#session, lastSelectedAt: at };
  }

  /** Clears the probe result, because the login may be valid again. */
  forgetResult(): void {
    this.#session = { ...this.#session, lastProbeResult: "" };
  }

  /** Clears everything that belongs to the previous login. */
  forgetAll(): void {
    this.#session = { ...emptySession(), lastSelectedAt: this.#session.lastSelectedAt };
    this.#readAt = undefined;
    this.#completeAt = undefined;
    this.#complete = undefined;
    this.#mark = undefined;
    this.#othersAt.clear();
  }

  /** The complete entry. A crash loop makes it unhealthy until the next start. */
  session({ pid, crashes, activity, ...live }: LiveFacts): SessionStatus {
    const now = this.#clock.monotonic();
    const { guardedUntil, times } = recent(crashes, now);
    const isGuarded = guardedUntil > now;
    const {
      nextTryAt: _,
      account: _account,
      accountSince: _since,
      codexVersion,
      lacks,
      exhaustedUntil: _until,
      refusedAt: _at,
      ...rest
    } = this.#session;
    const mark = this.#mark !== undefined && this.#mark.untilMs > this.#clock.now() ? this.#mark : undefined;
    return {
      ...rest,
      health: isGuarded ? "unhealthy" : "healthy",
      appServer: pid === 0 && times.length === 0
        ? emptySession().appServer
        : { state: pid > 0 ? "running" : "stopped", pid, restartCount: times.length },
      activity,
      // Until Codex has been asked again, its version is what it was.
      ...(live.codexVersion === undefined ? definedFields({ codexVersion, lacks }) : {}),
      ...live,
      ...(mark === undefined ? {} : {
        exhaustedUntil: formatTime(mark.untilMs),
        refusedAt: formatTime(Math.max(mark.atMs, 0)),
      }),
      ...(isGuarded ? { nextTryAt: formatTime(this.#clock.now() + guardedUntil - now) } : {}),
    };
  }

  #readings(): Readings {
    return { limits: this.#session.rateLimits, allowance: this.#session.allowance ?? {} };
  }

  /** Records a reading of the main windows, taken at `at`. */
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
    const hasAllowance = Object.keys(allowance).length > 0;
    this.#session = { ...rest, rateLimits: limits, ...(hasAllowance ? { allowance } : {}) };
  }
}
