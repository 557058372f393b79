import { definedFields, objectOf, textOf } from "../text/json.ts";

/**
 * An account's reading when it changed. While readings stay the same there is one sample an hour, so that a longer gap
 * means that no reading was taken.
 */
export interface Sample {
  readonly atMs: number;
  /** The first session of the account, by name. */
  readonly alias?: string;
  readonly short?: SampleWindow;
  readonly long?: SampleWindow;
  /** Turns and leases under way in all sessions of the account. */
  readonly turns?: number;
}

/** One window of a sample. */
export interface SampleWindow {
  /** Percent, a whole number. */
  readonly used: number;
  /** Epoch milliseconds, whole seconds. */
  readonly resetsAtMs?: number;
  /** Whole minutes. */
  readonly durationMs?: number;
}

/** Ends a torn last line so that it cannot parse. */
export const SEAL = "!\n";

/** The number of difference lines before the next full line, so that a damaged line loses little. */
const WHOLE_EVERY = 240;
/** Resets closer than this are the same one: the service's figure varies by a second. */
const SAME_RESET_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The figures of a difference line, in order: seconds, percent, percent, count, seconds, seconds. */
type Figures = readonly [
  at: number,
  short: number,
  long: number,
  turns: number,
  sReset: number,
  lReset: number,
];

interface Known {
  readonly number: number;
  readonly last: Sample;
  readonly figures: Figures;
  readonly lines: number;
}

/**
 * Writes samples as lines. The first line of an account, the one after `WHOLE_EVERY` difference lines, and one with
 * other windows than before are full lines, as JSON:
 *
 *     {"n":0,"account":"9f…","at":1795170055,"alias":"work","short":[25,1795177255,300],"long":[40,1795429255,10080],"turns":1}
 *
 * (used percent, reset in unix seconds, minutes). The others hold in base 36 the account (`n`) and the differences to
 * the figures of its line before; an empty or missing one is 0: `0,1o,1` = a minute later, 1 % more of the short window.
 */
export class HistoryEncoder {
  readonly #known = new Map<string, Known>();

  /** Returns the line for a sample, with its newline. */
  line(account: string, sample: Sample): string {
    const known = this.#known.get(account);
    const figures = figuresOf(sample);
    const number = known?.number ?? this.#known.size;
    const isWhole = known === undefined || known.lines >= WHOLE_EVERY ||
      shapeOf(known.last) !== shapeOf(sample);
    this.#known.set(account, { number, last: sample, figures, lines: isWhole ? 0 : known.lines + 1 });
    if (isWhole) return `${JSON.stringify(wholeOf(number, account, sample))}\n`;
    const added = figures.map((figure, at) => figure - known.figures[at]!);
    const words = [number, ...added].map((figure, at) => figure === 0 && at > 0 ? "" : figure.toString(36));
    return `${words.join(",").replace(/,+$/, "")}\n`;
  }
}

/** Reads samples back, oldest first, by account. Lines that can't be read, and those that build on them, are skipped. */
export function parseHistory(text: string): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>();
  const known = new Map<number, { readonly account: string; readonly last: Sample }>();
  const lines = text.split("\n");
  lines.pop(); // a torn line, or nothing
  for (const line of lines) {
    const found = line.startsWith("{") ? wholeIn(line) : differenceIn(line, known);
    if (found === "unknown") continue;
    if (found === undefined) {
      known.clear(); // the account of the line is unknown
      continue;
    }
    known.set(found.number, { account: found.account, last: found.sample });
    const list = samples.get(found.account);
    if (list) list.push(found.sample);
    else samples.set(found.account, [found.sample]);
  }
  return samples;
}

/** True when a sample differs enough from the last written one to be written. */
export function isNews(last: Sample | undefined, sample: Sample): boolean {
  if (last === undefined) return true;
  if (sample.atMs === last.atMs) return false;
  return shapeOf(last) !== shapeOf(sample) || sample.turns !== last.turns ||
    hasMoved(last.short, sample.short) || hasMoved(last.long, sample.long) ||
    Math.abs(sample.atMs - last.atMs) >= HOUR_MS;
}

/** True when use or reset has changed; the reset of an unused window moves with every reading. */
function hasMoved(last: SampleWindow | undefined, now: SampleWindow | undefined): boolean {
  if (last === undefined || now === undefined) return last !== now;
  if (last.used !== now.used) return true;
  return now.used > 0 && Math.abs((last.resetsAtMs ?? 0) - (now.resetsAtMs ?? 0)) > SAME_RESET_MS;
}

/** The properties of a sample that a difference line cannot express. */
function shapeOf({ alias, short, long, turns }: Sample): string {
  const window = (each: SampleWindow | undefined) =>
    each && [each.resetsAtMs === undefined, each.durationMs ?? null];
  return JSON.stringify([alias, window(short), window(long), turns === undefined]);
}

function figuresOf({ atMs, short, long, turns = 0 }: Sample): Figures {
  const reset = (window: SampleWindow | undefined) => Math.round((window?.resetsAtMs ?? 0) / 1000);
  return [Math.round(atMs / 1000), short?.used ?? 0, long?.used ?? 0, turns, reset(short), reset(long)];
}

function wholeOf(number: number, account: string, { atMs, alias, short, long, turns }: Sample) {
  const window = (each: SampleWindow | undefined) =>
    each && [
      each.used,
      each.resetsAtMs === undefined ? null : Math.round(each.resetsAtMs / 1000),
      each.durationMs === undefined ? null : Math.round(each.durationMs / 60_000),
    ];
  const at = Math.round(atMs / 1000);
  return { n: number, account, at, alias, short: window(short), long: window(long), turns };
}

interface Found {
  readonly number: number;
  readonly account: string;
  readonly sample: Sample;
}

function wholeIn(line: string): Found | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const fields = objectOf(value);
  const [number, at, turns] = [fields?.get("n"), fields?.get("at"), fields?.get("turns")];
  const [account, alias] = [textOf(fields?.get("account")), textOf(fields?.get("alias"))];
  if (!isWhole(number) || !isWhole(at) || account === "") return undefined;
  const sample = {
    atMs: at * 1000,
    ...definedFields({
      alias: alias === "" ? undefined : alias,
      short: windowIn(fields?.get("short")),
      long: windowIn(fields?.get("long")),
      turns: isWhole(turns) ? turns : undefined,
    }),
  };
  return { number, account, sample };
}

function windowIn(value: unknown): SampleWindow | undefined {
  if (!Array.isArray(value)) return undefined;
  const [used, reset, minutes] = value as unknown[];
  if (!isWhole(used)) return undefined;
  return {
    used,
    ...definedFields({
      resetsAtMs: isWhole(reset) ? reset * 1000 : undefined,
      durationMs: isWhole(minutes) ? minutes * 60_000 : undefined,
    }),
  };
}

/** "unknown" = the line is good, but the one that it builds on is missing. */
function differenceIn(
  line: string,
  known: ReadonlyMap<number, { readonly account: string; readonly last: Sample }>,
): Found | "unknown" | undefined {
  if (!/^[0-9a-z]{1,9}(?:,(?:-?[0-9a-z]{1,9})?){0,6}$/.test(line)) return undefined;
  const [number = 0, ...added] = line.split(",").map((word) => word === "" ? 0 : parseInt(word, 36));
  const before = known.get(number);
  if (before === undefined) return "unknown";
  const { account, last } = before;
  const now = figuresOf(last).map((figure, at) => figure + (added[at] ?? 0));
  const [at = 0, short = 0, long = 0, turns = 0, sReset = 0, lReset = 0] = now;
  const window = (old: SampleWindow | undefined, used: number, reset: number): SampleWindow | undefined =>
    old && { ...old, used, ...(old.resetsAtMs === undefined ? {} : { resetsAtMs: reset * 1000 }) };
  const sample: Sample = {
    ...last,
    atMs: at * 1000,
    ...definedFields({
      short: window(last.short, short, sReset),
      long: window(last.long, long, lReset),
      turns: last.turns === undefined ? undefined : turns,
    }),
  };
  return { number, account, sample };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
