import type { Row } from "../../core/pick/report/report.ts";
import type { Ineligible } from "../../core/pick/score.ts";
import { gaugesIn } from "../../core/quota/windows.ts";
import { NO_BREAK } from "../../core/text/screen/shorten.ts";
import { formatMoment, formatSpan } from "../../core/text/time.ts";
import { printable } from "../../core/text/printable.ts";
import { windowTitle } from "./windows.ts";

const MOST_DONE = 5;
/** More names of sessions are a number. */
const MOST_NAMES = 3;

/** What a summary needs to know of a session. */
export type Summed = Pick<Row, "alias" | "verdict" | "gauges">;

/** The last lines below sessions: who is picked, when more comes back, what to do. The rows are the best first. */
export function summaryLines(rows: readonly Summed[], selected: string | undefined, nowMs: number): string[] {
  const picked = selected === undefined ? "<none>" : printable(selected);
  return [`selected session: ${picked}`, ...roomLine(rows, nowMs), ...remedyLine(rows)];
}

/** A moment when a session gets more. */
interface Room {
  readonly alias: string;
  readonly atMs: number;
  /** The window that resets, where the session has room in another. */
  readonly window?: string;
}

/**
 * `next to come back: work at 14:35, in 1h 59m` where something is used up, `next room: …` where nothing else is left;
 * else `next reset: work (5 h) at …`.
 */
export function roomLine(rows: readonly Summed[], nowMs: number): string[] {
  const back = rows.flatMap(({ alias, verdict }): Room[] =>
    verdict.eligible || verdict.comesBackMs === undefined ? [] : [{ alias, atMs: verdict.comesBackMs }]
  );
  const resets = rows.flatMap(({ alias, verdict, gauges }): Room[] =>
    verdict.eligible
      ? gaugesIn(gauges).flatMap(({ left, resetsAtMs: atMs, durationMs }) =>
        left < 100 && atMs !== undefined
          ? [{ alias, atMs, window: windowTitle(durationMs, true).toLowerCase() }]
          : []
      )
      : []
  );
  const known = (back.length > 0 ? back : resets).filter(({ atMs }) => atMs > nowMs);
  const [first, ...others] = known;
  if (first === undefined) return isStuck(rows) ? ["next room: nobody knows when"] : [];
  const { alias, atMs, window } = others.reduce((a, b) => b.atMs < a.atMs ? b : a, first);
  const isRoom = rows.some(({ verdict }) => verdict.eligible);
  const what = back.length === 0 ? "reset" : isRoom ? "to come back" : "room";
  const whose = `${printable(alias)}${window === undefined ? "" : ` (${window})`}`;
  return [`next ${what}: ${whose} at ${formatMoment(atMs, nowMs)}, in ${formatSpan(atMs - nowMs)}`];
}

function isStuck(rows: readonly Summed[]): boolean {
  return rows.length > 0 && rows.every(({ verdict }) => !verdict.eligible && verdict.kind === "exhausted");
}

/** `to do: agentlb login work; check the network (offline)` */
export function remedyLine(rows: readonly Summed[]): string[] {
  const found = new Map<string, string[]>();
  for (const { verdict } of rows) {
    const remedy = verdict.eligible ? undefined : remedyOf(verdict);
    if (remedy !== undefined) found.set(remedy, [...found.get(remedy) ?? [], printable(verdict.alias)]);
  }
  if (found.size === 0) return [];
  const more = found.size > MOST_DONE ? `; and ${found.size - MOST_DONE} more` : "";
  const shown = [...found].slice(0, MOST_DONE).map(([remedy, aliases]) => {
    const isNamed = remedy.endsWith(` ${aliases[0]}`);
    const whose = aliases.length > MOST_NAMES ? `${aliases.length} sessions` : aliases.join(", ");
    return (isNamed ? remedy : `${remedy} (${whose})`).replaceAll(" ", NO_BREAK);
  });
  return [`to do: ${shown.join("; ")}${more}`];
}

/** What a user can do about a reason; undefined = wait. */
function remedyOf({ alias, kind, fault, reason }: Ineligible): string | undefined {
  const name = printable(alias);
  switch (kind) {
    case "login":
      return `agentlb login ${name}`;
    case "paused":
      return `agentlb unpause ${name}`;
    case "unhealthy":
      return "agentlb doctor";
    case "reading":
      if (fault === "codexNotFound") return "install codex, then: agentlb supervisor restart";
      if (fault === "noNetwork") return "check the network";
      return reason.startsWith("reading is from the future") ? "correct the clock" : undefined;
    default:
      return undefined;
  }
}
