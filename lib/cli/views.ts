import { REASONS } from "../core/answer.ts";
import { left, type LimitWindow, type RateLimits } from "../core/limits.ts";
import { printable } from "../core/screen.ts";
import type { Verdict } from "../core/score.ts";
import type { How, Picked } from "../app/choose.ts";

const REASONS_SHOWN = 5;

/** One line for a user who is about to see something else: what was picked, and why. */
export function pickedLine(picked: Picked, how: How): string {
  const alias = printable(picked.alias);
  if (how === "turn") return `using ${alias} (next in turn)`;
  if (how === "last") return `using ${alias} (the last one)`;
  if (picked.verdict === undefined) return `using ${alias}`;
  const limits = picked.status === undefined ? "" : limitsOf(picked.status.rateLimits);
  return `using ${alias} (score ${picked.verdict.score}${limits === "" ? "" : `: ${limits}`})`;
}

/** One line for when nobody could be picked on merit: why, who is taken instead, and what would help. */
export function refusedLine(alias: string, verdicts: readonly Verdict[], supervisor: Supervision): string {
  const shown = verdicts.slice(0, REASONS_SHOWN).map((each) =>
    `${printable(each.alias)}: ${printable(each.reason)}`
  );
  const more = verdicts.length > shown.length ? [`${verdicts.length - shown.length} more`] : [];
  const reasons = [...shown, ...more].join("; ");
  return `no session is eligible (${reasons}); using ${printable(alias)} (next in turn); ${
    advice(verdicts, supervisor)
  }`;
}

/** Whether somebody reads the limits of the sessions. */
export type Supervision = "running" | "not running" | "disabled";

function advice(verdicts: readonly Verdict[], supervisor: Supervision): string {
  const reasons = verdicts.flatMap((verdict) => verdict.eligible ? [] : [verdict]);
  const dead = reasons.find((verdict) => verdict.final);
  if (dead !== undefined) return `log in again with: agentlb login ${printable(dead.alias)}`;
  if (supervisor === "disabled") return "nobody reads limits while AGENTLB_SUPERVISOR_DISABLED=1";
  if (supervisor === "not running") {
    return "start what reads limits with: agentlb supervisor start --background";
  }
  if (reasons.some(({ reason }) => reason.includes(REASONS.codexNotFound))) {
    return "install codex, or name it under [supervisor] codex in config.toml";
  }
  return "see: agentlb status";
}

/** `5h 75% left, weekly 60% left`; empty when no window is known. */
export function limitsOf({ primary, secondary }: RateLimits): string {
  return [primary, secondary].flatMap((window) =>
    window === null ? [] : [`${nameOf(window)}${left(window)}% left`]
  )
    .join(", ");
}

function nameOf({ windowDurationMins: mins }: LimitWindow): string {
  if (mins === undefined) return "";
  if (mins === 10_080) return "weekly ";
  if (mins % 1440 === 0) return `${mins / 1440}d `;
  return mins % 60 === 0 ? `${mins / 60}h ` : `${mins}m `;
}
