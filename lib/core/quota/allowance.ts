import { definedFields, type Fields, fieldsOf, recordOf, setField } from "../text/json.ts";
import { type LimitWindow, parseWindow } from "./limits.ts";

/** The limits and credits of an account besides its main windows (`account/rateLimits/read`). Absent = unknown. */
export interface Allowance {
  /** Such as "pro". */
  readonly plan?: string;
  /** Limits of single models and the like. */
  readonly others?: readonly OtherLimit[];
  /** Credits that pay for use beyond the windows. */
  readonly credits?: Credits;
  /** The spend limit of this workspace member. */
  readonly spendLimit?: SpendLimit;
  /** True when the spend limit is reached. */
  readonly spendControlReached?: boolean;
  /** False when the service refuses ordinary use, whatever the windows say. */
  readonly ordinaryUsageAllowed?: boolean;
  /** The number of resets of a full window that the user may still make. */
  readonly resetCredits?: number;
  /** The service's reason for a reached limit. */
  readonly reachedType?: string;
}

/** A separate limit, of a single model or the like. */
export interface OtherLimit {
  /** The service's id of it. */
  readonly limitId: string;
  /** The display name. */
  readonly limitName?: string;
  /** The first window of the answer; null = none. */
  readonly primary: LimitWindow | null;
  /** The other window; null = none. */
  readonly secondary: LimitWindow | null;
}

/** Credits that pay for use beyond the windows. */
export interface Credits {
  /** True when there are any. */
  readonly hasCredits: boolean;
  /** True when they have no limit. */
  readonly unlimited: boolean;
  /** The number, as the service spells it. */
  readonly balance?: string;
}

/** The spend limit of a workspace member, as the service spells it. */
export interface SpendLimit {
  /** The whole amount. */
  readonly limit: string;
  /** The amount spent. */
  readonly used: string;
  /** Percent left. */
  readonly remainingPercent: number;
  /** Unix seconds; 0 = unknown. */
  readonly resetsAt: number;
}

/** Longer texts are dropped as a mistake, since status.json is read at every pick. */
const LONGEST = 200;
const MOST_OTHERS = 50;

/** An allowance in status.json, without fields that are missing or of a wrong type; undefined when none is left. */
export function parseAllowance(value: unknown): Allowance | undefined {
  const fields = recordOf(value);
  if (fields === undefined) return undefined;
  const allowance: { -readonly [K in keyof Allowance]: Allowance[K] } = {};
  setField(allowance, "plan", word(fields.plan));
  setField(allowance, "others", othersIn(fields.others));
  setField(allowance, "credits", creditsIn(fields.credits));
  setField(allowance, "spendLimit", spendLimitIn(fields.spendLimit));
  setField(allowance, "spendControlReached", flag(fields.spendControlReached));
  setField(allowance, "ordinaryUsageAllowed", flag(fields.ordinaryUsageAllowed));
  setField(allowance, "resetCredits", whole(fields.resetCredits, Number.MAX_SAFE_INTEGER));
  setField(allowance, "reachedType", word(fields.reachedType));
  return Object.keys(allowance).length === 0 ? undefined : allowance;
}

/** The credits in an answer of Codex or in status.json; undefined when it has none. */
export function creditsIn(value: unknown): Credits | undefined {
  const fields = recordOf(value);
  if (fields === undefined) return undefined;
  const [hasCredits, unlimited] = [flag(fields.hasCredits), flag(fields.unlimited)];
  if (hasCredits === undefined && unlimited === undefined) return undefined;
  const { balance: told } = fields;
  const balance = word(typeof told === "number" ? String(told) : told);
  // The service lists credits also when none are left.
  const isSpent = balance !== undefined && /^-|^0+(\.0*)?$|^\.0+$/.test(balance);
  return {
    hasCredits: (hasCredits ?? false) && !isSpent,
    unlimited: unlimited ?? false,
    ...definedFields({ balance }),
  };
}

/** The spend limit in an answer of Codex or in status.json; undefined when it has none. */
export function spendLimitIn(value: unknown): SpendLimit | undefined {
  const fields = recordOf(value);
  if (fields === undefined) return undefined;
  const amount = (value: unknown) => word(typeof value === "number" ? String(value) : value);
  const [limit, used] = [amount(fields.limit), amount(fields.used)];
  if (limit === undefined || used === undefined) return undefined;
  const told = fields.remainingPercent ?? 100 - 100 * Number(used) / Number(limit);
  const remainingPercent = whole(plainNumber(told), 100);
  if (remainingPercent === undefined) return undefined;
  const resetsAt = whole(plainNumber(fields.resetsAt), Number.MAX_SAFE_INTEGER) ?? 0;
  return { limit, used, remainingPercent, resetsAt };
}

/** The limit of this id, other than the account's own. */
export function otherLimit(limitId: string, fields: Fields): OtherLimit {
  return {
    limitId,
    ...definedFields({ limitName: word(fields.get("limitName")) }),
    primary: parseWindow(fields.get("primary")),
    secondary: parseWindow(fields.get("secondary")),
  };
}

/** A short text of the service; undefined for anything else. */
export function word(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= LONGEST ? value : undefined;
}

export function flag(value: unknown): boolean | undefined {
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "boolean" ? value : undefined;
}

/** A number that may be spelled as a text; any other value as it is. */
export function plainNumber(value: unknown): unknown {
  return typeof value === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
}

/** A whole number from 0 to `most`, any fraction cut off. */
export function whole(value: unknown, most: number): number | undefined {
  if (typeof value !== "number" || Number.isNaN(value)) return undefined;
  return Math.min(Math.max(Math.floor(value), 0), most);
}

function othersIn(value: unknown): OtherLimit[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const others = value.slice(0, MOST_OTHERS).flatMap((each: unknown) => {
    const fields = fieldsOf(each);
    const limitId = word(fields?.get("limitId"));
    return fields === undefined || limitId === undefined ? [] : otherLimit(limitId, fields);
  });
  return others.length === 0 ? undefined : others;
}
