import { type Allowance, parseAllowance } from "../quota/allowance.ts";
import { indent, objectOf, recordOf, renderObject, setField, textOf } from "../text/json.ts";
import { type LimitWindow, parseWindow, type RateLimits, wholePercent } from "../quota/limits.ts";
import { type Cost, parseCost } from "../quota/cost.ts";
import { sortByBytes } from "../text/byte_order.ts";
import { parseTime } from "../text/time.ts";

/** The entry of one session in status.json; times are RFC 3339 or empty. */
export interface SessionStatus {
  /** "healthy", or another state. */
  readonly health: string;
  /** Its supervised app-server; a pid of 0 = none runs. */
  readonly appServer: { readonly state: string; readonly pid: number; readonly restartCount: number };
  /** The account's own limits. */
  readonly rateLimits: RateLimits;
  /** Percent left of both windows by their weights: 0 to 100. */
  readonly usageLeftPercent: number;
  /** The work under way. */
  readonly activity: Activity;
  /** Time of the last reading. */
  readonly lastRateLimitUpdateAt: string;
  /** Time of the last try to read limits. */
  readonly lastProbeAt: string;
  /** "ok", or the reason in words why there was no reading; empty before the first try. */
  readonly lastProbeResult: string;
  /** Time of the last pick. */
  readonly lastSelectedAt: string;
  /** Next start of a child that keeps crashing. This key and those below are unknown to the predecessor. */
  readonly nextTryAt?: string;
  /** The account: a hash of user and workspace. Two aliases with one key are one account. */
  readonly account?: string;
  /** Time since which the home is known to have that login, RFC 3339. */
  readonly accountSince?: string;
  /** The version of the Codex that the supervisor runs. */
  readonly codexVersion?: string;
  /** The features that version lacks, in words. */
  readonly lacks?: readonly string[];
  /** The rights of the account beyond its main windows. */
  readonly allowance?: Allowance;
  /** Time before which the account is not used after a refused turn, unless a reading improves. */
  readonly exhaustedUntil?: string;
  /** Time of that refusal. */
  readonly refusedAt?: string;
  /** The cost of work on the account. */
  readonly cost?: Cost;
}

/** The work in a session. */
export interface Activity {
  /** Turns under way, and leases and reservations whose thread is not open yet. */
  readonly activeTurns: number;
  /** Turns under way in open threads, started by any program. */
  readonly turns?: number;
  /** Threads that a Codex has open, at work or not. */
  readonly openThreads?: number;
  /** Time of the last event in one, RFC 3339. */
  readonly lastActivityAt?: string;
  /** Processes with a lease whose thread is open: they are counted as threads. */
  readonly leased?: readonly number[];
  /** Reservations, by their times, whose thread is open. */
  readonly redeemed?: readonly number[];
}

/** The content of status.json; only the supervisor writes it while it lives. */
export interface Status {
  /** Version of the format: 1. */
  readonly version: number;
  /** Time of writing, RFC 3339. */
  readonly updatedAt: string;
  /** The supervisor that wrote it; it may have ended. */
  readonly daemon: { readonly pid: number; readonly startedAt: string };
  /** By alias. */
  readonly sessions: ReadonlyMap<string, SessionStatus>;
}

/** The keys of a session that the predecessor does not know. */
type Ours = Pick<
  SessionStatus,
  | "nextTryAt"
  | "account"
  | "accountSince"
  | "codexVersion"
  | "lacks"
  | "allowance"
  | "exhaustedUntil"
  | "refusedAt"
  | "cost"
>;

const I32 = 0x7fff_ffff;
/** The largest count or setting whose products, and sums of a few of them, are exact. */
export const LARGEST_COUNT = 90_000_000;

const EMPTY: SessionStatus = {
  health: "healthy",
  appServer: { state: "stopped", pid: 0, restartCount: 0 },
  rateLimits: { limitId: "codex", primary: null, secondary: null },
  usageLeftPercent: 30,
  activity: { activeTurns: 0 },
  lastRateLimitUpdateAt: "",
  lastProbeAt: "",
  lastProbeResult: "",
  lastSelectedAt: "",
};

/** A session before its first reading. */
export function emptySession(): SessionStatus {
  return EMPTY;
}

export function emptyStatus(): Status {
  return { version: 1, updatedAt: "", daemon: { pid: 0, startedAt: "" }, sessions: new Map() };
}

/**
 * Reads status.json leniently: missing fields and fields of a wrong type get their default. Throws Error unless JSON.
 */
export function parseStatus(text: string): Status {
  const file = objectOf(fileOf(text));
  if (file === undefined) throw new Error("invalid status json: not an object");
  const daemon = objectOf(file.get("daemon"));
  const sessions = objectOf(file.get("sessions")) ?? new Map<string, unknown>();
  return {
    version: count(file.get("version"), 0xffff_ffff),
    updatedAt: textOf(file.get("updatedAt")),
    daemon: { pid: count(daemon?.get("pid"), I32), startedAt: textOf(daemon?.get("startedAt")) },
    sessions: new Map(Array.from(sessions, ([alias, value]) => [alias, parseSession(value)])),
  };
}

/**
 * The text of status.json, valid for the predecessor: no null, and no float for a whole number. `entryOf` may cache the
 * text of an entry.
 */
export function renderStatus(status: Status, entryOf = renderEntry): string {
  const entries = sortByBytes([...status.sessions.keys()])
    .map((alias) => entryOf(alias, status.sessions.get(alias)!));
  const head = renderObject([
    ["version", count(status.version, 0xffff_ffff)],
    ["updatedAt", status.updatedAt],
    ["daemon", { pid: count(status.daemon.pid, I32), startedAt: status.daemon.startedAt }],
  ]);
  const sessions = entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n  }`;
  return `${head.slice(0, -2)},\n  "sessions": ${sessions}\n}\n`;
}

/** The lines of one session in status.json. */
export function renderEntry(alias: string, session: SessionStatus): string {
  return indent(renderObject([[alias, plain(session)]]).slice("{\n".length, -"\n}".length));
}

function fileOf(text: string): unknown {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new Error(`invalid status json: ${(error as Error).message}`, { cause: error });
  }
  // The predecessor's reader takes an empty list for an empty file.
  return Array.isArray(file) && file.length === 0 ? {} : file;
}

function parseSession(value: unknown): SessionStatus {
  const session = recordOf(value);
  const appServer = recordOf(session?.appServer);
  const limits = recordOf(session?.rateLimits);
  return {
    health: textOf(session?.health),
    appServer: {
      state: textOf(appServer?.state),
      pid: count(appServer?.pid, I32),
      restartCount: count(appServer?.restartCount),
    },
    rateLimits: {
      limitId: textOf(limits?.limitId),
      primary: parseWindow(limits?.primary),
      secondary: parseWindow(limits?.secondary),
    },
    usageLeftPercent: count(session?.usageLeftPercent),
    activity: parseActivity(session?.activity),
    lastRateLimitUpdateAt: textOf(session?.lastRateLimitUpdateAt),
    lastProbeAt: textOf(session?.lastProbeAt),
    lastProbeResult: textOf(session?.lastProbeResult),
    lastSelectedAt: textOf(session?.lastSelectedAt),
    ...oursIn(session),
  };
}

/** The keys that the predecessor ignores. */
function oursIn(session: Readonly<Record<string, unknown>> | undefined): Ours {
  const ours: { -readonly [K in keyof Ours]: Ours[K] } = {};
  if (session === undefined) return ours;
  setField(ours, "nextTryAt", wordsIn(session.nextTryAt));
  setField(ours, "account", wordsIn(session.account));
  setField(ours, "accountSince", wordsIn(session.accountSince));
  setField(ours, "codexVersion", wordsIn(session.codexVersion));
  setField(ours, "lacks", listIn(session.lacks));
  setField(ours, "allowance", parseAllowance(session.allowance));
  setField(ours, "exhaustedUntil", timeIn(session.exhaustedUntil));
  setField(ours, "refusedAt", timeIn(session.refusedAt));
  setField(ours, "cost", parseCost(session.cost));
  return ours;
}

function parseActivity(value: unknown): Activity {
  const from = recordOf(value);
  const activity: { -readonly [K in keyof Activity]: Activity[K] } = {
    activeTurns: count(from?.activeTurns),
  };
  if (from === undefined) return activity;
  const optional = (key: string) => typeof from[key] === "number" ? count(from[key]) : undefined;
  setField(activity, "turns", optional("turns"));
  setField(activity, "openThreads", optional("openThreads"));
  setField(activity, "lastActivityAt", wordsIn(from.lastActivityAt));
  setField(activity, "leased", countsIn(from.leased, I32));
  setField(activity, "redeemed", countsIn(from.redeemed, Number.MAX_SAFE_INTEGER));
  return activity;
}

/** One session in the predecessor's order of keys; values that its reader or ours rejects are not written. */
function plain(session: SessionStatus): Record<string, unknown> {
  const { appServer, rateLimits } = session;
  return {
    health: session.health,
    appServer: {
      state: appServer.state,
      pid: count(appServer.pid, I32),
      restartCount: count(appServer.restartCount),
    },
    rateLimits: {
      limitId: rateLimits.limitId,
      primary: plainWindow(rateLimits.primary),
      secondary: plainWindow(rateLimits.secondary),
    },
    usageLeftPercent: count(session.usageLeftPercent),
    activity: parseActivity(session.activity),
    lastRateLimitUpdateAt: session.lastRateLimitUpdateAt,
    lastProbeAt: session.lastProbeAt,
    lastProbeResult: session.lastProbeResult,
    lastSelectedAt: session.lastSelectedAt,
    ...oursIn(recordOf(session)),
  };
}

function plainWindow(window: LimitWindow | null): LimitWindow | null {
  return window === null || wholePercent(window.usedPercent) === undefined ? null : parseWindow(window);
}

/** A whole number from 0 to `most`: floats rounded up, anything else 0. */
function count(value: unknown, most: number = LARGEST_COUNT): number {
  if (typeof value !== "number" || !(value > 0)) return 0;
  return Math.min(Math.ceil(value), most);
}

function countsIn(value: unknown, most: number): number[] | undefined {
  return Array.isArray(value) ? value.map((each) => count(each, most)).filter((each) => each > 0) : undefined;
}

function listIn(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const words = value.filter((each) => typeof each === "string" && each !== "");
  return words.length === 0 ? undefined : words;
}

function wordsIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function timeIn(value: unknown): string | undefined {
  return parseTime(value) === undefined ? undefined : value as string;
}
