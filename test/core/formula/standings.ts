import type { Allowance } from "../../../lib/core/quota/allowance.ts";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import type { Formula } from "./module.ts";
import { NOW } from "./golden.ts";

/** How an account stands, and what there is to say of that beside one that has 30 % left of everything. */
export interface Standing {
  readonly why: string;
  readonly primary?: LimitWindow;
  readonly secondary?: LimitWindow;
  readonly allowance?: Allowance;
  readonly exhaustedUntil?: string;
  /** What `status` shows as PRIM, WEEK and USAGE. */
  readonly shows: readonly [prim: string, week: string, usage: string];
  readonly reason: string;
  readonly wins: boolean;
}

const HOUR = 3600;
const FIVE_HOURS = 300;
const WEEK = 10_080;
/** A window with so much used that resets in so many seconds. */
const window = (minutes: number, usedPercent: number, resetsIn?: number): LimitWindow => ({
  usedPercent,
  windowDurationMins: minutes,
  ...(resetsIn === undefined ? {} : { resetsAt: NOW / 1000 + resetsIn }),
});
const roomy = { primary: window(FIVE_HOURS, 20, HOUR), secondary: window(WEEK, 40, HOUR) };
const ROOMY = ["80%", "60%", "72%"] as const;
const at = (inSec: number) => new Date(NOW + inSec * 1000).toISOString();

/** Worked by hand. */
export const STANDINGS: readonly Standing[] = [
  { why: "both windows", ...roomy, shows: ROOMY, reason: "eligible", wins: true },
  {
    why: "a week alone, in the first place",
    primary: window(WEEK, 25, HOUR),
    shows: ["-", "75%", "75%"],
    reason: "eligible",
    wins: true,
  },
  {
    why: "five hours alone, in the second place",
    secondary: window(FIVE_HOURS, 25, HOUR),
    shows: ["75%", "-", "75%"],
    reason: "eligible",
    wins: true,
  },
  {
    why: "both in each other's place",
    primary: roomy.secondary,
    secondary: roomy.primary,
    shows: ROOMY,
    reason: "eligible",
    wins: true,
  },
  {
    why: "a month instead of a week",
    primary: window(43_200, 90, HOUR),
    shows: ["-", "10%", "10%"],
    reason: "eligible",
    wins: false,
  },
  { why: "no limits at all", shows: ["-", "-", "30%"], reason: "eligible", wins: false },
  {
    why: "two more limits, both used up: they are not the account's own",
    ...roomy,
    allowance: {
      others: [
        { limitId: "codex_a", primary: window(FIVE_HOURS, 100, HOUR), secondary: window(WEEK, 100, HOUR) },
        { limitId: "codex_b", primary: window(WEEK, 100, HOUR), secondary: null },
      ],
    },
    shows: ROOMY,
    reason: "eligible",
    wins: true,
  },
  {
    why: "five hours used up",
    primary: window(FIVE_HOURS, 100, 2 * HOUR + 600),
    secondary: window(WEEK, 40, 5 * HOUR),
    shows: ["0%", "60%", "24%"],
    reason: "exhausted, resets in 2h 10m",
    wins: false,
  },
  {
    why: "both used up: back when the later one resets",
    primary: window(WEEK, 100, 3 * 24 * HOUR),
    secondary: window(FIVE_HOURS, 100, HOUR),
    shows: ["0%", "0%", "0%"],
    reason: "exhausted, resets in 3d",
    wins: false,
  },
  {
    why: "used up, and nobody says until when",
    primary: window(FIVE_HOURS, 100),
    shows: ["0%", "-", "0%"],
    reason: "exhausted",
    wins: false,
  },
  {
    why: "used up until a moment ago: untouched now",
    primary: window(FIVE_HOURS, 100, 0),
    secondary: window(WEEK, 40, HOUR),
    shows: ["100%", "60%", "84%"],
    reason: "eligible",
    wins: true,
  },
  {
    why: "both reset since the reading",
    primary: window(WEEK, 100, -1),
    secondary: window(FIVE_HOURS, 97, -HOUR),
    shows: ["100%", "100%", "100%"],
    reason: "eligible",
    wins: true,
  },
  {
    why: "a turn was told that the limit is used up",
    ...roomy,
    exhaustedUntil: at(90),
    shows: ROOMY,
    reason: "refused, resets in 2m",
    wins: false,
  },
  {
    why: "a turn was told so, and that is over",
    ...roomy,
    exhaustedUntil: at(0),
    shows: ROOMY,
    reason: "eligible",
    wins: true,
  },
  {
    why: "its workspace lets it spend no more",
    ...roomy,
    allowance: {
      spendControlReached: true,
      spendLimit: { limit: "100", used: "100", remainingPercent: 0, resetsAt: NOW / 1000 + HOUR },
      credits: { hasCredits: true, unlimited: false, balance: "5" },
    },
    shows: ROOMY,
    reason: "spend limit reached, resets in 1h",
    wins: false,
  },
  {
    why: "its workspace lets it spend no more, and nobody says until when",
    ...roomy,
    allowance: { spendControlReached: true },
    shows: ROOMY,
    reason: "spend limit reached",
    wins: false,
  },
  {
    why: "its workspace would let it spend more",
    ...roomy,
    allowance: {
      spendControlReached: false,
      spendLimit: { limit: "100", used: "75", remainingPercent: 25, resetsAt: NOW / 1000 + HOUR },
    },
    shows: ROOMY,
    reason: "eligible",
    wins: true,
  },
  {
    why: "the service refuses ordinary use, whatever the windows say",
    ...roomy,
    allowance: { ordinaryUsageAllowed: false },
    shows: ROOMY,
    reason: "use refused by the service",
    wins: false,
  },
  {
    why: "the service refused ordinary use while a window was full that has reset",
    primary: window(FIVE_HOURS, 100, 0),
    allowance: { ordinaryUsageAllowed: false },
    shows: ["100%", "-", "100%"],
    reason: "eligible",
    wins: true,
  },
  {
    why: "the service refused it while the other window was full that has reset",
    primary: window(FIVE_HOURS, 20, HOUR),
    secondary: window(WEEK, 100, 0),
    allowance: { ordinaryUsageAllowed: false },
    shows: ["80%", "100%", "88%"],
    reason: "eligible",
    wins: true,
  },
  {
    why: "the service names a limit that is reached, whatever the windows say",
    ...roomy,
    allowance: { reachedType: "rate_limit_reached" },
    shows: ROOMY,
    reason: "limit reached",
    wins: false,
  },
  {
    why: "the workspace is out of credits, which no reset of a window cures",
    primary: window(FIVE_HOURS, 100, HOUR),
    allowance: { reachedType: "workspace_member_credits_depleted" },
    shows: ["0%", "-", "0%"],
    reason: "workspace out of credits",
    wins: false,
  },
  {
    why: "the budget of a workspace member is used up",
    ...roomy,
    allowance: {
      spendLimit: { limit: "100", used: "100", remainingPercent: 0, resetsAt: NOW / 1000 + HOUR },
    },
    shows: ROOMY,
    reason: "budget used up, resets in 1h",
    wins: false,
  },
  {
    why: "the service refuses it though the window that has reset was not full",
    primary: window(FIVE_HOURS, 99, 0),
    allowance: { ordinaryUsageAllowed: false },
    shows: ["100%", "-", "100%"],
    reason: "use refused by the service",
    wins: false,
  },
  {
    why: "the service allows ordinary use",
    ...roomy,
    allowance: { ordinaryUsageAllowed: true, credits: { hasCredits: false, unlimited: false } },
    shows: ROOMY,
    reason: "eligible",
    wins: true,
  },
  {
    why: "used up, with credits: at a price it could go on, so never while another has something left",
    primary: window(FIVE_HOURS, 100, HOUR),
    allowance: { credits: { hasCredits: true, unlimited: false, balance: "12.50" } },
    shows: ["0%", "-", "0%"],
    reason: "exhausted, resets in 1h",
    wins: false,
  },
];

export function statusOf({ primary, secondary, allowance, exhaustedUntil }: Standing): SessionStatus {
  return {
    ...emptySession(),
    lastRateLimitUpdateAt: new Date(NOW).toISOString(),
    rateLimits: { limitId: "codex", primary: primary ?? null, secondary: secondary ?? null },
    ...(allowance === undefined ? {} : { allowance }),
    ...(exhaustedUntil === undefined ? {} : { exhaustedUntil }),
  };
}

export const RIVAL: SessionStatus = {
  ...emptySession(),
  lastRateLimitUpdateAt: new Date(NOW).toISOString(),
  rateLimits: {
    limitId: "codex",
    primary: window(FIVE_HOURS, 70, HOUR),
    secondary: window(WEEK, 70, HOUR),
  },
};

/** Where a formula is wrong about a standing, and about what is left of windows that have reset. */
export function standingFaults({ decide, defaultConfig, gaugesOf }: Formula): string[] {
  const settings = defaultConfig().sessions;
  const faults: string[] = [];
  for (const standing of STANDINGS) {
    // By its name the rival comes first between equals.
    const candidates = [["it", statusOf(standing)], ["a rival", RIVAL]] as const;
    const { verdicts, winner } = decide(
      candidates.map(([alias, status]) => ({ alias, status, lastSelectedMs: undefined, pickSeq: 0 })),
      NOW,
      settings,
      { policy: "score" },
    );
    const [verdict] = verdicts;
    const usage = `${verdict?.usage}%`;
    if (verdict?.reason !== standing.reason) faults.push(`${standing.why}: ${verdict?.reason}`);
    if (usage !== standing.shows[2]) faults.push(`${standing.why}: usage ${usage}`);
    if ((winner?.alias === "it") !== standing.wins) faults.push(`${standing.why}: ${winner?.alias} wins`);
    const { short, long } = gaugesOf(statusOf(standing).rateLimits, NOW);
    for (const gauge of [short, long]) {
      if (gauge?.left === 100 && gauge.resetsAtMs !== undefined) faults.push(`${standing.why}: still resets`);
    }
  }
  return faults;
}
