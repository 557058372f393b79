import type { Config } from "../../core/config/config.ts";
import { exhaustionOf } from "../../core/pick/exhaustion.ts";
import { type Standing, standingsOf } from "../../core/pick/report/standing.ts";
import { Failure } from "../../core/text/failure.ts";
import { type Outlook, outlooks } from "../../core/quota/forecast.ts";
import type { Layout } from "../../core/system/layout.ts";
import { gaugesOf } from "../../core/quota/windows.ts";
import { recallHistory } from "../session/history.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Bound } from "./bound.ts";
import { allowed, look } from "./survey.ts";

/** The forecast for one account. */
export interface Expectation {
  /** All sessions of the account. */
  readonly aliases: readonly string[];
  readonly windows: readonly Outlook[];
  /** True when it has nothing left; `backIn` is the milliseconds until it comes back, if known. */
  readonly isExhausted: boolean;
  readonly backIn: number | undefined;
  /** The session that would be picked now, of this account or another. */
  readonly selected: string | undefined;
  /** Its sessions as they stand. */
  readonly rows: readonly Standing[];
}

/** Forecasts when each account runs dry and comes back, once per account. Throws Failure without sessions. */
export function forecast(layout: Layout, config: Config, nowMs: number, bound?: Bound): Expectation[] {
  const aliases = aliasesOf(layout);
  if (aliases.length === 0) {
    const message = "no managed sessions found; create one with: agentlb new <alias>";
    throw new Failure("nothingToPick", message, { verbatim: true });
  }
  const history = recallHistory(layout);
  const { candidates, decision } = look(layout, config, aliases, nowMs);
  const { winner } = bound === undefined
    ? decision
    : look(layout, config, allowed(aliases, { bound }), nowMs).decision;
  const accounts = new Map<string, Account>();
  const standings = standingsOf(candidates, decision, nowMs);
  candidates.forEach(({ alias, status }, index) => {
    const row = standings[index]!;
    const key = status.account ?? `alias ${alias}`;
    const known = accounts.get(key);
    if (known !== undefined) {
      known.aliases.push(alias);
      known.rows.push(row);
      return;
    }
    const samples = status.account === undefined ? [] : history.get(status.account) ?? [];
    const exhaustion = exhaustionOf(status, nowMs);
    const until = exhaustion?.untilMs;
    accounts.set(key, {
      aliases: [alias],
      rows: [row],
      expectation: {
        windows: outlooks(samples, gaugesOf(status.rateLimits, nowMs), nowMs),
        isExhausted: exhaustion !== undefined,
        backIn: until === undefined ? undefined : until - nowMs,
        selected: winner?.alias,
      },
    });
  });
  return [...accounts.values()].map(({ aliases, rows, expectation }) => ({ aliases, rows, ...expectation }));
}

/** What is gathered of an account, over its sessions. */
interface Account {
  readonly aliases: string[];
  readonly rows: Standing[];
  readonly expectation: Omit<Expectation, "aliases" | "rows">;
}
