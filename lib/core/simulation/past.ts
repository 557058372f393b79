import type { Sample, SampleWindow } from "../quota/history.ts";
import { byteOrder } from "../text/byte_order.ts";
import { PROMPT } from "./scenarios.ts";
import type { Holding, Job, OpenWindow, Plan, Turn, Workload } from "./workload.ts";

/** The work of the past, derived from readings. */
export interface Past {
  readonly workload: Workload;
  /** The time from the first reading to the last. */
  readonly spanMs: number;
  /** The number of readings that show new use. */
  readonly rises: number;
}

type Kind = "short" | "long";

const MINUTE_MS = 60_000;
/** The work of a rise is placed at most this long before its reading. */
const LONGEST_TURN_MS = 10 * MINUTE_MS;
/** A longer pause begins another job. */
const LONGEST_PAUSE_MS = 30 * MINUTE_MS;
/** The least percent, and minutes of turns, for a meaningful ratio of two sums. */
const LEAST_PERCENT = 5;
const LEAST_TURN_MS = 60 * MINUTE_MS;
/** The share of a short window in a week, when unknown. */
const SHORT_SHARE = 0.2;
/** The units of a window of average size. */
const UNITS = 10_000;

/**
 * The work that filled the accounts' windows, as jobs that any account could have served. The worth of an account's
 * percent follows from the minutes of turns that it took; accounts count as equal where that is unknown. Refused work
 * left no trace and is missing. Undefined when nothing ever rose.
 */
export function pastOf(histories: ReadonlyMap<string, readonly Sample[]>): Past | undefined {
  const samples = [...histories]
    .filter(([, samples]) => samples.length > 0)
    .sort(([a], [b]) => byteOrder(a, b))
    .map(([, samples]) => [...samples].sort((a, b) => a.atMs - b.atMs));
  const rises = samples.map(risesIn);
  const count = rises.reduce((sum, rises) => sum + rises.length, 0);
  if (count === 0) return undefined;
  const beginMs = Math.min(...samples.map(([first]) => first!.atMs));
  const endMs = Math.max(...samples.map((samples) => samples.at(-1)!.atMs));
  const plans = plansOf(samples, rises);
  const accounts = samples.map(([first], index): Holding => {
    const plan = plans[index]!;
    const [short, long] = [openIn(first!, "short", plan, beginMs), openIn(first!, "long", plan, beginMs)];
    return { alias: `account-${index + 1}`, plan, ...(short && { short }), ...(long && { long }) };
  });
  const jobs = rises.flatMap((rises, index) => jobsIn(rises, plans[index]!, beginMs));
  return {
    workload: {
      accounts,
      jobs: jobs.sort((a, b) => a.startMs - b.startMs),
      readings: PROMPT,
      endMs: endMs - beginMs,
    },
    spanMs: endMs - beginMs,
    rises: count,
  };
}

/** The use between two readings. */
interface Rise {
  readonly fromMs: number;
  readonly toMs: number;
  readonly turns: number;
  /** Percent; undefined unless both readings have such a window. */
  readonly short: number | undefined;
  readonly long: number | undefined;
}

function risesIn(samples: readonly Sample[]): Rise[] {
  return samples.slice(1).flatMap((sample, index): Rise[] => {
    const before = samples[index]!;
    const [short, long] = [riseOf(before.short, sample.short), riseOf(before.long, sample.long)];
    if ((short ?? 0) + (long ?? 0) === 0) return [];
    const fromMs = Math.max(before.atMs, sample.atMs - LONGEST_TURN_MS);
    return [{
      fromMs,
      toMs: sample.atMs,
      turns: Math.max(1, sample.turns ?? 0, before.turns ?? 0),
      short,
      long,
    }];
  });
}

/** The rise of a window; one that was closed in between starts at 0. */
function riseOf(before: SampleWindow | undefined, after: SampleWindow | undefined): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const laterMs = (after.resetsAtMs ?? 0) - (before.resetsAtMs ?? after.resetsAtMs ?? 0);
  const isAnother = after.used < before.used || laterMs > (after.durationMs ?? 0) / 2;
  return isAnother ? after.used : after.used - before.used;
}

/** The accounts' capacities in common units, as far as known. */
function plansOf(samples: readonly (readonly Sample[])[], rises: readonly (readonly Rise[])[]): Plan[] {
  const total = (list: readonly Rise[], kind: Kind) => list.reduce((sum, rise) => sum + (rise[kind] ?? 0), 0);
  const worth = rises.map((list, index) => {
    const percent = total(list, "long") || total(list, "short");
    const turnMs = turnTime(samples[index]!);
    return percent >= LEAST_PERCENT && turnMs >= LEAST_TURN_MS ? turnMs / percent : undefined;
  });
  const known = worth.filter((each) => each !== undefined);
  const mean = known.reduce((sum, each) => sum + each, 0) / known.length;
  const sizeOf = (worth = mean) => known.length === 0 ? UNITS : Math.max(1, Math.round(UNITS * worth / mean));
  return samples.map((list, index) => {
    const size = sizeOf(worth[index]);
    const [short, long] = [total(rises[index]!, "short"), total(rises[index]!, "long")];
    const share = short >= LEAST_PERCENT && long >= LEAST_PERCENT ? long / short : SHORT_SHARE;
    const [shorts, longs] = [windowsIn(list, "short"), windowsIn(list, "long")];
    return {
      ...(longs.length > 0 ? { long: size, ...lasting("longMs", longs) } : {}),
      ...(shorts.length > 0
        ? {
          short: longs.length > 0 ? Math.max(1, Math.round(size * share)) : size,
          ...lasting("shortMs", shorts),
        }
        : {}),
    };
  });
}

/** The sum of the time that turns were under way; a long gap counts as no work. */
function turnTime(samples: readonly Sample[]): number {
  return samples.slice(1).reduce((sum, { atMs, turns = 0 }, index) => {
    const before = samples[index]!;
    return sum + Math.min(atMs - before.atMs, LONGEST_TURN_MS) * ((before.turns ?? 0) + turns) / 2;
  }, 0);
}

function windowsIn(samples: readonly Sample[], kind: Kind): SampleWindow[] {
  return samples.flatMap((sample) => sample[kind] ?? []);
}

function lasting(key: "shortMs" | "longMs", windows: readonly SampleWindow[]): Partial<Plan> {
  const durationMs = windows.at(-1)?.durationMs;
  return durationMs === undefined ? {} : { [key]: durationMs };
}

/** The window that was open at the first reading, if that is at the beginning. */
function openIn(sample: Sample, kind: Kind, plan: Plan, beginMs: number): OpenWindow | undefined {
  const { used, resetsAtMs, durationMs } = sample[kind] ?? { used: 0 };
  const capacity = plan[kind];
  if (used === 0 || resetsAtMs === undefined || durationMs === undefined || capacity === undefined) {
    return undefined;
  }
  const openedAtMs = resetsAtMs - durationMs - beginMs;
  return openedAtMs > 0
    ? undefined
    : { openedAtMs, used: Math.min(Math.ceil(used * capacity / 100), capacity) };
}

/** One job per parallel turn, ended by a long pause. */
function jobsIn(rises: readonly Rise[], plan: Plan, beginMs: number): Job[] {
  const jobs: { startMs: number; turns: Turn[]; endMs: number }[] = [];
  const places: number[] = [];
  for (const { fromMs, toMs, turns, short, long } of rises) {
    // A percent of the short window is less work, so it shows finer steps than the long one.
    const percent = short === undefined ? (long ?? 0) * (plan.long ?? 0) : short * (plan.short ?? 0);
    const work = Math.round(percent / 100);
    const [atMs, durationMs] = [fromMs - beginMs, Math.max(1, toMs - fromMs)];
    for (let place = 0; place < turns; place++) {
      const share = Math.floor((place + 1) * work / turns) - Math.floor(place * work / turns);
      if (share === 0) continue;
      const last = jobs[places[place] ?? -1];
      const turn = { atMs, durationMs, work: share };
      if (last !== undefined && atMs - last.endMs <= LONGEST_PAUSE_MS) {
        last.turns.push(turn);
        last.endMs = atMs + durationMs;
      } else {
        places[place] = jobs.push({ startMs: atMs, turns: [turn], endMs: atMs + durationMs }) - 1;
      }
    }
  }
  return jobs.map(({ startMs, turns }) => ({ startMs, turns }));
}
