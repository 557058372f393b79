import type { Policy } from "../policy.ts";
import type { Hindrance } from "../hindrance.ts";
import type { Ineligible, Terms, Verdict } from "../score.ts";
import type { SessionStatus } from "../../session/status.ts";
import { formatTime } from "../../text/time.ts";
import type { Gauge, Gauges } from "../../quota/windows.ts";

/** One session, or one that only status.json still lists. */
export interface Row {
  readonly alias: string;
  readonly home: string;
  readonly email: string | undefined;
  readonly plan: string | undefined;
  readonly status: SessionStatus | undefined;
  readonly verdict: Verdict;
  /** The policy's figure; undefined unless eligible. */
  readonly figure: number | undefined;
  /** Its windows and what they have left. */
  readonly gauges: Gauges;
  /** Turns under way, and leases and reservations without a thread yet. */
  readonly active: number;
  /** Those of them without a thread yet. */
  readonly leases: number;
  /** `priority` of its settings: a higher one is picked first. */
  readonly priority: number;
  /** The age of its reading; undefined when there is none. */
  readonly ageMs: number | undefined;
}

/** All sessions at one moment, as the program sees them. */
export interface Report {
  readonly rows: readonly Row[];
  readonly policy: Policy;
  /** The alias that would be picked. */
  readonly selected: string | undefined;
  readonly updatedAt: string;
  /** Epoch milliseconds of the report. */
  readonly atMs: number;
  readonly supervisorPid: number | undefined;
  /** A supervisor runs that is not visible from here, as in another container. */
  readonly runsElsewhere?: boolean;
  /** The folder that is bound to some sessions, when the pick is among those only. */
  readonly bound?: { readonly folder: string; readonly aliases: readonly string[] };
  /** The reason why status.json could not be used. */
  readonly problem: string | undefined;
}

/** The percent left of one window at a moment. */
export interface WindowReport {
  /** 0 to 100. */
  readonly percent: number;
  /** RFC 3339; undefined while the window is closed. */
  readonly resetsAt: string | undefined;
}

/** One session, as `agentlb status --json` shows it. */
export interface SessionReport {
  /** The user's name for it. */
  readonly alias: string;
  /** Its `CODEX_HOME`, an absolute path. */
  readonly home: string;
  /** The email of its login; undefined without a login, or when the auth file has none. */
  readonly email: string | undefined;
  /** The plan of its login, such as "pro". */
  readonly plan: string | undefined;
  /** True when the session may be picked. */
  readonly eligible: boolean;
  /** The highest is picked; undefined unless eligible. */
  readonly score: number | undefined;
  /** The terms of the score; undefined unless eligible. */
  readonly terms: Terms | undefined;
  /** The policy's figure, the highest is picked first; undefined unless eligible. */
  readonly figure: number | undefined;
  /** The kind of reason why it may not be picked; undefined when eligible. */
  readonly kind: Hindrance | undefined;
  /** The time when an exhausted session comes back, RFC 3339; undefined when unknown or not exhausted. */
  readonly comesBackAt: string | undefined;
  /** "eligible", "in reserve", or in words why it may not be picked. */
  readonly reason: string;
  /** The short and the long window at this moment; undefined = no such window is known. */
  readonly left: { readonly short: WindowReport | undefined; readonly long: WindowReport | undefined };
  /** Turns under way, and sessions started without a thread yet. */
  readonly active: number;
  /** Its entry in status.json; undefined before the supervisor has looked at it. */
  readonly status: SessionStatus | undefined;
}

/** All sessions at one moment, as `agentlb status --json` shows them. */
export interface StatusReport {
  /** The time when status.json was written, RFC 3339; empty when there is none. */
  readonly updatedAt: string;
  /** The supervisor of this root; its `pid` is undefined unless it runs. */
  readonly supervisor: { readonly running: boolean; readonly pid: number | undefined };
  /** The reason why status.json could not be used; undefined when it could. */
  readonly problem: string | undefined;
  /** The policy in use: "score", "balanced", "drain" or "adaptive". */
  readonly policy: Policy;
  /** The alias that would be picked; undefined when none is eligible. */
  readonly selected: string | undefined;
  /** By alias, in byte order; one that only status.json still lists has the reason "no such session". */
  readonly sessions: readonly SessionReport[];
}

/** The report for programs. */
export function statusReport(report: Report): StatusReport {
  return {
    updatedAt: report.updatedAt,
    supervisor: {
      running: report.supervisorPid !== undefined || report.runsElsewhere === true,
      pid: report.supervisorPid,
    },
    problem: report.problem,
    policy: report.policy,
    selected: report.selected,
    sessions: report.rows.map(({ alias, home, email, plan, status, verdict, figure, gauges, active }) => ({
      alias,
      home,
      email,
      plan,
      eligible: verdict.eligible,
      score: verdict.eligible ? verdict.score : undefined,
      terms: verdict.eligible ? verdict.terms : undefined,
      figure,
      kind: verdict.eligible ? undefined : verdict.kind,
      comesBackAt: verdict.eligible ? undefined : comesBackAt(verdict),
      reason: verdict.reason,
      left: { short: leftIn(gauges.short), long: leftIn(gauges.long) },
      active,
      status,
    })),
  };
}

/** The time when an exhausted session comes back, RFC 3339; undefined when unknown. */
export function comesBackAt({ comesBackMs }: Ineligible): string | undefined {
  return comesBackMs === undefined ? undefined : formatTime(comesBackMs);
}

function leftIn(gauge: Gauge | undefined): WindowReport | undefined {
  if (gauge === undefined) return undefined;
  const { left, resetsAtMs } = gauge;
  return { percent: left, resetsAt: resetsAtMs === undefined ? undefined : formatTime(resetsAtMs) };
}
