import { Buffer } from "node:buffer";

/** A status file as plain JSON, the settings by their TOML names, and what each alias' state remembers. */
export interface Case {
  readonly file: string;
  readonly nowMs: number;
  readonly settings: Readonly<Record<SettingName, number>>;
  readonly picked: Readonly<
    Record<string, { readonly ms: number | null; readonly seq: number; readonly leases: number }>
  >;
}

export type SettingName =
  | "stale_sec"
  | "busy_penalty"
  | "unknown_usage_left_percent"
  | "usage_primary_weight_percent"
  | "usage_secondary_weight_percent"
  | "restart_penalty_per_restart"
  | "restart_penalty_cap"
  | "staleness_penalty_max";

export interface Stated {
  /** Alias to score, or to the reason there is none; of exhausted ones until when, in epoch milliseconds. */
  readonly gives: ReadonlyMap<string, string>;
  readonly winner: string | undefined;
  /** The position of the sort key that decided between the first two; undefined with fewer than two. */
  readonly decidedBy: number | undefined;
}

const OFFSET = 10n ** 30n;

/**
 * The documented formula a second time, written from its description and not from the program: unlimited
 * integers, and one list of sort keys as texts of equal length.
 */
export function state({ file, nowMs, settings, picked }: Case): Stated {
  const set = (name: SettingName) => BigInt(settings[name]);
  const gives = new Map<string, string>();
  const ranked: { alias: string; keys: string[] }[] = [];
  // deno-lint-ignore no-explicit-any
  const sessions = Object.entries<any>(JSON.parse(file).sessions);
  for (const [alias, s] of sessions) {
    const reading = Date.parse(s.lastRateLimitUpdateAt);
    const seconds = Number.isNaN(reading) ? null : BigInt(nowMs - reading) / 1000n;
    const why = s.lastProbeResult === "ok" ? "" : `: ${s.lastProbeResult}`;
    const refused = s.lastProbeResult === "login required" || s.lastProbeResult === "token refused"
      ? s.lastProbeResult
      : s.health !== "healthy"
      ? "unhealthy"
      : seconds === null
      ? `missing lastRateLimitUpdateAt${why}`
      : nowMs + 5000 < reading
      ? "reading is from the future"
      : seconds > set("stale_sec")
      ? `stale (${seconds}s>${set("stale_sec")}s)${why}`
      : null;
    const isLogin = s.lastProbeResult === "login required" || s.lastProbeResult === "token refused";
    const windows = windowsIn(s.rateLimits, BigInt(nowMs));
    const until = isLogin ? null : exhaustedUntil(s, windows, BigInt(nowMs));
    if (until !== null && (until !== "nobody knows" || refused === null)) {
      gives.set(alias, `exhausted until ${until}${hasMoney(s, BigInt(nowMs)) ? ", credits left" : ""}`);
      continue;
    }
    if (refused !== null || seconds === null) {
      gives.set(alias, refused);
      continue;
    }
    const lefts = (["short", "long"] as const).flatMap((kind) => {
      const these = windows.filter((window) => window.kind === kind).map(({ left }) => left);
      const weight = set(
        kind === "short" ? "usage_primary_weight_percent" : "usage_secondary_weight_percent",
      );
      return these.length === 0 ? [] : [{ left: these.reduce((a, b) => a < b ? a : b), weight }];
    });
    const weights = lefts.reduce((sum, { weight }) => sum + weight, 0n);
    const usage = lefts.length === 0
      ? set("unknown_usage_left_percent")
      : lefts.length === 1
      ? lefts[0]!.left
      : lefts.reduce((sum, { left, weight }) => sum + left * weight, 0n) / (weights === 0n ? 1n : weights);
    const { ms, seq, leases } = picked[alias] ?? { ms: null, seq: 0, leases: 0 };
    const turns = BigInt(s.activity.turns ?? s.activity.activeTurns) + BigInt(leases);
    const restarts = BigInt(s.appServer.restartCount) * set("restart_penalty_per_restart");
    const most = set("staleness_penalty_max");
    const score = usage - turns * set("busy_penalty") - within(restarts, 0n, set("restart_penalty_cap")) -
      (seconds > 0n ? within(seconds * most / set("stale_sec"), 0n, most) : 0n);
    gives.set(alias, String(score));
    ranked.push({
      alias,
      keys: [
        padded(-score),
        padded(-usage),
        padded(turns),
        padded(ms === null ? -OFFSET / 2n : BigInt(ms)),
        padded(BigInt(seq)),
        Buffer.from(alias).toString("hex"),
      ],
    });
  }
  ranked.sort((a, b) => a.keys.join() < b.keys.join() ? -1 : 1);
  const [first, second] = ranked;
  const decided = second && first?.keys.findIndex((key, at) => key !== second.keys[at]);
  return { gives, winner: first?.alias, decidedBy: decided };
}

interface EffectiveWindow {
  readonly kind: "short" | "long";
  readonly left: bigint;
  /** Epoch milliseconds; null when it is not told, or has passed. */
  readonly resets: bigint | null;
}

/** By how long they are, a day being the longest short one; where that is not told the first is short. A reset that has passed makes one whole again. */
// deno-lint-ignore no-explicit-any
function windowsIn(limits: any, now: bigint): EffectiveWindow[] {
  const found: EffectiveWindow[] = [];
  for (const place of ["primary", "secondary"]) {
    const window = limits[place];
    if (window === null) continue;
    const isShort = window.windowDurationMins ? window.windowDurationMins < 1441 : place === "primary";
    const resets = window.resetsAt ? BigInt(window.resetsAt) * 1000n : null;
    const isWhole = resets !== null && now >= resets;
    const left = isWhole ? 100n : within(100n - BigInt(window.usedPercent), 0n, 100n);
    found.push({ kind: isShort ? "short" : "long", left, resets: isWhole ? null : resets });
  }
  return found;
}

/** Null when there is something left. Of two windows of one kind only the one with less counts, the first of equals. */
// deno-lint-ignore no-explicit-any
function exhaustedUntil(s: any, windows: EffectiveWindow[], now: bigint): bigint | "nobody knows" | null {
  const reasons: (bigint | null)[] = [];
  for (const kind of ["short", "long"]) {
    const empty = windows.find((window) => window.kind === kind && window.left === 0n);
    if (empty) reasons.push(empty.resets);
  }
  if (s.exhaustedUntil && BigInt(Date.parse(s.exhaustedUntil)) > now) {
    reasons.push(BigInt(Date.parse(s.exhaustedUntil)));
  }
  const { spendControlReached, spendLimit, ordinaryUsageAllowed, reachedType } = s.allowance ?? {};
  const budgetResets = BigInt(spendLimit?.resetsAt ?? 0) * 1000n;
  const isBudgetGone = spendLimit?.remainingPercent === 0 && (budgetResets === 0n || budgetResets > now);
  const isOfWorkspace = reachedType?.endsWith("_usage_limit_reached");
  for (const isSo of [spendControlReached || isBudgetGone, isOfWorkspace]) {
    if (isSo) reasons.push(budgetResets > now ? budgetResets : null);
  }
  if (reachedType?.endsWith("_credits_depleted")) reasons.push(null);
  if (reasons.length === 0 && (ordinaryUsageAllowed === false || reachedType)) {
    const wasFull = [s.rateLimits.primary, s.rateLimits.secondary].some((window) =>
      window && window.usedPercent >= 100 && window.resetsAt && BigInt(window.resetsAt) * 1000n <= now
    );
    if (!wasFull) reasons.push(null);
  }
  if (reasons.length === 0) return null;
  if (reasons.includes(null)) return "nobody knows";
  return reasons.reduce<bigint>((latest, each) => each! > latest ? each! : latest, 0n);
}

// deno-lint-ignore no-explicit-any
function hasMoney(s: any, now: bigint): boolean {
  const { credits, spendControlReached, spendLimit, reachedType } = s.allowance ?? {};
  const until = spendLimit && (spendLimit.resetsAt === 0 || BigInt(spendLimit.resetsAt) * 1000n > now);
  const isBarred = spendControlReached || (spendLimit?.remainingPercent === 0 && until) ||
    reachedType?.startsWith("workspace_");
  return credits !== undefined && (credits.hasCredits || credits.unlimited) && !isBarred;
}

function within(value: bigint, least: bigint, most: bigint): bigint {
  return value < least ? least : value > most ? most : value;
}

function padded(value: bigint): string {
  return (value + OFFSET).toString().padStart(32, "0");
}
