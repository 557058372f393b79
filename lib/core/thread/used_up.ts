import { limitOf, MAIN_LIMIT } from "../codex/rate_limits.ts";
import { type Refusal, resetTold } from "../codex/refusal.ts";
import { knownResetMs, parseWindow } from "../quota/limits.ts";
import { textOf } from "../text/json.ts";

/** A limit that is used up, as far as it is known which one and until when. */
export interface UsedUp {
  /** The length of its window in minutes; undefined = unknown. */
  readonly windowMins: number | undefined;
  /** The name of a limit other than the account's own; empty for that. */
  readonly name: string;
  /** The end, epoch milliseconds; undefined = unknown. */
  readonly untilMs: number | undefined;
}

/** The used-up limit of a refused turn; `publishedMs` is the end that the supervisor knows of. */
export function usedUpIn(refusal: Refusal, nowMs: number, publishedMs: number | undefined): UsedUp {
  const { snapshot } = refusal;
  const full = ["primary", "secondary"].flatMap((key) => {
    const window = parseWindow(snapshot?.get(key));
    return window !== null && window.usedPercent >= 100 ? window : [];
  });
  const endOf = (seconds: number | undefined) => knownResetMs(seconds, nowMs) ?? Infinity;
  const [last] = [...full].sort((a, b) => endOf(b.resetsAt) - endOf(a.resetsAt));
  const isOther = snapshot !== undefined && last !== undefined && limitOf(snapshot) !== MAIN_LIMIT;
  const told = resetTold(refusal, nowMs);
  const untilMs = [told, isOther ? undefined : publishedMs].find((ms) => ms !== undefined && ms > nowMs);
  return {
    windowMins: last?.windowDurationMins,
    name: isOther ? textOf(snapshot.get("limitName")) || limitOf(snapshot) : "",
    untilMs,
  };
}
