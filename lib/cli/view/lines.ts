import { typed } from "../../core/shell/quote.ts";
import { printable } from "../../core/text/printable.ts";
import { reasonsOf } from "../../core/pick/refusal_words.ts";
import type { Ineligible, Verdict } from "../../core/pick/score.ts";
import { formatSpan } from "../../core/text/time.ts";
import { type Gauge, type Gauges, gaugesIn, gaugesOf } from "../../core/quota/windows.ts";
import type { Picked } from "../../app/pick/choose.ts";

/** What becomes of the session that a line tells of: it is picked, or it would be. */
export type Verb = "using" | "would use";

/** One line on the picked session and the reason, printed before its program starts. */
export function pickedLine({ alias, ground, status }: Picked, nowMs: number, verb: Verb = "using"): string {
  const using = `${verb} ${printable(alias)}`;
  switch (ground.on) {
    case "turn":
      return `${using} (next in turn)`;
    case "last":
      return `${using} (the last one)`;
    case "name":
    case "fallback":
      return using;
    case "return":
      return `everything is used up; ${using}${comesBack(ground.verdict, nowMs)}`;
    case "merit": {
      const { policy, verdict, figure } = ground;
      const rank = policy === "score" ? "" : `${policy} ${shownFigure(figure)}, `;
      const limits = status === undefined ? "" : limitsOf(gaugesOf(status.rateLimits, nowMs));
      return `${using} (${rank}score ${verdict.score}${limits === "" ? "" : `: ${limits}`})`;
    }
  }
}

/** A policy's figure as text; it may have decimals. */
export function shownFigure(figure: number): string {
  return String(Math.round(figure * 10) / 10);
}

function comesBack({ comesBackMs, onCredits }: Ineligible, nowMs: number): string {
  if (onCredits) return ", which has credits to go on with";
  if (comesBackMs === undefined) return " (reset time unknown)";
  return `, which comes back in ${formatSpan(comesBackMs - nowMs)}`;
}

/** The warning about a session picked by name; undefined when it is eligible. */
export function cautionLine({ alias, ground }: Picked): string | undefined {
  if ((ground.on !== "last" && ground.on !== "name") || ground.caution === undefined) return undefined;
  return `${printable(alias)} would not be picked by itself: ${printable(ground.caution.reason)}`;
}

/** The warning that the picked session costs money; undefined when it does not. */
export function moneyLine({ alias, ground }: Picked): string | undefined {
  const verdict = ground.on === "merit" || ground.on === "return" ? ground.verdict : undefined;
  if (verdict?.hasOwnProvider) {
    return `${printable(alias)} has a model provider of its own, which may cost money`;
  }
  if (verdict?.isPaid) return `${printable(alias)} is an API key: every turn costs money`;
  const isOnCredits = verdict?.eligible === false && verdict.onCredits;
  return isOnCredits ? `${printable(alias)} goes on with credits, which cost money` : undefined;
}

/** One line when no session is eligible: the reason, the fallback, and a remedy. */
export function refusedLine(
  alias: string,
  verdicts: readonly Verdict[],
  supervisor: Supervision,
  verb: Verb = "using",
): string {
  return `no session is eligible (${reasonsOf(verdicts)}); ${verb} ${printable(alias)} (next in turn); ${
    advice(verdicts, supervisor)
  }`;
}

/** The state of the supervisor, which reads the limits of the sessions. */
export type Supervision = "running" | "not running" | "disabled";

function advice(verdicts: readonly Verdict[], supervisor: Supervision): string {
  const reasons = verdicts.flatMap((verdict) => verdict.eligible ? [] : [verdict]);
  const dead = reasons.find(({ kind }) => kind === "login");
  if (dead !== undefined) return `log in again with: agentlb login ${typed(dead.alias)}`;
  const [first] = reasons;
  if (first !== undefined && reasons.every(({ kind }) => kind === "paused")) {
    return `pick it again with: agentlb unpause ${typed(first.alias)}`;
  }
  if (supervisor === "disabled") return "limits are not refreshed while AGENTLB_SUPERVISOR_DISABLED=1";
  if (supervisor === "not running") {
    return "start the supervisor: agentlb supervisor start --background";
  }
  if (reasons.some(({ fault }) => fault === "codexNotFound")) {
    return "install codex, or name it under [supervisor] codex in config.toml";
  }
  return "see: agentlb status";
}

/** `5h 75% left, weekly 60% left`; empty when no window is known. */
export function limitsOf(gauges: Gauges): string {
  return gaugesIn(gauges).map((gauge) => `${nameOf(gauge)}${gauge.left}% left`).join(", ");
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function nameOf({ durationMs: ms }: Gauge): string {
  return ms === undefined ? "" : `${windowName(ms)} `;
}

/** The name of a window by its length: `5h`, `weekly`, `30d`. */
export function windowName(ms: number): string {
  if (ms === 7 * DAY_MS) return "weekly";
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${ms / MINUTE_MS}m`;
}
