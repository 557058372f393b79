import { objectOf, told } from "../../text/json.ts";
import { left, type LimitWindow, parseWindow, type RateLimits } from "../../quota/limits.ts";
import { MAIN_LIMIT } from "../../codex/rate_limits.ts";

/** One rate-limit window of an account, however it was learnt. */
export interface UsageWindow {
  /** How long it is, in a word: "5h", "daily", "weekly". */
  readonly label: string;
  /** Percent, 0 to 100. */
  readonly left: number;
  /** Unix seconds. */
  readonly resetsAt?: number;
}

/** What an account has left. */
export interface Usage {
  /** The account's own windows, those of single models left out. */
  readonly windows: readonly UsageWindow[];
  /** The service refuses turns whatever the windows say, as without credits. */
  readonly isBlocked: boolean;
}

/** What kind of thing went wrong: each has another cure. */
export type Trouble = "network" | "codex" | "login" | "other";

/** What could be learnt of one auth file. */
export type Reading =
  | { readonly kind: "limits"; readonly usage: Usage; readonly source: Source }
  /** It answers, and has no limits to tell. */
  | { readonly kind: "unlimited"; readonly reason: string }
  | { readonly kind: "failed"; readonly trouble: Trouble; readonly reason: string }
  /** Asking could renew the login, which the copies of it would not survive; so nobody was asked. */
  | { readonly kind: "due" };

/** Codex itself, or the notes that a worker with the same account has taken. */
export type Source = { readonly by: "codex" } | {
  readonly by: "worker";
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

const LENGTHS = [[300, "5h"], [1440, "daily"], [10_080, "weekly"], [43_200, "monthly"], [
  525_600,
  "yearly",
]] as const;

/** The word for a window of so many minutes; what the service calls a month may be a day longer. */
export function labelOf(minutes: number | undefined): string {
  if (minutes === undefined) return "limit";
  const known = LENGTHS.find(([length]) => Math.abs(minutes - length) <= length * 0.05);
  if (known) return known[1];
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

function minutesOf(label: string): number | undefined {
  const known = LENGTHS.find(([, word]) => word === label);
  if (known) return known[0];
  const [, size, unit] = /^(\d+)([hm])$/.exec(label) ?? [];
  return size === undefined ? undefined : Number(size) * (unit === "h" ? 60 : 1);
}

/** The windows of one limit, shortest first. */
export function windowsOf({ primary, secondary }: Pick<RateLimits, "primary" | "secondary">): UsageWindow[] {
  return [primary, secondary]
    .filter((window): window is LimitWindow => window !== null)
    .sort((a, b) => (a.windowDurationMins ?? Infinity) - (b.windowDurationMins ?? Infinity))
    .map((window) => ({
      label: labelOf(window.windowDurationMins),
      left: left(window),
      ...(window.resetsAt === undefined ? {} : { resetsAt: window.resetsAt }),
    }));
}

/** The same as a limit with two windows, the short one first; of more than two those with the least left. */
export function limitsOf({ windows }: Usage): RateLimits {
  const tightest = [...windows].sort((a, b) => a.left - b.left).slice(0, 2);
  const [primary = null, secondary = null] = tightest
    .map(({ label, left, resetsAt }): LimitWindow => ({
      usedPercent: 100 - left,
      ...told({ windowDurationMins: minutesOf(label), resetsAt }),
    }))
    .sort((a, b) => (a.windowDurationMins ?? Infinity) - (b.windowDurationMins ?? Infinity));
  return { limitId: MAIN_LIMIT, primary, secondary };
}

/** How an account stands now: used up until some time (unix seconds, undefined = nobody knows), or not, or unknown. */
export type Standing =
  | { readonly is: "left" }
  | { readonly is: "exhausted"; readonly until: number | undefined }
  | { readonly is: "unknown" };

/** Judges a reading. A window whose reset has passed since is full again, though nobody has said so. */
export function standingOf(reading: Reading, nowMs: number): Standing {
  if (reading.kind === "unlimited") return { is: "left" };
  if (reading.kind !== "limits") return { is: "unknown" };
  const { windows, isBlocked } = reading.usage;
  const empty = windows.filter(({ left, resetsAt }) =>
    left <= 0 && (resetsAt === undefined || resetsAt * 1000 > nowMs)
  );
  if (empty.length === 0) {
    if (isBlocked) return { is: "exhausted", until: undefined };
    return { is: windows.length === 0 ? "unknown" : "left" };
  }
  const resets = empty.map(({ resetsAt }) => resetsAt);
  const isKnown = resets.every((at) => at !== undefined);
  return { is: "exhausted", until: isKnown ? Math.max(...resets) : undefined };
}

/** `5h=0% weekly=60%` */
export function usageWords({ windows }: Usage): string {
  return windows.map(({ label, left }) => `${label}=${left}%`).join(" ");
}

/** What an answer of `account/rateLimits/read` (codex 0.169) says of the account itself; undefined when it is none. */
export function usageIn(result: unknown): { usage: Usage; accountId: string | undefined } | undefined {
  const answer = objectOf(result);
  const limits = objectOf(answer?.get("rateLimits"));
  if (answer === undefined || limits === undefined) return undefined;
  const windows = windowsOf({
    primary: parseWindow(limits.get("primary")),
    secondary: parseWindow(limits.get("secondary")),
  });
  const isBlocked = typeof limits.get("rateLimitReachedType") === "string";
  const accountId = answer.get("accountId");
  return { usage: { windows, isBlocked }, accountId: typeof accountId === "string" ? accountId : undefined };
}
