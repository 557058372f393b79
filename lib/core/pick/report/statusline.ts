import { Failure } from "../../text/failure.ts";
import { printable } from "../../text/printable.ts";
import { formatSpan } from "../../text/time.ts";
import { type Gauge, type Gauges, gaugesIn } from "../../quota/windows.ts";
import type { Verdict } from "../score.ts";

/** What a prompt shows of the sessions. */
export interface Glimpse {
  /** The session of this pane, else the one that would be picked. */
  readonly alias: string;
  /** True for the session of this pane. */
  readonly isHere: boolean;
  readonly verdict: Verdict;
  readonly gauges: Gauges;
  /** The session that would be picked; undefined = none. */
  readonly pick: string | undefined;
  /** The number of sessions that may be picked, and of all. */
  readonly withRoom: number;
  readonly sessions: number;
}

/** The placeholders of a format, each with what it shows. */
export const PLACEHOLDERS = {
  alias: "the session of this pane, else the one that would be picked",
  mark: "> when it is only the one that would be picked, else nothing",
  left: "what its windows have left, the least",
  short: "what its short window has left",
  week: "what its long window has left",
  resets: "the time until the window with the least left resets, or until it comes back",
  reason: "eligible, or why it may not be picked",
  pick: "the session that would be picked",
  room: "how many sessions may be picked, of how many",
} as const;

type Placeholder = keyof typeof PLACEHOLDERS;

/** Doubled braces, and placeholders with their names. */
const PARTS = /\{\{|\}\}|\{([^{}]*)\}/g;
const UNKNOWN = "-";

/** Checks a format. Throws the usage failure for an unknown placeholder. */
export function checkFormat(format: string): void {
  for (const [, name] of format.matchAll(PARTS)) {
    if (name === undefined || Object.hasOwn(PLACEHOLDERS, name)) continue;
    const known = Object.keys(PLACEHOLDERS).map((each) => `{${each}}`).join(", ");
    throw new Failure("usage", `--format has an unknown placeholder {${name}}`, {
      hint: `known are ${known}; {{ and }} stand for braces`,
    });
  }
}

/** The line for a prompt, by a checked format, or by the usual one. */
export function statusLine(glimpse: Glimpse, nowMs: number, format = usualFormat(glimpse)): string {
  return format.replace(PARTS, (found, name: string | undefined) => {
    if (name === undefined) return found.slice(1);
    return valueOf(name as Placeholder, glimpse, nowMs);
  });
}

/** The window with the least left. */
export function tightestOf({ gauges }: Glimpse): Gauge | undefined {
  return gaugesIn(gauges).reduce<Gauge | undefined>(
    (least, gauge) => least === undefined || gauge.left < least.left ? gauge : least,
    undefined,
  );
}

/** The time when an exhausted session comes back, else when its tightest window resets; undefined = unknown. */
export function resetOf(glimpse: Glimpse): number | undefined {
  const { verdict } = glimpse;
  if (!verdict.eligible && verdict.comesBackMs !== undefined) return verdict.comesBackMs;
  return tightestOf(glimpse)?.resetsAtMs;
}

/** What matters: the reason where a session may not be picked, the windows where they say something. */
function usualFormat({ verdict, gauges }: Glimpse): string {
  const windows = gaugesIn(gauges).length === 0 ? "" : " {short}/{week}";
  if (verdict.eligible) {
    return windows === "" ? "{mark}{alias} ({room})" : `{mark}{alias}${windows} resets {resets} ({room})`;
  }
  return verdict.kind === "reading"
    ? `{mark}{alias}${windows} {reason} ({room})`
    : "{mark}{alias} {reason} ({room})";
}

function valueOf(name: Placeholder, glimpse: Glimpse, nowMs: number): string {
  const { alias, isHere, verdict, gauges, pick, withRoom, sessions } = glimpse;
  switch (name) {
    case "alias":
      return printable(alias);
    case "mark":
      return isHere ? "" : ">";
    case "left":
      return percent(tightestOf(glimpse));
    case "short":
      return percent(gauges.short);
    case "week":
      return percent(gauges.long);
    case "resets": {
      const ms = resetOf(glimpse);
      return ms === undefined ? UNKNOWN : formatSpan(ms - nowMs);
    }
    case "reason":
      return printable(verdict.reason);
    case "pick":
      return pick === undefined ? UNKNOWN : printable(pick);
    case "room":
      return `${withRoom}/${sessions}`;
  }
}

function percent(gauge: Gauge | undefined): string {
  return gauge === undefined ? UNKNOWN : `${gauge.left}%`;
}
