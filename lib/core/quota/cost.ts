import { recordOf } from "../text/json.ts";

/**
 * The cost of work on an account, learnt from its readings: the percent used of its windows and the turns under way
 * meanwhile. A percent of a large plan is more work than one of a small plan; only the cost shows that. Old sums fade.
 */
export interface Cost {
  /** Sum of turns under way times hours. */
  readonly turnHours: number;
  /** Percent of the short window used meanwhile. */
  readonly shortPercent: number;
  /** Percent of the long window used meanwhile. */
  readonly longPercent: number;
}

/** A stretch of time, with the mean number of turns under way and the percent used. */
export interface Stretch {
  readonly hours: number;
  readonly turns: number;
  readonly shortPercent: number;
  readonly longPercent: number;
}

/** The percent of each window that an hour of one turn uses. */
export interface Rate {
  readonly short: number;
  readonly long: number;
}

/** Hours after which a sum has lost about two thirds. */
const LASTS_HOURS = 100;
/** The weight of the usual rate beside an account's own, in hours of turns. */
const TRUSTED_HOURS = 1;
/** The rate when nothing is known: one turn uses up a short window in five hours and a long one in 25. */
const UNKNOWN: Rate = { short: 20, long: 4 };

/** The sums after one more stretch. */
export function learn(cost: Cost | undefined, { hours, turns, shortPercent, longPercent }: Stretch): Cost {
  const old = cost ?? { turnHours: 0, shortPercent: 0, longPercent: 0 };
  // A division, because the last digit of a power differs between engines.
  const kept = LASTS_HOURS / (LASTS_HOURS + Math.max(0, hours));
  // Use without a turn under way comes from elsewhere, so it does not count as the cost of a turn.
  const isSeen = turns > 0;
  return {
    turnHours: old.turnHours * kept + turns * hours,
    shortPercent: old.shortPercent * kept + (isSeen ? Math.max(0, shortPercent) : 0),
    longPercent: old.longPercent * kept + (isSeen ? Math.max(0, longPercent) : 0),
  };
}

/** The cost in status.json; undefined unless it is complete. */
export function parseCost(value: unknown): Cost | undefined {
  const fields = recordOf(value);
  if (fields === undefined) return undefined;
  const turnHours = amount(fields.turnHours);
  const shortPercent = amount(fields.shortPercent);
  const longPercent = amount(fields.longPercent);
  if (turnHours === undefined || shortPercent === undefined || longPercent === undefined) return undefined;
  return { turnHours, shortPercent, longPercent };
}

/** The rate of an account, drawn to the usual one while little is known of it. */
export function rateAmong(usual: Rate, cost: Cost | undefined): Rate {
  return {
    short: rateOf(cost?.shortPercent, cost?.turnHours, usual.short),
    long: rateOf(cost?.longPercent, cost?.turnHours, usual.long),
  };
}

/** The mean rate of several accounts. */
export function usualRate(costs: readonly (Cost | undefined)[]): Rate {
  const known = costs.filter((cost): cost is Cost =>
    cost !== undefined && cost.turnHours >= TRUSTED_HOURS / 2
  );
  return {
    short: meanOf(known.map((cost) => cost.shortPercent / cost.turnHours), UNKNOWN.short),
    long: meanOf(known.map((cost) => cost.longPercent / cost.turnHours), UNKNOWN.long),
  };
}

function rateOf(percent = 0, turnHours = 0, usual: number): number {
  return (percent + TRUSTED_HOURS * usual) / (turnHours + TRUSTED_HOURS);
}

/** The mean without zeros: an account that uses nothing of a window has no such window. */
function meanOf(rates: readonly number[], otherwise: number): number {
  const used = rates.filter((rate) => rate > 0);
  return used.length === 0 ? otherwise : used.reduce((sum, rate) => sum + rate, 0) / used.length;
}

/** A number, 0 or more, to three decimal places. */
function amount(value: unknown): number | undefined {
  if (typeof value !== "number" || !(value >= 0) || value > LARGEST) return undefined;
  return Math.round(value * 1000) / 1000;
}

const LARGEST = 1e9;
