import type { Policy } from "./policy.ts";
import type { Hindrance } from "./hindrance.ts";
import type { Ineligible, Terms, Verdict } from "./score.ts";
import type { SessionStatus } from "../session/status.ts";
import { formatTime } from "../text/time.ts";
import type { Gauge, Gauges } from "../quota/windows.ts";

/** One session, or one that only status.json still knows. */
export interface Row {
  readonly alias: string;
  readonly home: string;
  readonly email: string | undefined;
  readonly plan: string | undefined;
  readonly status: SessionStatus | undefined;
  readonly verdict: Verdict;
  /** What the policy ranks it by; undefined when it may not be picked. */
  readonly figure: number | undefined;
  /** What its windows have left now. */
  readonly gauges: Gauges;
  /** Turns under way, and leases and reservations that have no thread yet. */
  readonly active: number;
  /** Of its reading; undefined when there is none. */
  readonly ageMs: number | undefined;
}

/** All that can be said of all sessions at this moment. */
export interface Report {
  readonly rows: readonly Row[];
  readonly policy: Policy;
  /** Who would be picked. */
  readonly selected: string | undefined;
  readonly updatedAt: string;
  /** When it was looked at, epoch milliseconds. */
  readonly atMs: number;
  readonly supervisorPid: number | undefined;
  /** One runs that can't be seen from here. */
  readonly runsElsewhere?: boolean;
  /** Why status.json could not be used. */
  readonly problem: string | undefined;
}

/** What one window has left at a moment. */
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
  /** Of its login; undefined when nobody is logged in, or the auth file does not say. */
  readonly email: string | undefined;
  /** Of its login, such as "pro". */
  readonly plan: string | undefined;
  /** Whether it is a candidate for the next pick. */
  readonly eligible: boolean;
  /** The highest is picked; undefined unless eligible. */
  readonly score: number | undefined;
  /** What the score is made of; undefined unless eligible. */
  readonly terms: Terms | undefined;
  /** What the policy ranks it by, the highest first; undefined unless eligible. */
  readonly figure: number | undefined;
  /** What keeps it from being a candidate, as one of a few kinds; undefined when it is one. */
  readonly kind: Hindrance | undefined;
  /** When an exhausted one comes back, RFC 3339; undefined when nobody knows, or it is none. */
  readonly comesBackAt: string | undefined;
  /** "eligible", or in words why it is no candidate. */
  readonly reason: string;
  /** Of the short and of the long window at this moment; undefined = no such window is known. */
  readonly left: { readonly short: WindowReport | undefined; readonly long: WindowReport | undefined };
  /** Turns under way, and what was started but has no thread yet. */
  readonly active: number;
  /** Its entry in status.json; undefined before the supervisor has looked at it. */
  readonly status: SessionStatus | undefined;
}

/** All sessions at one moment, as `agentlb status --json` shows them. */
export interface StatusReport {
  /** When status.json was written, RFC 3339; empty when there is none. */
  readonly updatedAt: string;
  /** The supervisor of this root; its `pid` is undefined unless it runs. */
  readonly supervisor: { readonly running: boolean; readonly pid: number | undefined };
  /** Why status.json could not be used; undefined when it could. */
  readonly problem: string | undefined;
  /** By what it is decided: "score", "balanced", "drain" or "adaptive". */
  readonly policy: Policy;
  /** The alias that would be picked; undefined when none is eligible. */
  readonly selected: string | undefined;
  /** By alias, in byte order; one that only status.json still knows has the reason "no such session". */
  readonly sessions: readonly SessionReport[];
}

/** What others than people are told of a look at all sessions. */
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

/** When an exhausted session comes back, RFC 3339; undefined when nobody knows. */
export function comesBackAt({ comesBackMs }: Ineligible): string | undefined {
  return comesBackMs === undefined ? undefined : formatTime(comesBackMs);
}

function leftIn(gauge: Gauge | undefined): WindowReport | undefined {
  if (gauge === undefined) return undefined;
  const { left, resetsAtMs } = gauge;
  return { percent: left, resetsAt: resetsAtMs === undefined ? undefined : formatTime(resetsAtMs) };
}
