import type { Terms, Verdict } from "./score.ts";
import type { SessionStatus } from "./status.ts";

/** One session, or one that only status.json still knows. */
export interface Row {
  readonly alias: string;
  readonly home: string;
  readonly email: string | undefined;
  readonly plan: string | undefined;
  readonly status: SessionStatus | undefined;
  readonly verdict: Verdict;
  /** Of its reading; undefined when there is none. */
  readonly ageMs: number | undefined;
}

/** All that can be said of all sessions at this moment. */
export interface Report {
  readonly rows: readonly Row[];
  /** Who would be picked. */
  readonly selected: string | undefined;
  readonly updatedAt: string;
  readonly supervisorPid: number | undefined;
  /** Why status.json could not be used. */
  readonly problem: string | undefined;
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
  /** "eligible", or in words why it is no candidate. */
  readonly reason: string;
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
  /** The alias that would be picked; undefined when none is eligible. */
  readonly selected: string | undefined;
  /** By alias, in byte order; one that only status.json still knows has the reason "no such session". */
  readonly sessions: readonly SessionReport[];
}

/** What others than people are told of a look at all sessions. */
export function statusReport(report: Report): StatusReport {
  return {
    updatedAt: report.updatedAt,
    supervisor: { running: report.supervisorPid !== undefined, pid: report.supervisorPid },
    problem: report.problem,
    selected: report.selected,
    sessions: report.rows.map(({ alias, home, email, plan, status, verdict }) => ({
      alias,
      home,
      email,
      plan,
      eligible: verdict.eligible,
      score: verdict.eligible ? verdict.score : undefined,
      terms: verdict.eligible ? verdict.terms : undefined,
      reason: verdict.reason,
      status,
    })),
  };
}
