import { type Ledger, observed } from "../../core/quota/ledger.ts";
import type { Cost } from "../../core/quota/cost.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { parseTime } from "../../core/text/time.ts";
import { gaugesOf } from "../../core/quota/windows.ts";
import { sampleWindow } from "../session/history.ts";

const LEAST_HOURS = 0.001;

/** Estimates the cost of work per account from all its sessions together. */
export class Costs {
  readonly #ledgers = new Map<string, Ledger>();

  /** Records the activity of an account's sessions; called on each change. */
  note(account: string, sessions: Iterable<SessionStatus>, nowMs: number): void {
    let turns = 0;
    let newest: SessionStatus | undefined;
    for (const session of sessions) {
      turns += session.activity.turns ?? 0;
      if (newest === undefined || readAt(newest) < readAt(session)) newest = session;
    }
    if (newest === undefined) return;
    const readAtMs = readAt(newest);
    const { short, long } = gaugesOf(newest.rateLimits, readAtMs);
    const reading = readAtMs > 0
      ? { readAtMs, short: sampleWindow(short), long: sampleWindow(long) }
      : undefined;
    this.#ledgers.set(account, observed(this.#ledgers.get(account), nowMs, turns, reading, newest.cost));
  }

  /** The cost of one hour of work; undefined until a turn has been seen. */
  of(account: string | undefined): Cost | undefined {
    const cost = account === undefined ? undefined : this.#ledgers.get(account)?.cost;
    return cost && cost.turnHours >= LEAST_HOURS ? cost : undefined;
  }
}

function readAt({ lastRateLimitUpdateAt }: SessionStatus): number {
  return parseTime(lastRateLimitUpdateAt) ?? 0;
}
