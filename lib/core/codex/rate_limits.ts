import {
  type Allowance,
  creditsIn,
  flag,
  type OtherLimit,
  otherLimit,
  plainNumber,
  spendLimitIn,
  whole,
  word,
} from "../quota/allowance.ts";
import { parseTime } from "../text/time.ts";
import { definedFields, fieldsOf, type JsonObject, objectOf, textOf } from "../text/json.ts";
import type { LimitWindow, RateLimits } from "../quota/limits.ts";
import { parseWindow, wholePercent } from "../quota/limits.ts";

/** The limit id of the account's main windows; others are limits of single models. */
export const MAIN_LIMIT = "codex";

/** The known limits of an account. */
export interface Readings {
  /** The main windows. */
  readonly limits: RateLimits;
  readonly allowance: Allowance;
}

/** A complete answer of `account/rateLimits/read`. */
export interface Reading {
  readonly readings: Readings;
  /** The workspace it is about, when named. */
  readonly accountId: string | undefined;
}

/** The result of merging a sparse update. */
export interface Update {
  readonly readings: Readings;
  /** The update contained something about the main windows. */
  readonly isReading: boolean;
}

/** An account without any known limits. */
export const NOTHING: Readings = {
  limits: { limitId: MAIN_LIMIT, primary: null, secondary: null },
  allowance: {},
};

/** The limit id of a snapshot: the account's own unless it names another. */
export function limitOf(snapshot: JsonObject): string {
  return textOf(snapshot.get("limitId")) || MAIN_LIMIT;
}

/** Reads a result of `account/rateLimits/read`; undefined when it is not one. */
export function parseReading(result: unknown): Reading | undefined {
  const answer = objectOf(result);
  if (answer === undefined) return undefined;
  const snapshots = new Map<string, JsonObject>();
  for (const [id, value] of objectOf(answer.get("rateLimitsByLimitId")) ?? []) {
    const snapshot = objectOf(value);
    if (snapshot) snapshots.set(id, snapshot);
  }
  const named = objectOf(answer.get("rateLimits"));
  const first = named ?? snapshots.get(MAIN_LIMIT) ?? [...snapshots.values()][0];
  if (first === undefined) return undefined;
  if (first === named && !(isBare(first) && snapshots.has(limitOf(first)))) {
    snapshots.set(limitOf(first), first);
  }
  // The account's own limit is called "codex"; where no limit is, it is the first in the answer.
  const mainId = snapshots.has(MAIN_LIMIT) ? MAIN_LIMIT : limitOf(first);
  const main = snapshots.get(mainId);
  if (main !== undefined && !isUnderstood(main)) return undefined;
  snapshots.delete(mainId);
  const others = [...snapshots].map(([id, snapshot]) => otherLimit(id, snapshot));
  const accountId = answer.get("accountId");
  return {
    readings: withBudget({
      limits: main === undefined ? NOTHING.limits : limitsIn(mainId, main),
      allowance: {
        ...definedFields({ others: others.length === 0 ? undefined : others }),
        ...(main === undefined ? {} : allowanceIn(main)),
        ...definedFields({
          ordinaryUsageAllowed: flag(answer.get("ordinaryUsageAllowed")),
          resetCredits: resetCreditsIn(answer.get("rateLimitResetCredits")),
        }),
      },
    }),
    accountId: typeof accountId === "string" ? accountId : undefined,
  };
}

/**
 * Merges the snapshot of an `account/rateLimits/updated` notification, which is sparse: missing and null fields keep
 * their old values. Undefined when it contains nothing.
 */
export function mergeUpdate(readings: Readings, params: unknown): Update | undefined {
  const snapshot = objectOf(objectOf(params)?.get("rateLimits"));
  return snapshot && mergeSnapshot(readings, snapshot);
}

/** The same for the snapshot alone. */
export function mergeSnapshot(readings: Readings, snapshot: JsonObject): Update | undefined {
  const id = limitOf(snapshot);
  const mainId = readings.limits.limitId || MAIN_LIMIT;
  const tellsWindow = WINDOWS.some((key) => parseWindow(snapshot.get(key)) !== null);
  if (id !== mainId) {
    if (!tellsWindow) return undefined;
    const others = mergeOther(readings.allowance.others ?? [], id, snapshot);
    return { readings: { ...readings, allowance: { ...readings.allowance, others } }, isReading: false };
  }
  const news = allowanceIn(snapshot);
  if (!tellsWindow && Object.keys(news).length === 0) return undefined;
  const limits = { limitId: mainId, ...mergeWindows(readings.limits, snapshot) };
  const { reachedType, ...known } = readings.allowance;
  const isOver = tellsWindow && reachedType === WINDOW_REACHED && !isFull(limits);
  return {
    readings: withBudget({ limits, allowance: { ...(isOver ? known : readings.allowance), ...news } }),
    isReading: tellsWindow,
  };
}

/** The reached type that concerns the windows: newer windows with room cancel it. */
const WINDOW_REACHED = "rate_limit_reached";

function isFull({ primary, secondary }: RateLimits): boolean {
  return [primary, secondary].some((window) => window !== null && window.usedPercent >= 100);
}

function mergeOther(others: readonly OtherLimit[], limitId: string, snapshot: JsonObject): OtherLimit[] {
  const old = others.find((other) => other.limitId === limitId);
  const limitName = word(snapshot.get("limitName")) ?? old?.limitName;
  const merged: OtherLimit = {
    limitId,
    ...definedFields({ limitName }),
    ...mergeWindows(old ?? { primary: null, secondary: null }, snapshot),
  };
  return old === undefined ? [...others, merged] : others.map((other) => other === old ? merged : other);
}

function mergeWindows(old: Pick<RateLimits, "primary" | "secondary">, snapshot: JsonObject) {
  return {
    primary: mergeWindow(old.primary, snapshot.get("primary")),
    secondary: mergeWindow(old.secondary, snapshot.get("secondary")),
  };
}

function mergeWindow(old: LimitWindow | null, value: unknown): LimitWindow | null {
  const fresh = parseWindow(value);
  if (fresh === null) return old;
  const isAnother = fresh.windowDurationMins !== undefined && old?.windowDurationMins !== undefined &&
    fresh.windowDurationMins !== old.windowDurationMins;
  if (old === null || isAnother) return fresh;
  const saysUsed = typeof fieldsOf(value)?.get("usedPercent") === "number";
  return { ...old, ...fresh, usedPercent: saysUsed ? fresh.usedPercent : old.usedPercent };
}

function limitsIn(limitId: string, snapshot: JsonObject): RateLimits {
  return {
    limitId,
    primary: parseWindow(plainWindow(snapshot.get("primary"))),
    secondary: parseWindow(plainWindow(snapshot.get("secondary"))),
  };
}

const WINDOWS = ["primary", "secondary"] as const;

/** True for a snapshot without windows. */
function isBare(snapshot: JsonObject): boolean {
  return WINDOWS.every((key) => (snapshot.get(key) ?? null) === null);
}

/** False for a snapshot with a window or a budget that is there but cannot be read: it must not count as free. */
function isUnderstood(snapshot: JsonObject): boolean {
  const isWindow = (value: unknown) =>
    (value ?? null) === null || wholePercent(fieldsOf(plainWindow(value))?.get("usedPercent")) !== undefined;
  const budget = snapshot.get("individualLimit") ?? null;
  return WINDOWS.every((key) => isWindow(snapshot.get(key))) &&
    (budget === null || spendLimitIn(budget) !== undefined);
}

/** A window whose numbers may be spelled as texts, with numbers. */
function plainWindow(value: unknown): unknown {
  const fields = fieldsOf(value);
  if (fields === undefined) return value;
  const [used, mins, resets] = ["usedPercent", "windowDurationMins", "resetsAt"].map((key) =>
    fields.get(key)
  );
  const at = plainNumber(resets);
  const atMs = typeof at === "string" ? parseTime(at) : undefined;
  return definedFields({
    usedPercent: plainNumber(used),
    windowDurationMins: plainNumber(mins),
    resetsAt: atMs === undefined ? at : atMs / 1000,
  });
}

const MONTH_MINS = 43_200;

/** A budget as a long window, in place of windows that an account does not have. */
function withBudget({ limits, allowance }: Readings): Readings {
  const budget = allowance.spendLimit;
  const hasNone = limits.primary === null && (limits.secondary === null || isBudget(limits.secondary));
  if (budget === undefined || !hasNone) return { limits, allowance };
  const window: LimitWindow = {
    usedPercent: 100 - budget.remainingPercent,
    windowDurationMins: MONTH_MINS,
    ...(budget.resetsAt > 0 ? { resetsAt: budget.resetsAt } : {}),
  };
  return { limits: { ...limits, secondary: window }, allowance };
}

/** Tells whether a window is the budget of `withBudget`: no plan has only a monthly window in second place. */
function isBudget({ windowDurationMins }: LimitWindow): boolean {
  return windowDurationMins === MONTH_MINS;
}

/** The fields of the main limit's snapshot besides its windows. */
function allowanceIn(snapshot: JsonObject): Allowance {
  const reached = snapshot.get("rateLimitReachedType");
  return definedFields({
    plan: word(snapshot.get("planType")),
    credits: creditsIn(snapshot.get("credits")),
    spendLimit: spendLimitIn(snapshot.get("individualLimit")),
    spendControlReached: flag(snapshot.get("spendControlReached")),
    reachedType: word(fieldsOf(reached)?.get("type") ?? reached),
  });
}

function resetCreditsIn(value: unknown): number | undefined {
  return whole(objectOf(value)?.get("availableCount"), Number.MAX_SAFE_INTEGER);
}
