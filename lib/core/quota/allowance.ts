import { definedFields, type Fields, fieldsOf, setField } from "../text/json.ts";
import { type LimitWindow, parseWindow } from "./limits.ts";

/** What an account may do besides what its main windows say (`account/rateLimits/read`). Left out = not told. */
export interface Allowance {
  /** Such as "pro". */
  readonly plan?: string;
  /** Limits of single models and the like. */
  readonly others?: readonly OtherLimit[];
  /** What can be used beyond the windows, for money. */
  readonly credits?: Credits;
  /** What a workspace lets this member spend. */
  readonly spendLimit?: SpendLimit;
  /** Whether that is spent. */
  readonly spendControlReached?: boolean;
  /** False when the service refuses ordinary use, whatever the windows say. */
  readonly ordinaryUsageAllowed?: boolean;
  /** How often a full window may be reset by hand. */
  readonly resetCredits?: number;
  /** Why the service says that a limit is reached. */
  readonly reachedType?: string;
}

/** A limit of its own, of a single model or the like. */
export interface OtherLimit {
  /** The service's name of it. */
  readonly limitId: string;
  /** The name for people. */
  readonly limitName?: string;
  /** The window that is told first; null = none. */
  readonly primary: LimitWindow | null;
  /** The other one; null = none. */
  readonly secondary: LimitWindow | null;
}

/** What can be used beyond the windows, for money. */
export interface Credits {
  /** Whether there are any. */
  readonly hasCredits: boolean;
  /** Whether there is no end of them. */
  readonly unlimited: boolean;
  /** How many, as the service spells it. */
  readonly balance?: string;
}

/** What a workspace lets a member spend, as the service spells it. */
export interface SpendLimit {
  /** All of it. */
  readonly limit: string;
  /** What is spent of it. */
  readonly used: string;
  /** What is left of it, in percent. */
  readonly remainingPercent: number;
  /** Unix seconds; 0 = not told. */
  readonly resetsAt: number;
}

/** Longer ones can only be a mistake, and status.json is read at every pick. */
const LONGEST = 200;
const MOST_OTHERS = 50;

/** An allowance as status.json spells it: what is missing or of a wrong type is left out; undefined when all is. */
export function parseAllowance(value: unknown): Allowance | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const allowance: { -readonly [K in keyof Allowance]: Allowance[K] } = {};
  setField(allowance, "plan", word(fields.get("plan")));
  setField(allowance, "others", othersIn(fields.get("others")));
  setField(allowance, "credits", creditsIn(fields.get("credits")));
  setField(allowance, "spendLimit", spendLimitIn(fields.get("spendLimit")));
  setField(allowance, "spendControlReached", flag(fields.get("spendControlReached")));
  setField(allowance, "ordinaryUsageAllowed", flag(fields.get("ordinaryUsageAllowed")));
  setField(allowance, "resetCredits", whole(fields.get("resetCredits"), Number.MAX_SAFE_INTEGER));
  setField(allowance, "reachedType", word(fields.get("reachedType")));
  return Object.keys(allowance).length === 0 ? undefined : allowance;
}

/** Credits in an answer of Codex or in status.json; undefined when it says nothing of them. */
export function creditsIn(value: unknown): Credits | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const [hasCredits, unlimited] = [flag(fields.get("hasCredits")), flag(fields.get("unlimited"))];
  if (hasCredits === undefined && unlimited === undefined) return undefined;
  const balance = word(fields.get("balance"));
  // The service tells of credits also when none are left.
  const isSpent = balance !== undefined && /^0+(\.0*)?$|^\.0+$/.test(balance);
  return {
    hasCredits: (hasCredits ?? false) && !isSpent,
    unlimited: unlimited ?? false,
    ...definedFields({ balance }),
  };
}

/** A spend limit in an answer of Codex or in status.json; undefined when it says nothing of one. */
export function spendLimitIn(value: unknown): SpendLimit | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const [limit, used] = [word(fields.get("limit")), word(fields.get("used"))];
  const remainingPercent = whole(fields.get("remainingPercent"), 100);
  if (limit === undefined || used === undefined || remainingPercent === undefined) return undefined;
  const resetsAt = whole(fields.get("resetsAt"), Number.MAX_SAFE_INTEGER) ?? 0;
  return { limit, used, remainingPercent, resetsAt };
}

/** One limit that is not the account's own, under this id. */
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
  return typeof value === "boolean" ? value : undefined;
}

/** A whole number from 0 to `most`, what is left of a part cut off. */
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
