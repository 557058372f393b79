import type { LimitWindow } from "./limits.ts";

/** What an account may do besides what its main windows say (`account/rateLimits/read`, codex 0.169). Left out = not told. */
export interface Allowance {
  readonly plan?: string;
  /** Limits of single models and the like. */
  readonly others?: readonly OtherLimit[];
  readonly credits?: Credits;
  /** What a workspace lets this member spend. */
  readonly spendLimit?: SpendLimit;
  readonly spendControlReached?: boolean;
  /** False when the service refuses ordinary use, whatever the windows say. */
  readonly ordinaryUsageAllowed?: boolean;
  /** How often a full window may be reset by hand. */
  readonly resetCredits?: number;
  /** Why the service says that a limit is reached. */
  readonly reachedType?: string;
}

export interface OtherLimit {
  readonly limitId: string;
  readonly limitName?: string;
  readonly primary: LimitWindow | null;
  readonly secondary: LimitWindow | null;
}

export interface Credits {
  readonly hasCredits: boolean;
  readonly unlimited: boolean;
  readonly balance?: string;
}

export interface SpendLimit {
  readonly limit: string;
  readonly used: string;
  readonly remainingPercent: number;
  /** Unix seconds. */
  readonly resetsAt: number;
}
