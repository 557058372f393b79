/** One window of a limit; `resetAt` (unix seconds) wins over `resetInSec`. */
export interface Window {
  readonly usedPercent: number;
  readonly windowSec: number;
  readonly resetAt?: number;
  readonly resetInSec?: number;
}

/** A missing window is null; both null means that the account has no limits at all. */
export interface Limit {
  readonly primary: Window | null;
  readonly secondary: Window | null;
}

export interface ExtraLimit extends Limit {
  readonly limitName: string;
  readonly meteredFeature: string;
}

/** The behaviour of an endpoint; `hang` never answers until the mode is changed. */
export type Fault = "ok" | `status:${number}` | "hang" | "malformed" | "empty" | "html" | "drop";
export type RefreshFault = Fault | "reused" | "expired" | "invalidated" | "unknown401";
export type TurnFault = Fault | "usage_limit" | "cut";

/** One answer to a model request: a command for the shell tool to run, a text, or a refusal. */
export type TurnStep =
  | { readonly command: string }
  | { readonly text: string }
  | { readonly mode: TurnFault };

export interface Answer<Mode extends string = Fault> {
  readonly mode: Mode;
  readonly delayMs: number;
}

/** The settings of one account of the fake service. */
export interface Account {
  readonly email?: string;
  readonly userId?: string;
  readonly plan: string;
  readonly workspaceName: string | null;
  /** Lifetime of the access tokens from a refresh or a login. */
  readonly accessTtlSec: number;
  /** Refuses every access token issued before this was set, until a refresh gives a new one. */
  readonly tokenRejected: boolean;
  /** Every answer outside the auth server starts with this one; for faults that hit all endpoints alike. */
  readonly all: Answer;
  readonly usage: Answer & Limit & {
    readonly additional: readonly ExtraLimit[];
    readonly credits: unknown;
    readonly spendControl: unknown;
    readonly reachedType: string | null;
    /** The number of resets by hand of a full window. */
    readonly resetCredits: number | null;
    /** Replaces the whole body. */
    readonly body?: unknown;
  };
  readonly check: Answer;
  /** The rules of a workspace, which Codex requests first in business, enterprise and edu plans. */
  readonly policies: Answer;
  readonly responses: Answer<TurnFault> & {
    readonly text: string;
    /** The answers to the next model requests, one each; then `mode` and `text` hold. */
    readonly steps: readonly TurnStep[];
    /** Delay before the text and before the end of a turn. */
    readonly stepMs: number;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly refresh: Answer<RefreshFault> & { readonly singleUse: boolean };
}

type Patch<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[] ? T[K]
    : T[K] extends Answer<string> | Window | null ? Patch<T[K]> | (null extends T[K] ? null : never)
    : T[K];
};
export type AccountPatch = Patch<Account>;

const HOUR = 3600;
const DAY = 24 * HOUR;
const ANSWERS = { mode: "ok", delayMs: 0 } as const;

/** The default account: 75 % left of five hours, 60 % of the week. */
export const ORDINARY: Account = {
  plan: "pro",
  workspaceName: null,
  accessTtlSec: 10 * DAY,
  tokenRejected: false,
  all: ANSWERS,
  usage: {
    ...ANSWERS,
    primary: { usedPercent: 25, windowSec: 5 * HOUR, resetInSec: 2 * HOUR },
    secondary: { usedPercent: 40, windowSec: 7 * DAY, resetInSec: 3 * DAY },
    additional: [],
    credits: null,
    spendControl: null,
    reachedType: null,
    resetCredits: null,
  },
  check: ANSWERS,
  policies: ANSWERS,
  responses: { ...ANSWERS, text: "fake answer", steps: [], stepMs: 0, headers: {} },
  refresh: { ...ANSWERS, singleUse: true },
};

/** Merges `patch` into `base`, record by record; arrays and null replace. */
export function merged<T>(base: T, patch: unknown): T {
  if (patch === undefined) return base;
  if (!isRecord(base) || !isRecord(patch)) return patch as T;
  const whole: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) whole[key] = merged(whole[key], value);
  return whole as T;
}

export function emailOf(id: string, account: Account): string {
  return account.email ?? `${id}@example.test`;
}

export function userOf(id: string, account: Account): string {
  return account.userId ?? `user-${id}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
