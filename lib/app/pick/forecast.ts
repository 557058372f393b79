import type { Config } from "../../core/config/config.ts";
import { exhaustionOf } from "../../core/pick/exhaustion.ts";
import { Failure } from "../../core/text/failure.ts";
import { type Outlook, outlooks } from "../../core/quota/forecast.ts";
import type { Layout } from "../../core/system/layout.ts";
import { gaugesOf } from "../../core/quota/windows.ts";
import { recallHistory } from "../session/history.ts";
import { aliasesOf } from "../session/sessions.ts";
import { look } from "./survey.ts";

/** The forecast for one account. */
export interface Expectation {
  /** All sessions of the account. */
  readonly aliases: readonly string[];
  readonly windows: readonly Outlook[];
  /** True when it has nothing left; `backIn` is the milliseconds until it comes back, if known. */
  readonly isExhausted: boolean;
  readonly backIn: number | undefined;
}

/** Forecasts when each account runs dry and comes back, once per account. Throws Failure without sessions. */
export function forecast(layout: Layout, config: Config, nowMs: number): Expectation[] {
  const aliases = aliasesOf(layout);
  if (aliases.length === 0) {
    const message = "no managed sessions found; create one with: agentlb new <alias>";
    throw new Failure("nothingToPick", message, { verbatim: true });
  }
  const history = recallHistory(layout);
  const accounts = new Map<string, { aliases: string[]; expectation: Omit<Expectation, "aliases"> }>();
  for (const { alias, status } of look(layout, config, aliases, nowMs).candidates) {
    const key = status.account ?? `alias ${alias}`;
    const known = accounts.get(key);
    if (known !== undefined) {
      known.aliases.push(alias);
      continue;
    }
    const samples = status.account === undefined ? [] : history.get(status.account) ?? [];
    const exhaustion = exhaustionOf(status, nowMs);
    const until = exhaustion?.untilMs;
    accounts.set(key, {
      aliases: [alias],
      expectation: {
        windows: outlooks(samples, gaugesOf(status.rateLimits, nowMs), nowMs),
        isExhausted: exhaustion !== undefined,
        backIn: until === undefined ? undefined : until - nowMs,
      },
    });
  }
  return [...accounts.values()].map(({ aliases, expectation }) => ({ aliases, ...expectation }));
}
