/**
 * Answers of `account/rateLimits/read` and the verdict on each: every flag of the service alone and in pairs, beside
 * windows with room, full or missing, credits, and budgets. What is expected is stated here a second time, from the
 * documentation and not from the program.
 */

/** When all of them were given. */
export const NOW = Date.parse("2026-11-20T12:00:00Z");
/** When a full window resets, and when a budget does; unix seconds. */
const WINDOW_RESETS = NOW / 1000 + 2 * 3600;
const BUDGET_RESETS = NOW / 1000 + 3 * 86_400;

type Windows = "room" | "full" | "missing";
type Budget = "none" | "room" | "gone";

export interface Row {
  readonly name: string;
  /** The result, without the account it speaks of. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** The words of every program; undefined = there is something left. */
  readonly words: string | undefined;
  /** RFC 3339; undefined = unknown, or there is something left. */
  readonly comesBackAt: string | undefined;
}

const REACHED = [
  "rate_limit_reached",
  "workspace_owner_credits_depleted",
  "workspace_member_credits_depleted",
  "workspace_owner_usage_limit_reached",
  "workspace_member_usage_limit_reached",
] as const;

interface Flags {
  readonly ordinaryUsageAllowed?: false;
  readonly spendControlReached?: true;
  readonly rateLimitReachedType?: (typeof REACHED)[number];
}

/** No flag, each alone, and each pair that can be: an answer names one reached limit at most. */
const FLAGS: readonly Flags[] = [
  {},
  { ordinaryUsageAllowed: false },
  { spendControlReached: true },
  { ordinaryUsageAllowed: false, spendControlReached: true },
  ...REACHED.flatMap((rateLimitReachedType): Flags[] => [
    { rateLimitReachedType },
    { rateLimitReachedType, ordinaryUsageAllowed: false },
    { rateLimitReachedType, spendControlReached: true },
  ]),
];

const HAS_CREDITS = [false, true] as const;
const ALL_WINDOWS: readonly Windows[] = ["room", "full", "missing"];
const BUDGETS: readonly Budget[] = ["none", "room", "gone"];

export const ROWS: readonly Row[] = FLAGS.flatMap((flags) =>
  ALL_WINDOWS.flatMap((windows) =>
    HAS_CREDITS.flatMap((hasCredits) => BUDGETS.map((budget) => rowOf(flags, windows, hasCredits, budget)))
  )
);

function rowOf(flags: Flags, windows: Windows, hasCredits: boolean, budget: Budget): Row {
  const stop = stopOf(flags, windows, budget);
  const untilSec = stop?.untilSec;
  const names = [
    ...Object.entries(flags).map(([flag, value]) => typeof value === "string" ? value : `${flag} ${value}`),
    `windows ${windows}`,
    ...(hasCredits ? ["credits"] : []),
    ...(budget === "none" ? [] : [`budget ${budget}`]),
  ];
  return {
    name: names.join(", "),
    answer: answerOf(flags, windows, hasCredits, budget),
    words: stop &&
      (stop.untilSec === "unknown"
        ? stop.words
        : `${stop.words}, resets in ${untilSec === WINDOW_RESETS ? "2h" : "3d"}`),
    comesBackAt: typeof untilSec === "number"
      ? new Date(untilSec * 1000).toISOString().replace(".000", "")
      : undefined,
  };
}

type Until = number | "unknown";

/** Why the account can't be used and until when; undefined = it can. The first cause has the words. */
function stopOf(
  flags: Flags,
  windows: Windows,
  budget: Budget,
): { readonly words: string; readonly untilSec: Until } | undefined {
  const { ordinaryUsageAllowed, spendControlReached, rateLimitReachedType: reached = "" } = flags;
  const stops: [words: string, until: Until][] = [];
  const budgetUntil = budget === "none" ? "unknown" : BUDGET_RESETS;
  if (spendControlReached) stops.push(["spend limit reached", budgetUntil]);
  else if (budget === "gone") stops.push(["budget used up", budgetUntil]);
  if (/^workspace_\w+_credits/.test(reached)) stops.push(["workspace out of credits", "unknown"]);
  if (/^workspace_\w+_usage/.test(reached)) stops.push(["workspace limit reached", budgetUntil]);
  if (windows === "full") stops.push(["exhausted", WINDOW_RESETS]);
  // The service's refusal is explained by whatever else is used up; alone it has no end that is known.
  if (stops.length === 0 && reached !== "") stops.push(["limit reached", "unknown"]);
  if (stops.length === 0 && ordinaryUsageAllowed === false) {
    stops.push(["use refused by the service", "unknown"]);
  }
  if (stops.length === 0) return undefined;
  const untils = stops.map(([, until]) => until);
  const untilSec = untils.includes("unknown") ? "unknown" : Math.max(...untils as number[]);
  return { words: stops[0]![0], untilSec };
}

function answerOf(
  { ordinaryUsageAllowed, ...flags }: Flags,
  windows: Windows,
  hasCredits: boolean,
  budget: Budget,
): Row["answer"] {
  const used = windows === "full" ? 100 : 20;
  const rateLimits = {
    limitId: "codex",
    primary: windows === "missing"
      ? null
      : { usedPercent: used, windowDurationMins: 300, resetsAt: WINDOW_RESETS },
    secondary: windows === "missing"
      ? null
      : { usedPercent: 30, windowDurationMins: 10_080, resetsAt: BUDGET_RESETS },
    credits: hasCredits ? { hasCredits: true, unlimited: false, balance: "12.50" } : null,
    individualLimit: budget === "none" ? null : {
      limit: "100",
      used: budget === "gone" ? "100" : "75",
      remainingPercent: budget === "gone" ? 0 : 25,
      resetsAt: BUDGET_RESETS,
    },
    planType: "pro",
    spendControlReached: null,
    rateLimitReachedType: null,
    ...flags,
  };
  return {
    ordinaryUsageAllowed: ordinaryUsageAllowed ?? true,
    rateLimits,
    rateLimitsByLimitId: { codex: rateLimits },
    rateLimitResetCredits: { availableCount: 0, credits: null },
  };
}
