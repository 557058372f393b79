import type { Config } from "../../core/config/config.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { sortByBytes } from "../../core/text/byte_order.ts";
import type { Report } from "../../core/pick/report/report.ts";
import { parseStatus } from "../../core/session/status.ts";
import { renderTable } from "../../core/text/table.ts";
import { parseTime } from "../../core/text/time.ts";
import { type Gauges, gaugesOf } from "../../core/quota/windows.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { livingDaemon } from "../daemon/living_daemon.ts";
import { holderIn } from "../codex/account_file.ts";
import { aliasesOf } from "../session/sessions.ts";
import { allowed, look, type PickRequest } from "./survey.ts";

const NO_GAUGES: Gauges = { short: undefined, long: undefined };

/** Reports on all sessions; changes nothing and starts nothing. */
export function report(layout: Layout, config: Config, nowMs: number, request: PickRequest = {}): Report {
  const aliases = aliasesOf(layout);
  const { status, policy, candidates, decision } = look(layout, config, aliases, nowMs, request);
  const { winner } = request.bound === undefined
    ? decision
    : look(layout, config, allowed(aliases, request), nowMs, request).decision;
  const leases = new Map(candidates.map((each) => [each.alias, each.leases ?? 0]));
  const byAlias = new Map(decision.verdicts.map((verdict) => [verdict.alias, verdict]));
  const all = sortByBytes([...new Set([...aliases, ...status.sessions.keys()])]);
  return {
    rows: all.map((alias) => {
      const entry = status.sessions.get(alias);
      const readAt = parseTime(entry?.lastRateLimitUpdateAt);
      const home = homeOf(layout, alias);
      const { email, plan } = holderIn(home);
      return {
        alias,
        home,
        email,
        plan,
        status: entry,
        verdict: byAlias.get(alias) ??
          { alias, eligible: false, usage: 0, reason: "no such session", kind: "missing", final: true },
        figure: decision.figures.get(alias),
        gauges: entry === undefined ? NO_GAUGES : gaugesOf(entry.rateLimits, nowMs),
        active: (entry?.activity.turns ?? entry?.activity.activeTurns ?? 0) + (leases.get(alias) ?? 0),
        leases: leases.get(alias) ?? 0,
        priority: config.aliases.get(alias)?.priority ?? 0,
        ageMs: readAt === undefined ? undefined : nowMs - readAt,
      };
    }),
    policy,
    selected: winner?.alias,
    updatedAt: status.updatedAt,
    atMs: nowMs,
    supervisorPid: livingDaemon(layout)?.pid,
    // A file that was read needs no second read for its problem.
    problem: status.updatedAt === "" ? problemOf(layout) : undefined,
  };
}

/** Draws a table for a terminal, where some letters take two columns. */
export async function drawTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<string> {
  // The table of widths takes longer to load than all else, and most tables don't need it.
  const isPlain = rows.every((cells) => /^[ -~]*$/.test(cells.join("")));
  return renderTable(header, rows, isPlain ? (text: string) => text.length : await textWidth());
}

/** Measures texts with letters that take two columns, or none. */
export async function textWidth(): Promise<(text: string) => number> {
  return (await import("../../io/width.ts")).displayWidth;
}

function problemOf(layout: Layout): string | undefined {
  try {
    const text = readOwn(layout.status, MOST_BYTES.table);
    if (text === undefined) return `there is no ${layout.status} yet`;
    parseStatus(text);
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}
