import { told } from "../../core/text/json.ts";
import { type Ledger, observed } from "../../core/quota/ledger.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { parseTime } from "../../core/text/time.ts";
import { gaugesOf } from "../../core/quota/windows.ts";
import { sampleWindow } from "../session/history.ts";

const LEAST_HOURS = 0.001;

/** Learns what work costs each account, from all its sessions together. */
export class Costs {
  readonly #ledgers = new Map<string, Ledger>();

  /** The same sessions, each with the cost of its account, after a look at what goes on in them. */
  priced(sessions: ReadonlyMap<string, SessionStatus>, nowMs: number): Map<string, SessionStatus> {
    const turns = new Map<string, number>();
    const newest = new Map<string, SessionStatus>();
    for (const session of sessions.values()) {
      const { account, activity } = session;
      if (account === undefined) continue;
      turns.set(account, (turns.get(account) ?? 0) + (activity.turns ?? 0));
      const before = newest.get(account);
      if (before === undefined || readAt(before) < readAt(session)) newest.set(account, session);
    }
    for (const [account, session] of newest) {
      const readAtMs = readAt(session);
      const { short, long } = gaugesOf(session.rateLimits, readAtMs);
      const reading = readAtMs > 0
        ? { readAtMs, short: sampleWindow(short), long: sampleWindow(long) }
        : undefined;
      const ledger = this.#ledgers.get(account);
      this.#ledgers.set(account, observed(ledger, nowMs, turns.get(account) ?? 0, reading, session.cost));
    }
    return new Map(Array.from(sessions, ([alias, session]) => {
      const { cost: _, ...rest } = session;
      const cost = session.account === undefined ? undefined : this.#ledgers.get(session.account)?.cost;
      // Where no turn has been seen there is nothing to tell.
      return [alias, {
        ...rest,
        ...told({ cost: cost && cost.turnHours >= LEAST_HOURS ? cost : undefined }),
      }];
    }));
  }
}

function readAt({ lastRateLimitUpdateAt }: SessionStatus): number {
  return parseTime(lastRateLimitUpdateAt) ?? 0;
}
