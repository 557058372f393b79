import { type Account, emailOf, type Limit, userOf, type Window } from "./account.ts";
import { nowSec } from "./token.ts";

/** The body of the usage endpoint. */
export function usageBody(id: string, account: Account): unknown {
  const { usage } = account;
  if (usage.body !== undefined) return usage.body;
  return {
    user_id: userOf(id, account),
    account_id: id,
    email: emailOf(id, account),
    plan_type: account.plan,
    rate_limit: limitBody(usage),
    code_review_rate_limit: null,
    additional_rate_limits: usage.additional.map((extra) => ({
      limit_name: extra.limitName,
      metered_feature: extra.meteredFeature,
      rate_limit: limitBody(extra),
    })),
    credits: usage.credits,
    spend_control: usage.spendControl,
    rate_limit_reached_type: usage.reachedType === null ? null : { type: usage.reachedType },
    rate_limit_reset_credits: usage.resetCredits === null ? null : { available_count: usage.resetCredits },
    promo: null,
  };
}

/** The headers with the limits in the answer to a turn. */
export function limitHeaders(account: Account): Record<string, string> {
  const headers: Record<string, string> = { "x-codex-plan-type": account.plan };
  const put = (prefix: string, limit: Limit) => {
    for (const name of ["primary", "secondary"] as const) {
      const window = limit[name];
      if (window === null) continue;
      headers[`${prefix}-${name}-used-percent`] = String(window.usedPercent);
      headers[`${prefix}-${name}-window-minutes`] = String(Math.round(window.windowSec / 60));
      headers[`${prefix}-${name}-reset-at`] = String(resetAtOf(window));
    }
  };
  put("x-codex", account.usage);
  for (const extra of account.usage.additional) {
    const prefix = `x-${extra.meteredFeature.replaceAll("_", "-")}`;
    put(prefix, extra);
    headers[`${prefix}-limit-name`] = extra.limitName;
  }
  return headers;
}

/** The 429 of a used-up account for a turn. */
export function usedUpBody(account: Account): unknown {
  const windows = [account.usage.primary, account.usage.secondary].filter((window) => window !== null);
  const full = windows.find((window) => window.usedPercent >= 100) ?? windows[0];
  const resetsAt = full === undefined ? nowSec() + 3600 : resetAtOf(full);
  return {
    error: {
      type: "usage_limit_reached",
      message: "The usage limit has been reached",
      plan_type: account.plan,
      resets_at: resetsAt,
      resets_in_seconds: resetsAt - nowSec(),
    },
  };
}

function limitBody(limit: Limit): unknown {
  if (limit.primary === null && limit.secondary === null) return null;
  const full = [limit.primary, limit.secondary].some((window) =>
    window !== null && window.usedPercent >= 100
  );
  return {
    allowed: !full,
    limit_reached: full,
    primary_window: windowBody(limit.primary),
    secondary_window: windowBody(limit.secondary),
  };
}

function windowBody(window: Window | null): unknown {
  if (window === null) return null;
  const resetAt = resetAtOf(window);
  return {
    used_percent: window.usedPercent,
    limit_window_seconds: window.windowSec,
    reset_after_seconds: Math.max(0, resetAt - nowSec()),
    reset_at: resetAt,
  };
}

function resetAtOf(window: Window): number {
  return window.resetAt ?? nowSec() + (window.resetInSec ?? window.windowSec);
}
