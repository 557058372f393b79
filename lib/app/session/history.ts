import { join } from "node:path";
import { wordsOf } from "../../core/text/failure.ts";
import {
  HistoryEncoder,
  isNews,
  parseHistory,
  type Sample,
  type SampleWindow,
  SEAL,
} from "../../core/quota/history.ts";
import { definedFields } from "../../core/text/json.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { formatTime, parseTime } from "../../core/text/time.ts";
import { type Gauge, gaugesOf } from "../../core/quota/windows.ts";
import { appendText } from "../../io/files/append.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { namesIn, readOwn, sizeOf } from "../../io/files/read.ts";
import { MOST_BYTES as LARGEST } from "../../io/files/sizes.ts";
import { NOT_OURS, removeFile } from "../../io/files/replace.ts";
import type { Clock } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";

type Place = Pick<Layout, "history">;

const KEPT_MS = 90 * 86_400_000;
const MOST_BYTES = 20 * 1024 * 1024;
/** All accounts together write at most ten lines a minute, so that the kept months fit. */
const LINE_MS = 6_000;
const LEAST_MS = 60_000;
const RETRY_MS = 60_000;
/** The shortest time between looks at all sessions, and the longest while nothing seems to change. */
const PAUSE_MS = 1_000;
const AGAIN_MS = 30_000;

/** Reads all kept samples, oldest first, by account. */
export function recallHistory(layout: Place): ReadonlyMap<string, readonly Sample[]> {
  const all = new Map<string, Sample[]>();
  for (const name of filesIn(layout)) {
    for (
      const [account, samples] of parseHistory(readOwn(join(layout.history, name), LARGEST.history) ?? "")
    ) {
      const known = all.get(account);
      if (known === undefined) all.set(account, samples);
      else for (const sample of samples) known.push(sample);
    }
  }
  for (const samples of all.values()) samples.sort((a, b) => a.atMs - b.atMs);
  return all;
}

interface Surroundings {
  readonly layout: Place;
  readonly clock: Clock;
  readonly journal: Journal;
  /** True when a file may be written or made now. */
  mayWrite(path: string): boolean;
}

/** Writes samples whenever readings change, in one file a month. */
export class HistoryWriter {
  readonly #around: Surroundings;
  #encoder = new HistoryEncoder();
  #file = "";
  readonly #last = new Map<string, { readonly sample: Sample; readonly notedAt: number }>();
  #notBefore = -Infinity;
  #isFailing = false;
  #seen: ReadonlyMap<string, SessionStatus> | undefined;
  #seenAt = -Infinity;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /**
   * Notes the sessions' present readings; the same map as before means no change. Returns the milliseconds until a
   * look that came too soon is due, else Infinity. Trouble is reported in the journal, once, and stops nothing else.
   */
  note(sessions: ReadonlyMap<string, SessionStatus>): number {
    const { clock } = this.#around;
    const now = clock.monotonic();
    const isDue = sessions !== this.#seen || now - this.#seenAt >= AGAIN_MS;
    if (!isDue) return Infinity;
    if (now < this.#notBefore) return this.#notBefore - now;
    this.#seen = sessions;
    this.#seenAt = now;
    this.#notBefore = Math.max(this.#notBefore, now + PAUSE_MS);
    this.#note(sessions, now);
    return Infinity;
  }

  #note(sessions: ReadonlyMap<string, SessionStatus>, now: number): void {
    const { clock, journal, layout } = this.#around;
    const samples = samplesOf(sessions);
    const pause = Math.max(LEAST_MS, samples.size * LINE_MS);
    const news = [...samples].filter(([account, sample]) => {
      const last = this.#last.get(account);
      return isNews(last?.sample, sample) && now - (last?.notedAt ?? -Infinity) >= pause;
    });
    if (news.length === 0) return;
    try {
      if (!this.#around.mayWrite(layout.history)) throw new Error(NOT_OURS);
      this.#begin(`${formatTime(clock.now()).slice(0, 7)}.log`);
      const lines = news.map(([account, sample]) => this.#encoder.line(account, sample));
      const path = join(layout.history, this.#file);
      appendText(path, lines.join(""), SEAL, () => this.#around.mayWrite(path));
      for (const [account, sample] of news) this.#last.set(account, { sample, notedAt: now });
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) journal.note("cannot write the history", { why: wordsOf(error) });
      this.#isFailing = true;
      this.#file = ""; // the lines written are unknown: the next line of each account is a full one
      this.#notBefore = now + RETRY_MS;
    }
  }

  /** Begins a file with full lines, so that older files can be removed. */
  #begin(file: string): void {
    if (file === this.#file) return;
    const { layout, clock } = this.#around;
    ensureFolder(layout.history);
    discardOld(layout, file, clock.now());
    this.#encoder = new HistoryEncoder();
    this.#file = file;
  }
}

/** The newest sample of each account that has windows. */
function samplesOf(sessions: ReadonlyMap<string, SessionStatus>): Map<string, Sample> {
  const samples = new Map<string, Sample>();
  for (const [alias, { account, rateLimits, lastRateLimitUpdateAt, activity }] of sessions) {
    const atMs = parseTime(lastRateLimitUpdateAt);
    if (account === undefined || atMs === undefined) continue;
    const before = samples.get(account);
    const turns = (before?.turns ?? 0) + activity.activeTurns;
    const { short, long } = gaugesOf(rateLimits, atMs);
    if (before !== undefined && before.atMs >= atMs) samples.set(account, { ...before, turns });
    else if (short !== undefined || long !== undefined) {
      const windows = definedFields({ short: sampleWindow(short), long: sampleWindow(long) });
      samples.set(account, { atMs, alias: before?.alias ?? alias, turns, ...windows });
    }
  }
  return samples;
}

/** The window as a sample holds it. */
export function sampleWindow(gauge: Gauge | undefined): SampleWindow | undefined {
  return gauge && {
    used: 100 - gauge.left,
    ...definedFields({ resetsAtMs: gauge.resetsAtMs, durationMs: gauge.durationMs }),
  };
}

/** Removes the files of months that ended too long ago, and the oldest ones while the total is too big. */
function discardOld(layout: Place, current: string, nowMs: number): void {
  const files = filesIn(layout).map((name) => join(layout.history, name));
  const sizes = files.map(sizeOf);
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  files.forEach((file, index) => {
    const isOld = endOf(file) < nowMs - KEPT_MS;
    if (file.endsWith(current) || !(isOld || bytes > MOST_BYTES)) return;
    removeFile(file);
    bytes -= sizes[index]!;
  });
}

/** The time when the month of a file ended. */
function endOf(file: string): number {
  const [year = 0, month = 0] = file.slice(-"2026-11.log".length, -".log".length).split("-").map(Number);
  return Date.UTC(year, month);
}

function filesIn(layout: Place): string[] {
  return namesIn(layout.history).filter((name) => /^\d{4}-\d\d\.log$/.test(name)).sort();
}
