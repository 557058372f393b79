import { fieldsOf } from "../text/json.ts";

/**
 * What work costs an account, learnt by watching: how many percent of its windows went while how many turns were under
 * way. A percent of a large plan is more work than one of a small one, and only this tells. Old sums fade.
 */
export interface Cost {
  /** Turns under way times hours. */
  readonly turnHours: number;
  /** Percent of the short window that went meanwhile. */
  readonly shortPercent: number;
  /** Percent of the long window that went meanwhile. */
  readonly longPercent: number;
}

/** A stretch of time in which so many turns were under way and so much went. */
export interface Stretch {
  readonly hours: number;
  readonly turns: number;
  readonly shortPercent: number;
  readonly longPercent: number;
}

/** What an hour of one turn takes from the windows, in percent. */
export interface Rate {
  readonly short: number;
  readonly long: number;
}

/** After about so many hours a sum has lost two thirds. */
const LASTS_HOURS = 100;
/** Until it has seen this many hours of turns, an account is taken for one like the others. */
const TRUSTED_HOURS = 1;
/** When nobody has seen anything: a short window lasts a turn five hours, a long one a day and a night. */
const UNKNOWN: Rate = { short: 20, long: 4 };

/** The sums after one more stretch. */
export function learn(cost: Cost | undefined, { hours, turns, shortPercent, longPercent }: Stretch): Cost {
  const old = cost ?? { turnHours: 0, shortPercent: 0, longPercent: 0 };
  // Division, because powers differ in their last digit from engine to engine.
  const kept = LASTS_HOURS / (LASTS_HOURS + Math.max(0, hours));
  // What goes without a turn in sight is used somewhere else, and says nothing of what a turn costs.
  const isSeen = turns > 0;
  return {
    turnHours: old.turnHours * kept + turns * hours,
    shortPercent: old.shortPercent * kept + (isSeen ? Math.max(0, shortPercent) : 0),
    longPercent: old.longPercent * kept + (isSeen ? Math.max(0, longPercent) : 0),
  };
}

/** What status.json says of it; undefined unless it is whole. */
export function parseCost(value: unknown): Cost | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const turnHours = amount(fields.get("turnHours"));
  const shortPercent = amount(fields.get("shortPercent"));
  const longPercent = amount(fields.get("longPercent"));
  if (turnHours === undefined || shortPercent === undefined || longPercent === undefined) return undefined;
  return { turnHours, shortPercent, longPercent };
}

/** The rate of an account among others; one of which little is known is taken for the mean of the others. */
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

/** Those that use nothing of such a window have none. */
function meanOf(rates: readonly number[], otherwise: number): number {
  const used = rates.filter((rate) => rate > 0);
  return used.length === 0 ? otherwise : used.reduce((sum, rate) => sum + rate, 0) / used.length;
}

/** A quantity to three places. */
function amount(value: unknown): number | undefined {
  if (typeof value !== "number" || !(value >= 0) || value > LARGEST) return undefined;
  return Math.round(value * 1000) / 1000;
}

const LARGEST = 1e9;
