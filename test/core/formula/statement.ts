import { Buffer } from "node:buffer";

/** A status file as plain JSON, the settings by their TOML names, and what each alias' state remembers. */
export interface Case {
  readonly file: string;
  readonly nowMs: number;
  readonly settings: Readonly<Record<SettingName, number>>;
  readonly picked: Readonly<Record<string, { readonly ms: number | null; readonly seq: number }>>;
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
  /** Alias to score, or to the reason there is none. */
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
    if (refused !== null || seconds === null) {
      gives.set(alias, refused);
      continue;
    }
    const lefts = [
      [s.rateLimits.primary, set("usage_primary_weight_percent")],
      [s.rateLimits.secondary, set("usage_secondary_weight_percent")],
    ].filter(([window]) => window !== null).map(([window, weight]) => ({
      left: within(100n - BigInt(window.usedPercent), 0n, 100n),
      weight: weight as bigint,
    }));
    const weights = lefts.reduce((sum, { weight }) => sum + weight, 0n);
    const usage = lefts.length === 0
      ? set("unknown_usage_left_percent")
      : lefts.length === 1
      ? lefts[0]!.left
      : lefts.reduce((sum, { left, weight }) => sum + left * weight, 0n) / (weights === 0n ? 1n : weights);
    const turns = BigInt(s.activity.activeTurns);
    const restarts = BigInt(s.appServer.restartCount) * set("restart_penalty_per_restart");
    const most = set("staleness_penalty_max");
    const score = usage - turns * set("busy_penalty") - within(restarts, 0n, set("restart_penalty_cap")) -
      (seconds > 0n ? within(seconds * most / set("stale_sec"), 0n, most) : 0n);
    gives.set(alias, String(score));
    const { ms, seq } = picked[alias] ?? { ms: null, seq: 0 };
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

function within(value: bigint, least: bigint, most: bigint): bigint {
  return value < least ? least : value > most ? most : value;
}

function padded(value: bigint): string {
  return (value + OFFSET).toString().padStart(32, "0");
}
