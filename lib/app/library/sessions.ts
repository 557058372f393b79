import { codexEnvironment as environmentIn } from "../../core/shell/launch.ts";
import type { Policy } from "../../core/pick/policy.ts";
import { comesBackAt, type StatusReport, statusReport } from "../../core/pick/report.ts";
import type { Terms } from "../../core/pick/score.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { loadConfig } from "../config/load.ts";
import { GROUND_WORDS, pick } from "../pick/pick.ts";
import { report } from "../pick/report.ts";
import { ensureLayout } from "../session/sessions.ts";
import type { PickRequest } from "../pick/survey.ts";
import type { Options } from "./options.ts";
import { layoutIn, outside } from "./outside.ts";

/** How to pick. */
export interface PickOptions extends Options {
  /** The session that has the most left, the next in turn, or the one that was picked last; "best" unless given. */
  readonly how?: "best" | "turn" | "last";
  /** How the best is found; what config.toml says unless given. */
  readonly policy?: Policy;
  /** The session that is picked whenever it may be, by its alias or the email of its login. */
  readonly prefer?: string;
  /** Throws "nothingToPick" rather than pick one that has nothing left. */
  readonly noExhausted?: boolean;
}

/** A session that was picked, and is recorded as picked. */
export interface PickedSession {
  /** The user's name for it. */
  readonly alias: string;
  /** Its `CODEX_HOME`, an absolute path. */
  readonly home: string;
  /** Why it: nobody could be judged when it is the next in turn; everything is used up when it is back first. */
  readonly reason: "most left" | "back first" | "next in turn" | "last" | "asked for";
  /** Undefined unless it has the most left. */
  readonly score: number | undefined;
  /** What the score is made of; undefined unless it has the most left. */
  readonly terms: Terms | undefined;
  /** When it comes back, RFC 3339, if everything is used up and anybody knows. */
  readonly comesBackAt: string | undefined;
  /** Why each session was no candidate, when the best was asked for and there was none. */
  readonly refused: readonly { readonly alias: string; readonly reason: string }[];
}

/**
 * Picks a session and records the pick, as `agentlb pick` does: starts the supervisor if none runs, waits up to 3 s
 * (`AGENTLB_DAEMON_START_TIMEOUT_MS`) for a first reading, and, while the login of the picked session is being renewed,
 * up to 45 s until it is safe to start Codex there. Throws `Failure`: "nothingToPick" when there is no session,
 * "usage" when there is none to prefer.
 */
export async function pickSession(options: PickOptions = {}): Promise<PickedSession> {
  const how = options.how ?? "best";
  const host = outside(options);
  const layout = layoutIn(host);
  ensureLayout(host, layout);
  const config = await loadConfig(host, layout);
  const picked = await pick(host, layout, config, how, { request: pickRequestOf(options) });
  const { alias, home, ground, isRenewing } = picked;
  if (isRenewing) await awaitRenewal(host, layout, alias);
  const verdict = ground.on === "merit" ? ground.verdict : undefined;
  const refused = ground.on === "fallback" ? ground.refused : [];
  return {
    alias,
    home,
    reason: GROUND_WORDS[ground.on],
    score: verdict?.score,
    terms: verdict?.terms,
    comesBackAt: ground.on === "return" ? comesBackAt(ground.verdict) : undefined,
    refused: refused.map(({ alias, reason }) => ({ alias, reason })),
  };
}

function pickRequestOf({ policy, prefer, noExhausted }: PickOptions): PickRequest {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(noExhausted === undefined ? {} : { noExhausted }),
  };
}

/**
 * The environment for a Codex that is to run in a home: ours with `CODEX_HOME` set, and without the variables that would
 * put another login into it (`OPENAI_API_KEY` and the like), but for those that `runner.pass_env` names. Throws `Failure`
 * for a config.toml that can't be used.
 */
export async function codexEnvironment(
  home: string,
  options: Options = {},
): Promise<Readonly<Record<string, string>>> {
  const host = outside(options);
  const { runner } = await loadConfig(host, layoutIn(host));
  return environmentIn(host, home, runner.passEnv);
}

/**
 * Looks at all sessions, as `agentlb status --json` does; changes nothing and starts nothing. Throws `Failure` for a
 * config.toml that can't be used; a status.json that can't be is a `problem` of the report.
 */
export async function readReport(options: Options = {}): Promise<StatusReport> {
  const host = outside(options);
  const layout = layoutIn(host);
  return statusReport(report(layout, await loadConfig(host, layout), host.clock.now()));
}
